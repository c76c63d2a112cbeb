"""Ngân brings in last year's list: read in the places of its day, settled, loaded, taken back."""

from datetime import date

import pytest

from kheo.audit.models import Entry
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.refusals import Refused
from kheo.lists import correcting, loading
from kheo.lists.models import Mapping, OfficeList, Row
from kheo.lists.tests import cast as people
from kheo.lists.tests.ugly import FILES, WANTED
from kheo.places.models import Area
from kheo.tallies import counting
from kheo.units.models import Unit


@pytest.fixture
def cast(db):
    return people.cast()


def loaded(cast, name="tieu-de-hai-dong.xlsx", **facts) -> OfficeList:
    made = people.read(cast, name, **facts)
    loading.ask_to_load(made, by=cast.lists)
    return OfficeList.objects.get(pk=made.pk)


def test_the_list_of_2024_lies_in_the_communes_and_with_the_bodies_of_2024(cast):
    made = loaded(cast)
    assert (made.state, made.work, made.counts()["loaded"]) == ("loaded", "", 3)
    keng = Initiative.objects.get(name="Tiếng kẻng bình yên")
    assert keng.area == cast.old_tam_hop
    assert (keng.owner.name, keng.owner.area) == ("Công an xã Tam Hợp", cast.old_tam_hop)
    assert keng.commune.today == cast.tam_thai
    hoa = Initiative.objects.get(name="Đường hoa phụ nữ tự quản")
    assert hoa.owner.name == "Hội Liên hiệp Phụ nữ xã Tam Quang"
    assert (keng.field.code, hoa.field.code) == ("quoc_phong_an_ninh", "van_hoa_xa_hoi")


def test_they_are_marked_with_the_list_and_nobody_accepted_them(cast):
    loaded(cast)
    enrolments = Enrolment.objects.all()
    assert set(enrolments.values_list("state", "kind", "year")) == {("taken_over", "continuing", 2024)}
    source = "quyết định số 12-QĐ/BCĐ ngày 05/7/2024 của Ban Chỉ đạo tỉnh"
    assert {each.steps.get().reason for each in enrolments} == {source}
    assert {each.steps.get().by for each in enrolments} == {None}
    assert counting.verify()[1] == []
    assert Entry.objects.filter(verb="list_loaded").count() == 1


@pytest.mark.parametrize("name", FILES)
def test_each_ugly_file_is_loaded_whole(cast, name):
    made = people.read(cast, name)
    for row in made.rows.filter(doubtful=Row.MUST):
        row.list = made
        # Where the file names no field, a person does.
        assert set(row.doubts) == {"field"}, row.doubts
        correcting.correct(row, "field", f"field:{cast.economy.pk}", by=cast.lists)
    loading.ask_to_load(OfficeList.objects.get(pk=made.pk), by=cast.lists)
    assert sorted(Initiative.objects.values_list("name", flat=True)) == sorted(
        each[0] for each in WANTED[name]
    )
    assert set(Initiative.objects.values_list("area", flat=True)) <= {
        cast.old_tam_hop.pk,
        cast.old_tam_quang.pk,
    }


def test_loading_the_same_list_again_changes_nothing(cast):
    loaded(cast)
    before = Initiative.objects.count(), Enrolment.objects.count(), counting.held(), Unit.objects.count()
    again = loaded(cast)
    assert again.counts()["already"] == 3
    after = Initiative.objects.count(), Enrolment.objects.count(), counting.held(), Unit.objects.count()
    assert after == before


def test_the_whole_load_is_taken_back_but_for_what_others_built_on(cast):
    made = loaded(cast)
    hoa = Initiative.objects.get(name="Đường hoa phụ nữ tự quản")
    hoa.continue_in(2026, by=cast.hoa)
    loading.ask_to_take_back(made, by=cast.lists, reason="Nhầm tệp")
    made.refresh_from_db()
    counts = made.counts()
    assert (counts["taken_back"], counts["kept"], made.state) == (2, 1, "loaded")
    assert (made.taken_back_by, made.taken_back_reason) == (cast.lists, "Nhầm tệp")
    assert Row.objects.get(state="kept").name == hoa.name
    assert counting.verify()[1] == []
    assert Entry.objects.filter(verb="list_taken_back", reason="Nhầm tệp").exists()


