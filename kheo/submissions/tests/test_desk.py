"""At the desk: taken, returned, refused, found to be known; and who may not."""

import io

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from openpyxl import load_workbook

from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.tests.cast import brought, draft
from kheo.initiatives.tests.test_pages import as_, cost
from kheo.lib.refusals import FasterColleague, Refused
from kheo.places.models import Area
from kheo.search.models import Document
from kheo.submissions.forms import taking_form
from kheo.submissions.models import Submission
from kheo.submissions.tests.cast import opened, sent, world_with_two_registrars
from kheo.tallies.models import Cell
from kheo.units.models import ReachKind, Role, Unit
from kheo.units.tests import cast as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    here = world_with_two_registrars()
    here.link = opened(here)
    return here


def taken(world, submission, by=None):
    form = taking_form(submission, by or world.nga)
    assert form.is_valid(), form.errors
    return submission.take(by=by or world.nga, values=form.cleaned_data)


def test_until_it_is_taken_it_is_nowhere(client, world):
    submission = sent(world, world.link)
    assert not Initiative.objects.exists()
    assert not Enrolment.objects.exists()
    assert not Cell.objects.exists()
    assert not Document.objects.filter(title__contains="Tiếng kẻng").exists()
    assert not Unit.objects.filter(kind="typed").exists()
    assert not Area.objects.filter(level="hamlet").exists()
    page = as_(client, world.nga).get(reverse("submission_list")).content.decode()
    assert submission.name in page


def test_taken_it_is_a_registration_received_at_the_office(client, world):
    submission = sent(world, world.link)
    as_(client, world.nga)
    page = client.get(reverse("submission_take", args=[submission.pk])).content.decode()
    assert 'value="Tiếng kẻng bình yên"' in page
    assert "error-summary" not in page
    from kheo.submissions.forms import as_registration

    data = {**as_registration(submission, world.nga), "version": 1, "goal": "Cả 86 hộ"}
    answer = client.post(reverse("submission_take", args=[submission.pk]), data)
    enrolment = Enrolment.objects.get()
    assert answer["Location"] == enrolment.get_absolute_url()
    assert enrolment.state == "received"
    assert enrolment.initiative.goal == "Cả 86 hộ"
    assert enrolment.initiative.area.in_text == "bản Bãi Xa"
    cell = enrolment.initiative.owner
    assert (cell.name, cell.kind, cell.parent) == (
        "Chi bộ bản Bãi Xa", "typed", world.world.dang_uy_tam_quang,
    )  # fmt: skip
    submission.refresh_from_db()
    assert (submission.state, submission.enrolment) == ("taken", enrolment)
    assert reverse("submission_of", args=[enrolment.pk]) in client.get(answer["Location"]).content.decode()


def test_a_body_that_is_known_is_named_and_asked(world):
    union = world.world.women_tam_quang
    people.post(people.person("hien", "Lô Thị Hiền"), union, Role.REPORTER, ReachKind.OWN)
    enrolment = taken(world, sent(world, world.link, body="hội liên hiệp phụ nữ xã Tam Quang", hamlet=""))
    assert enrolment.initiative.owner == union
    assert (enrolment.on_behalf.state, enrolment.on_behalf.origin) == ("waiting", "link")
    other = taken(world, sent(world, world.link, name="Đường hoa", body="Trường Tiểu học Bãi Xa"))
    with pytest.raises(ObjectDoesNotExist):
        _nobody_to_ask = other.on_behalf


def test_two_registrars_at_once_the_second_is_told_who(world):
    submission = sent(world, world.link)
    seen = Submission.objects.get(pk=submission.pk)
    taken(world, submission)
    with pytest.raises(FasterColleague, match="Kha Thị Nga"):
        taken(world, seen, world.oanh)
    assert Enrolment.objects.count() == 1
    assert Initiative.objects.count() == 1


def test_what_the_sender_changed_meanwhile_is_not_taken_unseen(world):
    submission = sent(world, world.link)
    seen = Submission.objects.get(pk=submission.pk)
    values = {name: getattr(submission, name) for name in Submission.WORDS}
    submission.correct({**values, "goal": "90 hộ", "commune": submission.commune, "field": submission.field})
    with pytest.raises(FasterColleague, match="Người gửi"):
        taken(world, seen)
    assert not Initiative.objects.exists()
    assert taken(world, Submission.objects.get()).initiative.goal == "90 hộ"


def test_likely_duplicates_are_looked_at_first(client, world):
    brought(draft(world, "Mô hình Tiếng kẻng bình yên"), "sent", world)
    submission = sent(world, world.link)
    as_(client, world.nga)
    assert "giống" in client.get(reverse("submission_list")).content.decode()
    answer = client.post(reverse("submissions_at_once"), {"verb": "take", "pk": [submission.pk]}, follow=True)
    assert "Tiếng kẻng bình yên" in answer.content.decode()
    submission.refresh_from_db()
    assert submission.state == "received", "all of it or nothing"
    assert not Unit.objects.filter(kind="typed").exists()
    url = reverse("submission_merge", args=[submission.pk])
    assert "Mô hình Tiếng kẻng bình yên" in client.get(url).content.decode()
    client.post(url, {"initiative": Initiative.objects.get().pk, "reason": "Đã đăng ký", "version": 1})
    submission.refresh_from_db()
    assert (submission.state, submission.initiative) == ("merged", Initiative.objects.get())


def test_what_bears_another_name_is_looked_for(client, world):
    brought(draft(world, "Đèn sáng đường quê"), "sent", world)
    submission = sent(world, world.link)
    url = reverse("submission_merge", args=[submission.pk])
    as_(client, world.nga)
    assert "Đúng là một" not in client.get(url).content.decode()
    assert "Đúng là một" not in client.get(url, {"q": "khong co"}).content.decode()
    assert "Đèn sáng đường quê" in client.get(url, {"q": "den sang"}).content.decode()


