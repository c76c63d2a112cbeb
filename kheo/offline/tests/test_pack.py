"""The field pack: what one person needs, by difference, the same number of queries however much there is."""

import gzip
import json
import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.initiatives.models import Initiative
from kheo.initiatives.tests.cast import brought, draft
from kheo.lib.periods import today
from kheo.lib.tests.clock import on_day
from kheo.offline.pack import Pack, difference
from kheo.offline.tests.cast import DAY, OnThePhone, accepted, cast, report, running
from kheo.places import borders
from kheo.places.models import Area, AreaCode
from kheo.plans.models import CalendarEntry, CriteriaSet, Criterion, Plan
from kheo.units.models import Post, Role, Unit
from kheo.units.tests.cast import SINCE

pytestmark = pytest.mark.django_db
# Words that real names are made of: text that repeats itself would pack too well.
WORDS = """
nhân dân hiến đất góp công mở rộng đường liên bản giữ gìn vệ sinh môi trường trồng hoa thắp sáng vườn xanh ngõ
sạch chi bộ phụ nữ thanh niên cựu chiến binh nông dân công an biên phòng cột mốc hũ gạo tình thương tiếng kẻng
bình yên dòng họ tự quản khuyến học nghĩa trang kênh mương hộ nghèo trâu bò giống
"""


@pytest.fixture
def people():
    return cast()


def fetch(phone, have=None, **more):
    """The whole answer, and what the phone then holds: key → hash."""
    told = phone.ask("pack", {"have": have or {}, "as": phone.post.pk, **more})
    assert phone.answer.status_code == 200, told
    held = dict(have or {}) | told["hashes"]
    return told, {key: value for key, value in held.items() if key not in told["gone"]}


def test_minh_takes_along_what_he_reports_on(people):
    road = running(people, goal="420 m đường")
    accepted(people, road)
    Area.objects.create(level="hamlet", type="bản", name="Bãi Xa", parent=people.tam_quang)
    told, _held = fetch(OnThePhone(people.minh))
    changed = told["changed"]
    assert told["day"] == today().isoformat()
    one = changed[f"initiative:{road.initiative_id}"]
    assert one["name"] == "Con đường hiến đất"
    assert one["place"] == "xã Tam Quang"
    assert one["target"] == "420 m đường"
    assert one["last"] == {"day": DAY.isoformat(), "reached": "120 m đường"}
    assert ["Số hộ tham gia", "86"] in one["figures"]
    assert changed["hamlets"] == ["bản Bãi Xa"]
    assert changed["post"]["unit_name"] == "Đảng ủy xã Tam Quang"
    assert changed["post"]["may"] == dict.fromkeys(
        ("report", "registration", "unit_report", "continuing"), True
    )
    assert changed["form:report"]["fields"]
    assert [line["id"] for line in changed["form:unit_report"]["lines"]] == [road.initiative_id]


def test_what_is_invented_is_marked_on_the_phone_too(people):
    road, fish = running(people), running(people, "Thả cá giống")
    sent = accepted(people, fish)
    Initiative.objects.filter(pk=fish.initiative_id).update(sample=True)
    told, _held = fetch(OnThePhone(people.minh))
    changed = told["changed"]
    assert changed[f"initiative:{road.initiative_id}"]["sample"] is False
    assert changed[f"initiative:{fish.initiative_id}"]["sample"] is True
    assert changed[f"mine:{sent.series}"]["sample"] is True
    assert changed["post"]["sample"] is False
    Unit.objects.filter(pk=people.minh.unit_id).update(sample=True)
    told, _held = fetch(OnThePhone(Post.objects.get(pk=people.minh.pk)))
    assert told["changed"]["post"]["sample"] is True


def test_what_a_neighbour_runs_is_not_in_the_pack(people):
    ours = running(people)
    theirs = draft(people, "Mô hình bên Tam Hợp", by=people.lan)
    theirs.initiative.state = "running"
    theirs.initiative.save()
    type(theirs).objects.filter(pk=theirs.pk).update(state="approved")
    told, _held = fetch(OnThePhone(people.minh))
    assert [key for key in told["changed"] if key.startswith("initiative:")] == [
        f"initiative:{ours.initiative_id}"
    ]
    assert "Tam Hợp" not in json.dumps(told, ensure_ascii=False)
    told, _held = fetch(OnThePhone(people.lan))
    assert [key for key in told["changed"] if key.startswith("initiative:")] == [
        f"initiative:{theirs.initiative_id}"
    ]