def test_taken_back_whole_it_may_be_loaded_anew(cast):
    made = loaded(cast)
    loading.ask_to_take_back(made, by=cast.lists, reason="Nhầm năm")
    made.refresh_from_db()
    assert made.state == "taken_back"
    assert loaded(cast).counts()["loaded"] == 3


def test_a_commune_that_no_longer_exists_is_asked_for(cast):
    """The list is of 2026 and still says Tam Hợp, huyện Tương Dương."""
    made = people.read(cast, signed_on=date(2026, 1, 5), year=2026)
    row = made.rows.get(order=0)
    doubt = row.doubts["place"]
    assert (doubt["why"], doubt["choices"]) == (
        "place_of_another_time",
        [[f"area:{cast.tam_thai.pk}", cast.tam_thai.full_place]],
    )
    with pytest.raises(Refused):
        loading.ask_to_load(made, by=cast.lists)
    row.list = made
    assert correcting.correct(row, "place", f"area:{cast.tam_thai.pk}", by=cast.lists) == 2
    areas = {each.area for each in made.rows.filter(order__in=[0, 2])}
    assert areas == {cast.tam_thai}


def test_one_correction_holds_for_every_cell_that_says_the_same(cast):
    made = people.named(people.handed_in(cast, "bon-cot-trong.xlsx"), cast.lists)
    Row.objects.filter(list=made).update(within={})
    for row in made.rows.all():
        row.cells[-1] = "Lĩnh vực lạ"
        row.save()
    loading.read_again(made, by=cast.lists)
    row = made.rows.first()
    assert row.doubts["field"]["why"] == "field_unknown"
    row.list = OfficeList.objects.get(pk=made.pk)
    assert correcting.correct(row, "field", f"field:{cast.economy.pk}", by=cast.lists) == 3
    assert set(made.rows.values_list("field", "doubtful")) == {(cast.economy.pk, 0)}


def test_a_body_no_register_holds_is_typed_under_the_party_committee_of_its_commune(cast):
    made = people.handed_in(cast)
    row = made.rows.get(order=0)
    row.cells[4] = "Chi bộ bản Phồng"
    row.save()
    made = people.named(made, cast.lists)
    assert made.rows.get(order=0).doubts["owner"]["why"] == "owner_new"
    loading.ask_to_load(made, by=cast.lists)
    owner = Initiative.objects.get(name="Tiếng kẻng bình yên").owner
    assert (owner.kind, owner.parent, owner.line) == ("typed", cast.old_party, "party")


def test_lines_left_out_stay_out_with_their_reason(cast):
    made = people.read(cast)
    row = made.rows.select_related("list").get(order=1)
    correcting.leave_out([row], "Đã dừng từ 2023", by=cast.lists)
    loading.ask_to_load(made, by=cast.lists)
    assert Initiative.objects.count() == 2
    assert Row.objects.get(order=1).left_out_reason == "Đã dừng từ 2023"


def test_the_same_line_twice_is_asked_for(cast):
    made = people.handed_in(cast)
    first, second = made.rows.get(order=0), made.rows.get(order=1)
    second.cells, second.within = first.cells, first.within
    second.save()
    made = people.named(made, cast.lists)
    second = made.rows.select_related("list").get(order=1)
    assert second.doubts["name"]["why"] == "same_line"
    correcting.correct(second, "name", "other", by=cast.lists)
    assert made.rows.get(order=1).doubts == {}
    loading.ask_to_load(OfficeList.objects.get(pk=made.pk), by=cast.lists)
    assert Initiative.objects.filter(name="Tiếng kẻng bình yên").count() == 2


