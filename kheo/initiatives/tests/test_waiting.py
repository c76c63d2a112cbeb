"""Which registrations wait for whom is the same, found from several sides and united as by one question."""

import pytest
from django.db.models import Exists, OuterRef, Q

from kheo.initiatives.models import Enrolment, Initiative, Step
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.units.models import Post, Unit


@pytest.fixture
def world(db):
    """One registration in each state; one of a party cell typed under Minh's body."""
    made = cast()
    for state in ("sent", "received", "confirmed", "approved"):
        brought(draft(made, f"Mô hình {state}"), state, made)
    draft(made, "Còn viết dở")
    for state in ("sent", "received", "confirmed"):
        brought(draft(made, f"Trả lại {state}"), state, made).return_(by=made.nga, reason="Ghi rõ số hộ")
    cell = Unit.objects.add_typed(
        "Chi bộ bản Tam Bông", under=made.minh.unit, line="party", area=made.tam_quang, by=made.minh
    )
    brought(draft(made, "Của chi bộ", owner=cell), "received", made)
    return made


def led(relation, post):
    own = post.unit.path_now
    return Q(**{f"{relation}path_now": own}) | Q(
        **{f"{relation}kind": Unit.Kind.TYPED, f"{relation}parent__path_now": own}
    )


def test_each_list_is_what_one_question_finds(world):
    found = set()
    for post in Post.objects.select_related("unit__area", "user"):
        confirmed = led("initiative__owner__", post) | Q(addressee__path_now=post.unit.path_now)
        touched = Exists(Step.objects.filter(enrolment=OuterRef("pk"), by__user=post.user_id))
        for new, old in (
            (Enrolment.objects.to_confirm(post), Q(confirmed, state="received")),
            (Enrolment.objects.to_finish(post), Q(touched, state__in=["draft", "returned"])),
        ):
            expected = sorted(Enrolment.objects.filter(old).values_list("pk", flat=True))
            assert sorted(new.values_list("pk", flat=True)) == expected, post
            found |= set(expected)
        own = sorted(Initiative.objects.filter(led("owner__", post)).values_list("pk", flat=True))
        assert sorted(Initiative.objects.of(post).values_list("pk", flat=True)) == own
    assert len(found) == 2 + 4


def test_a_body_with_those_it_answers_for(world):
    for unit in Unit.objects.all():
        ways = Q(pk=unit.pk) | Q(path_now=unit.path_now, heir_undecided=False)
        ways |= Q(kind=Unit.Kind.TYPED, parent__path_now=unit.path_now)
        ways |= Q(kind=Unit.Kind.PART, parent=unit.pk)
        expected = sorted(Unit.objects.filter(ways).values_list("pk", flat=True))
        assert sorted(Unit.objects.of_body(unit).values_list("pk", flat=True)) == expected
