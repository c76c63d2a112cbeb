"""Last year's list is taken over: decided on paper, counted, accepted by nobody here, taken back whole."""

from datetime import date

import pytest

from kheo.audit.models import Entry
from kheo.initiatives import taking_over
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.taking_over import Line
from kheo.initiatives.tests import cast as people
from kheo.lib.refusals import Refused
from kheo.search.models import Document
from kheo.tallies import counting
from kheo.tallies.models import Cell

SOURCE = "danh mục số 12-DM/BCĐ ngày 05/7/2025 của BCĐ tỉnh"


@pytest.fixture
def cast(db):
    return people.cast()


def line(cast, name: str, **facts) -> Line:
    return Line(
        name=name,
        **{
            "field": cast.economy,
            "owner": cast.minh.unit,
            "area": cast.tam_quang,
            "commune": cast.tam_quang,
            "identity": f"list:{name}",
            **facts,
        },
    )


def taken(cast, *lines: Line, year: int = 2025):
    return taking_over.take_over(lines, movement=cast.movement, year=year, source=SOURCE, by=cast.hoa)


def test_what_the_list_decided_runs_and_is_counted_and_nobody_accepted_it(cast):
    [one, two] = taken(cast, line(cast, "Tiếng kẻng bình yên"), line(cast, "Đường hoa", year_kind="new"))
    assert one.initiative.state == "running"
    assert (one.state, one.kind, two.kind) == ("taken_over", "continuing", "new")
    step = one.steps.get()
    assert (step.by, step.reason) == (None, SOURCE)
    assert one.initiative.taken_over_from == SOURCE
    assert counting.verify()[1] == []
    cells = Cell.objects.filter(value__gt=0, period=date(2025, 1, 1)).values_list("measure", "value")
    assert sorted(cells) == [("enrolled_continuing", 1), ("enrolled_new", 1)]
    assert not Cell.objects.filter(measure__startswith="accepted", value__gt=0).exists()
    assert Document.objects.filter(kind="initiative", object_id=str(one.initiative.pk)).exists()
    assert Entry.objects.about(one).get().verb == "taken_over"


def test_taking_over_twice_changes_nothing(cast):
    lines = [line(cast, "Tiếng kẻng bình yên"), line(cast, "Đường hoa")]
    taken(cast, *lines)
    before = Initiative.objects.count(), Enrolment.objects.count(), Entry.objects.count(), counting.held()
    assert taken(cast, *lines) == [None, None]
    after = Initiative.objects.count(), Enrolment.objects.count(), Entry.objects.count(), counting.held()
    assert after == before


def test_the_next_years_list_continues_the_same_initiative(cast):
    [first] = taken(cast, line(cast, "Tiếng kẻng bình yên"), year=2024)
    [second] = taken(cast, line(cast, "Tiếng kẻng bình yên 2025", same_as=first.initiative))
    assert second.initiative == first.initiative
    assert Initiative.objects.count() == 1


def test_the_unit_then_continues_it_itself(cast):
    [one] = taken(cast, line(cast, "Tiếng kẻng bình yên"))
    assert list(Initiative.objects.to_continue(cast.minh, 2026)) == [one.initiative]
    draft = one.initiative.continue_in(2026, by=cast.minh)
    assert (draft.state, draft.kind) == ("draft", "continuing")


def test_it_is_taken_back_and_may_be_taken_over_again(cast):
    lines = [line(cast, f"Mô hình {number}") for number in range(30)]
    made = [each.pk for each in taken(cast, *lines)]
    assert taking_over.take_back(made, by=cast.hoa, reason="Nhầm năm") == made
    assert counting.verify()[1] == []
    assert not Cell.objects.filter(value__gt=0).exists()
    assert not Document.objects.filter(kind="initiative").exists()
    assert set(Initiative.objects.values_list("state", "source_id")) == {("withdrawn", "")}
    step = Enrolment.objects.get(pk=made[0]).steps.last()
    assert (step.state, step.by, step.reason) == ("withdrawn", cast.hoa, "Nhầm năm")
    assert len([each for each in taken(cast, *lines) if each]) == 30
    assert counting.verify()[1] == []


def test_what_others_have_built_on_stays(cast):
    [one, two] = taken(cast, line(cast, "Tiếng kẻng bình yên"), line(cast, "Đường hoa"))
    one.initiative.continue_in(2026, by=cast.minh)
    assert taking_over.built_on([one.pk, two.pk]) == {one.pk: "initiatives.enrolment"}
    assert taking_over.take_back([one.pk, two.pk], by=cast.hoa, reason="Nhầm") == [two.pk]
    one.refresh_from_db()
    assert one.state == "taken_over"
    assert counting.verify()[1] == []


def test_an_ending_is_built_on(cast):
    [one] = taken(cast, line(cast, "Tiếng kẻng bình yên"))
    one.initiative.end(by=cast.vinh, on=date(2026, 1, 5), reason="Đã xong")
    assert one.pk in taking_over.built_on([one.pk])


def test_it_takes_a_reason(cast):
    with pytest.raises(Refused):
        taking_over.take_back([], by=cast.hoa, reason=" ")


def test_a_page_of_what_was_taken_over_names_the_list(cast, client):
    [one] = taken(cast, line(cast, "Tiếng kẻng bình yên"))
    client.force_login(cast.minh.user)
    for page in (one.get_absolute_url(), one.initiative.get_absolute_url()):
        assert SOURCE in client.get(page).content.decode(), page


@pytest.mark.parametrize("lines", [1, 60])
def test_a_fixed_number_of_statements(cast, lines, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        taken(cast, *[line(cast, f"Mô hình {number}") for number in range(lines)])