def test_a_reader_learns_what_he_may_not_do(people):
    running(people)
    duc = people.duc
    Post.objects.filter(pk=duc.pk).update(unit=people.minh.unit)
    told, _held = fetch(OnThePhone(Post.objects.get(pk=duc.pk)))
    assert told["changed"]["post"]["may"]["report"] is False
    assert "người xem" in told["changed"]["post"]["why_not"]
    assert not [key for key in told["changed"] if key.startswith("form:")]
    # He sees what runs, as on the web.
    assert [key for key in told["changed"] if key.startswith("initiative:")]


def test_a_post_that_ended_has_no_pack(people):
    phone = OnThePhone(people.minh)
    other = Post.objects.create(
        user=people.minh.user, unit=people.office, role=Role.REPORTER, valid_from=date(2025, 7, 1)
    )
    Post.objects.filter(pk=people.minh.pk).update(valid_to=today())
    told = phone.ask("pack", {"as": people.minh.pk})
    assert (phone.answer.status_code, told["refused"]["code"]) == (409, "post_ended")
    assert phone.ask("pack", {"as": other.pk})["changed"]["post"]["id"] == other.pk
    Post.objects.filter(pk=other.pk).update(valid_to=today())
    told = phone.ask("pack", {"as": other.pk})
    assert (phone.answer.status_code, told["refused"]["code"]) == (403, "hand_in_and_wipe")


def test_somebody_elses_post_is_nobodys_pack(people):
    phone = OnThePhone(people.minh)
    told = phone.ask("pack", {"as": people.vinh.pk})
    assert (phone.answer.status_code, told["refused"]["code"]) == (409, "post_ended")


def test_the_second_time_nothing_changes(people):
    accepted(people, running(people))
    phone = OnThePhone(people.minh)
    told, held = fetch(phone)
    assert told["bytes"] > 1000
    again, _held = fetch(phone, held)
    assert again["changed"] == again["hashes"] == {}
    assert again["gone"] == []
    assert again["bytes"] == told["bytes"]


def test_what_ended_is_gone_and_what_came_back_appears(people):
    road, bell = running(people), running(people, "Tiếng kẻng bình yên")
    phone = OnThePhone(people.minh)
    _told, held = fetch(phone)
    sent = report(people, road)
    sent.send(by=people.minh)
    told, held = fetch(phone, held)
    mine = told["changed"][f"mine:{sent.series}"]
    assert (mine["kind"], mine["state"], mine["values"]) == ("report", "sent", {})
    sent.return_(by=people.nga, reason="Ghi rõ số hộ hiến đất")
    bell.initiative.end(by=people.nga, on=today(), reason="Đã xong")
    told, held = fetch(phone, held)
    mine = told["changed"][f"mine:{sent.series}"]
    assert (mine["state"], mine["reason"]) == ("returned", "Ghi rõ số hộ hiến đất")
    # What he typed, as he types it: the correction starts from it.
    assert mine["values"]["narrative"] == "Bà con góp công mở đường"
    assert mine["values"]["happened_on"] == "05/07/2026"
    assert mine["values"]["money_vnd_dan_gop"] == "1.500.000"
    assert mine["values"]["land_m2_dat_o"] == "105,5"
    assert told["gone"] == [f"initiative:{bell.initiative_id}"]
    assert fetch(phone, held)[0]["changed"] == {}


def test_a_report_sent_from_the_phone_carries_its_number(people):
    phone = OnThePhone(people.minh)
    envelope = phone.writes(running(people))
    (receipt,) = phone.send(envelope)
    told, _held = fetch(phone)
    mine = told["changed"][f"mine:{envelope['id']}"]
    assert mine["number"] == receipt["number"]
    assert mine["envelopes"] == [envelope["id"]]
    assert mine["state"] == "sent"


def test_what_needs_attention_brings_back_what_was_typed(people):
    phone = OnThePhone(people.minh)
    envelope = phone.writes(running(people), happened_on="hôm qua")
    (receipt,) = phone.send(envelope)
    assert receipt["state"] == "needs_attention"
    told, _held = fetch(phone)
    mine = told["changed"][f"mine:{envelope['id']}"]
    assert mine["state"] == "needs_attention"
    assert mine["reason"] == receipt["sentence"]
    assert mine["values"]["narrative"] == ["Bà con góp công mở đường"]
    assert mine["errors"]["happened_on"]
    assert mine["content"] == receipt["content"]