def test_many_at_once(client, world):
    chosen = [
        sent(world, world.link, name=name, body=f"Trường {name}").pk
        for name in ("Vườn rau sạch", "Con đường hoa", "Thả cá xuống suối")
    ]
    as_(client, world.nga)
    client.post(reverse("submissions_at_once"), {"verb": "take", "pk": chosen[:2]})
    assert Enrolment.objects.filter(state="received").count() == 2
    assert client.post(reverse("submissions_at_once"), {"verb": "refuse", "pk": chosen}).status_code == 409
    client.post(reverse("submissions_at_once"), {"verb": "refuse", "pk": chosen, "reason": "Không rõ"})
    assert list(Submission.objects.order_by("pk").values_list("state", flat=True)) == [
        "taken", "taken", "refused",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["return", "refuse"])
def test_returned_or_refused_with_a_reason(client, world, verb):
    submission = sent(world, world.link)
    url = reverse(f"submission_{verb}", args=[submission.pk])
    as_(client, world.nga)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "", "version": 1}).status_code == 200
    client.post(url, {"reason": "Ghi rõ số hộ", "version": 1})
    submission.refresh_from_db()
    assert submission.state == {"return": "returned", "refuse": "refused"}[verb]
    assert submission.answer == "Ghi rõ số hộ"


ONE = ["submission", "submission_take", "submission_return", "submission_refuse", "submission_merge"]


@pytest.mark.parametrize("name", [*ONE, "submission_erase"])
def test_neighbours_and_readers(client, world, name):
    submission = sent(world, world.link)
    url = reverse(name, args=[submission.pk])
    assert as_(client, world.lan).get(url).status_code == 404
    assert as_(client, world.lan).post(url, {"reason": "x"}).status_code in (404, 405)
    if name != "submission":
        for who in (world.duc, world.minh):
            assert as_(client, who).post(url, {"reason": "x", "version": 1}).status_code == 409
    submission.refresh_from_db()
    assert (submission.state, submission.contact_name) == ("received", "Vi Thị Mai")


def test_only_the_desk_sees_the_contact_and_the_code(client, world):
    submission = sent(world, world.link)
    for who, sees in ((world.nga, True), (world.hoa, False), (world.duc, False), (world.minh, False)):
        page = as_(client, who).get(submission.get_absolute_url()).content.decode()
        assert ("0912 345 678" in page) == sees, who
        assert (submission.spoken_code in page) == sees, who
    from kheo.audit.models import Entry

    told = [str(entry.changes) + entry.reason + entry.object_label for entry in Entry.objects.all()]
    assert not any("Vi Thị Mai" in line or "0912" in line for line in told)


def test_erased_on_request_also_in_what_it_became(client, world):
    submission = sent(world, world.link)
    enrolment = taken(world, submission)
    as_(client, world.nga)
    client.post(reverse("submission_erase", args=[submission.pk]), {"reason": "Bà Mai yêu cầu"})
    submission.refresh_from_db()
    assert (submission.contact_name, submission.contact_phone) == ("", "")
    assert submission.contact_erased_at
    initiative = Initiative.objects.get(pk=enrolment.initiative_id)
    assert (initiative.contact_name, initiative.contact_phone) == ("", "")
    assert "Vi Thị Mai" not in client.get(submission.get_absolute_url()).content.decode()


def test_contacts_go_when_their_time_is_over(world):
    from datetime import timedelta

    from django.utils import timezone

    from kheo.submissions.keeping import forget
    from kheo.submissions.models import Knock

    old, new, open_one = (sent(world, world.link, name=f"Mô hình {n}", body=f"Bản {n}") for n in "abc")
    for each in (old, new):
        each.refuse(by=world.nga, reason="Không rõ")
    Submission.objects.filter(pk=old.pk).update(settled_at=timezone.now() - timedelta(days=91))
    Knock.objects.update(at=timezone.now() - timedelta(days=3))
    assert "1" in forget()
    assert forget() is None
    names = list(Submission.objects.order_by("pk").values_list("contact_name", flat=True))
    assert names == ["", "Vi Thị Mai", "Vi Thị Mai"]
    assert not Knock.objects.exists()
    assert open_one.is_open


def test_the_list_costs_the_same_for_one_and_three(client, world):
    sent(world, world.link)
    as_(client, world.nga)
    urls = [reverse("submission_list"), reverse("submission_list") + "?format=xlsx", reverse("home")]
    for url in urls:
        client.get(url)
    before = [cost(client, url)[0] for url in urls]
    for name in ("Con đường hoa", "Thả cá xuống suối"):
        sent(world, world.link, name=name, body=f"Trường {name}")
    assert [cost(client, url)[0] for url in urls] == before


def test_formulas_and_scripts_stay_text(client, world):
    evil = "=HYPERLINK(\"http://x\")<script>alert('x')</script>"
    submission = sent(world, world.link, name=evil, body="+1+1", goal="@SUM(A1)")
    as_(client, world.nga)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    answer = client.get(reverse("submission_list") + "?format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert (cells[evil], cells["+1+1"], cells["@SUM(A1)"]) == ("s", "s", "s")


def test_a_reader_takes_nothing_even_in_a_batch(client, world):
    submission = sent(world, world.link)
    as_(client, world.duc).post(reverse("submissions_at_once"), {"verb": "take", "pk": [submission.pk]})
    as_(client, world.lan).post(reverse("submissions_at_once"), {"verb": "take", "pk": [submission.pk]})
    submission.refresh_from_db()
    assert submission.state == "received"
    with pytest.raises(Refused):
        submission.refuse(by=world.minh, reason="x")