def test_what_is_there_already_is_taken_for_another_year_of_it(cast):
    loaded(cast)
    made = people.read(cast, number="20-QĐ/BCĐ", signed_on=date(2025, 3, 5), year=2025)
    row = made.rows.get(order=0)
    assert row.same_as == Initiative.objects.get(name="Tiếng kẻng bình yên")
    loading.ask_to_load(made, by=cast.lists)
    assert Initiative.objects.count() == 3
    assert sorted(row.same_as.enrolments.values_list("year", flat=True)) == [2024, 2025]


def test_what_looks_alike_is_asked_for(cast):
    loaded(cast)
    made = people.handed_in(cast)
    for row in made.rows.all():
        row.cells[1] = row.cells[1] + " 2"
        row.save()
    made = people.named(made, cast.lists, number="21-QĐ/BCĐ")
    assert made.rows.filter(doubtful=Row.MUST).count() == 3
    assert correcting.all_different(made, by=cast.lists) == 3
    made.refresh_from_db()
    assert made.counts()["must"] == 0


def test_a_load_that_was_cut_off_goes_on(cast, monkeypatch):
    made = people.read(cast)
    monkeypatch.setattr(loading, "AT_ONCE", 1)
    real, calls = loading._load_some, []

    def cut(*args):
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        return real(*args)

    monkeypatch.setattr(loading, "_load_some", cut)
    made.claim("load", state="checking", becomes="loading", by=cast.lists, verb="list_load_begun")
    with pytest.raises(KeyboardInterrupt):
        loading.load_rows.func(made.pk, cast.lists.pk)
    made.refresh_from_db()
    assert (made.state, made.work, made.done, Initiative.objects.count()) == ("loading", "load", 1, 1)
    monkeypatch.setattr(loading, "_load_some", real)
    loading.load_rows.func(made.pk, cast.lists.pk)
    made.refresh_from_db()
    assert (made.state, made.done, Initiative.objects.count()) == ("loaded", 3, 3)
    assert counting.verify()[1] == []


def test_a_commune_loads_its_own_and_nobody_elses(cast):
    """Minh sees one commune: lines of others are named as outside his reach."""
    made = people.read(cast, by=cast.minh, signed_on=date(2024, 7, 5))
    doubts = {row.order: row.doubts.get("place", {}).get("why") for row in made.rows.all()}
    assert doubts == {0: "outside_reach", 1: None, 2: "outside_reach"}


def test_the_columns_are_remembered_for_the_next_file_with_the_same_headings(cast):
    made = people.handed_in(cast)
    mapping = ["ignore", "name", "commune", "district", "ignore", "goal"]
    people.named(made, cast.lists, mapping=mapping)
    assert Mapping.objects.get().unit == cast.lists.unit
    assert people.handed_in(cast).mapping == mapping
    assert people.handed_in(cast, by=cast.minh).mapping != mapping


def test_hamlets_are_added_to_the_commune_of_their_time(cast):
    made = people.handed_in(cast)
    made.mapping = ["ignore", "name", "commune", "district", "hamlet", "note"]
    for row in made.rows.all():
        row.cells[4] = "bản Phồng" if row.order != 1 else "Toàn xã"
        row.save()
    made = people.named(made, cast.lists)
    loading.ask_to_load(made, by=cast.lists)
    hamlet = Area.objects.get(level="hamlet", name="Phồng")
    assert (hamlet.parent, hamlet.type) == (cast.old_tam_hop, "bản")
    assert {each.area for each in Initiative.objects.filter(owner__area=cast.old_tam_hop)} == {hamlet}
    assert hamlet.heir_on(date(2026, 1, 1)) == cast.tam_thai


def test_a_reader_is_refused(cast):
    with pytest.raises(Refused):
        people.handed_in(cast, by=cast.duc)
    made = people.read(cast)
    for verb in (
        lambda: loading.ask_to_load(made, by=cast.duc),
        lambda: loading.ask_to_take_back(made, by=cast.duc, reason="x"),
        lambda: correcting.leave_out(list(made.rows.all()), "x", by=cast.duc),
    ):
        with pytest.raises(Refused):
            verb()