def test_a_returned_registration_comes_back_with_its_words(people):
    phone = OnThePhone(people.minh)
    envelope = phone.registers(people)
    (receipt,) = phone.send(envelope)
    assert receipt["state"] == "accepted"
    from kheo.initiatives.models import Enrolment

    enrolment = Enrolment.objects.get(pk=receipt["record"]["id"])
    enrolment.return_(by=people.nga, reason="Ghi rõ mục tiêu")
    told, _held = fetch(phone)
    mine = told["changed"][f"mine:{envelope['id']}"]
    assert (mine["kind"], mine["state"], mine["reason"]) == ("registration", "returned", "Ghi rõ mục tiêu")
    assert mine["values"]["name"] == "Ngõ sạch vườn xanh"
    assert mine["values"]["year"] == "2026"


@on_day(date(2026, 7, 20))
def test_the_plan_and_what_is_due_come_along(people):
    plan = Plan.objects.create(
        movement=people.movement, committee=people.committee, year=today().year, state="approved"
    )
    first = today() - timedelta(days=20)
    entry = CalendarEntry.objects.create(
        plan=plan,
        kind="report",
        name="Báo cáo quý",
        opens=first,
        closes=today() + timedelta(days=10),
        period_first=first,
        period_last=today(),
    )
    CalendarEntry.objects.create(
        plan=plan, kind="registration", name="Đăng ký đợt 2", opens=first, closes=today()
    )
    criteria = CriteriaSet.objects.create(plan=plan, issuer="BCĐ", name="Tiêu chí mô hình", mode="points")
    Criterion.objects.create(set=criteria, text="Có kế hoạch", max_points=1000)
    running(people)
    changed = fetch(OnThePhone(people.minh))[0]["changed"]
    assert changed["plan"]["year"] == today().year
    assert changed["criteria"][0]["criteria"] == [["1.", "Có kế hoạch", "10"]]
    assert [each["id"] for each in changed["periods"]] == [entry.pk]
    kinds = [each["kind"] for each in changed["due"]]
    assert "unit_report" in kinds
    assert "registration" in kinds


def test_what_ran_last_year_is_there_to_be_continued(people):
    old = brought(draft(people, "Mô hình cũ", year=today().year - 1), "approved", people)
    old.initiative.start(by=people.minh, on=date(today().year - 1, 5, 1))
    changed = fetch(OnThePhone(people.minh))[0]["changed"]
    assert changed["continuing"]["year"] == today().year
    assert [row["id"] for row in changed["continuing"]["rows"]] == [old.initiative_id]
    assert changed[f"initiative:{old.initiative_id}"]["due"]
    assert "continuing" in [each["kind"] for each in changed["due"]]


def queries(people):
    post = Post.objects.select_related("unit__area", "user").get(pk=people.minh.pk)
    with CaptureQueriesContext(
        connection,
    ) as found:
        Pack(post).items()
    return [query["sql"] for query in found.captured_queries]


def test_the_number_of_queries_does_not_grow(people):
    phone = OnThePhone(people.minh)

    def more(n):
        old = brought(draft(people, f"Cũ {n}", year=today().year - 1), "approved", people)
        old.initiative.start(by=people.minh, on=date(today().year - 1, 5, 1))
        enrolment = running(people, f"Mô hình {n}")
        accepted(people, enrolment)
        returned = report(people, enrolment)
        returned.send(by=people.minh)
        returned.return_(by=people.nga, reason="Sửa lại")
        phone.send(
            phone.writes(enrolment, photos=None),
            phone.writes(enrolment, happened_on="?"),
            registered := phone.registers(people, name=f"Mới {n}", hamlet=f"bản {n}"),
        )
        from kheo.initiatives.models import Enrolment
        from kheo.offline.models import Delivery

        delivery = Delivery.objects.get(envelope=registered["id"])
        Enrolment.objects.get(pk=delivery.record_id).return_(by=people.nga, reason="Sửa lại")

    more(1)
    queries(people)
    few = queries(people)
    more(2)
    more(3)
    many = queries(people)
    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))


def test_a_commune_of_a_hundred_initiatives_fits_a_poor_signal(people, capsys):
    from kheo.initiatives.models import Enrolment, Initiative, Practice

    chance = random.Random(7)
    words = WORDS.split()

    def said(n):
        return " ".join(chance.choices(words, k=n)).capitalize()

    for _n in range(200):
        Practice.objects.create(name=said(8))
    for n in range(30):
        Area.objects.create(level="hamlet", type="bản", name=f"{said(2)} {n}", parent=people.tam_quang)
    for n in range(100):
        initiative = Initiative.objects.create(
            name=f"{said(14)} {n}",
            movement=people.movement,
            field=people.economy,
            owner=people.minh.unit,
            area=people.tam_quang,
            goal=said(25),
            state="running",
        )
        enrolment = Enrolment.objects.create(
            initiative=initiative, year=today().year, field=people.economy, state="approved", details={}
        )
        told = report(people, enrolment, reached=said(40))
        type(told).objects.filter(pk=told.pk).update(state="sent")
    answer = difference(Pack(people.minh).items(), {}, today())
    assert sum(key.startswith("initiative:") for key in answer["changed"]) == 100
    body = json.dumps(answer, ensure_ascii=False).encode()
    packed = len(gzip.compress(body, 5))
    with capsys.disabled():
        print(f"\nThe pack of a commune with 100 initiatives: {len(body):,} bytes, {packed:,} with gzip.")
    assert packed < 300_000


@pytest.mark.parametrize(
    "sent", [b"[]", b"{", b'{"have": []}', b'{"have": {"a": {}}, "as": "x"}', b'{"as": true}']
)
def test_what_is_no_question_is_refused(people, sent):
    phone = OnThePhone(people.minh)
    told = phone.ask("pack", sent)
    assert phone.answer.status_code in (400, 409)
    assert told["refused"]["sentence"]


def test_who_chooses_a_commune_takes_the_borders_along(people, django_assert_num_queries):
    province = people.world.province
    codes = {"16933": people.tam_quang, "17059": people.world.tam_hop}
    for code, commune in codes.items():
        AreaCode.objects.create(area=commune, code=code, valid_from=SINCE)
    told, held = fetch(OnThePhone(people.hoa))
    fields = {each["name"]: each for each in told["changed"]["form:registration"]["fields"]}
    assert fields["commune"]["locate"] == "borders"
    assert [name for name, each in fields.items() if "locate" in each] == ["commune"]
    item = told["changed"]["borders"]
    shapes = json.loads(item["topology"])["objects"]["communes"]["geometries"]
    assert {each["id"]: each["properties"]["name"] for each in shapes} == {
        people.tam_quang.pk: "xã Tam Quang",
        people.world.tam_hop.pk: "xã Tam Hợp",
    }
    assert item["unsure"] == borders.UNSURE
    # They come once; Minh's commune is his post's, and his phone needs none.
    assert "borders" not in fetch(OnThePhone(people.hoa), have=held)[0]["changed"]
    assert "borders" not in fetch(OnThePhone(people.minh))[0]["changed"]
    # As many questions for three communes as for two.
    pack = Pack(Post.objects.select_related("unit__area", "user").get(pk=people.hoa.pk))
    with CaptureQueriesContext(connection) as few:
        pack._borders()
    more = Area.objects.create(level="commune", type="xã", name="Tam Thái", parent=province, valid_from=SINCE)
    AreaCode.objects.create(area=more, code="16936", valid_from=SINCE)
    with django_assert_num_queries(len(few)):
        assert "xã Tam Thái" in pack._borders()["topology"]


def test_borders_of_the_whole_province_fit_a_poor_signal(people, capsys):
    for code in borders.shapes():
        known = Area.objects.create(
            level="commune", type="xã", name=f"Tam {code}", parent=people.world.province, valid_from=SINCE
        )
        AreaCode.objects.create(area=known, code=code, valid_from=SINCE)
    told, _held = fetch(OnThePhone(people.hoa))
    body = json.dumps(told["changed"]["borders"], ensure_ascii=False).encode()
    packed = len(gzip.compress(body, 6))
    with capsys.disabled():
        print(f"\nBorders of {len(borders.shapes())} communes: {len(body):,} bytes, {packed:,} with gzip.")
    assert packed < 40_000
