"""Two phones race for one id, ten retries arrive at once: one record, one receipt."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.initiatives.models import Enrolment
from kheo.lib.periods import today
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running
from kheo.plans.models import CalendarEntry, Plan
from kheo.reporting.verify import CHECKS
from kheo.tallies.counting import verify as tallies_hold

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(do, each, hands=4):
    def closing(one):
        try:
            return do(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(closing, each))


def holds():
    return [(check.name, str(why)) for check in CHECKS for _row, why in check.wrong()]


def test_the_same_envelope_many_times_at_once_is_one_report():
    people = cast()
    road = running(people)
    phones = [OnThePhone(people.minh) for _ in range(4)]
    written = phones[0].writes(road)
    receipts = at_once(lambda phone: phone.send(written)[0], phones * 3)
    assert {receipt["state"] for receipt in receipts} == {"accepted"}
    assert len({receipt["number"] for receipt in receipts}) == 1
    assert (FieldReport.objects.count(), Delivery.objects.count()) == (1, 1)
    assert not holds()


def test_a_registration_many_times_at_once_is_one():
    people = cast()
    phones = [OnThePhone(people.minh) for _ in range(4)]
    written = phones[0].registers(people)
    receipts = at_once(lambda phone: phone.send(written)[0], phones * 2)
    assert {receipt["state"] for receipt in receipts} == {"accepted"}
    assert len({receipt["record"]["id"] for receipt in receipts}) == 1
    assert (Enrolment.objects.count(), Delivery.objects.count()) == (1, 1)


def the_period(people):
    day = today()
    plan = Plan.objects.create(
        movement=people.movement, committee=people.province_committee, year=day.year, state="approved"
    )
    return CalendarEntry.objects.create(
        plan=plan, kind="report", name="Báo cáo 6 tháng", opens=day.replace(month=1, day=1), closes=day,
        period_first=day.replace(month=1, day=1), period_last=day,
    )  # fmt: skip


def test_a_periodic_report_many_times_at_once_is_one():
    people = cast()
    road = running(people).initiative
    phones = [OnThePhone(people.minh) for _ in range(4)]
    said = {"entry": str(the_period(people).pk), "results": "Đang chạy", f"line_{road.pk}": "good"}
    written = phones[0].envelope("unit_report", said, pack_day=str(today()))
    receipts = at_once(lambda phone: phone.send(written)[0], phones * 3)
    assert {receipt["state"] for receipt in receipts} == {"accepted"}
    assert len({receipt["number"] for receipt in receipts}) == 1
    assert (UnitReport.objects.count(), Delivery.objects.count()) == (1, 1)
    assert not holds()


def test_two_colleagues_report_for_one_period_and_one_report_stands():
    people = cast()
    road = running(people).initiative
    said = {"entry": str(the_period(people).pk), "results": "Đang chạy", f"line_{road.pk}": "good"}
    phones = [OnThePhone(post) for post in (people.minh, people.vinh) * 2]
    written = [phone.envelope("unit_report", said, pack_day=str(today())) for phone in phones]
    receipts = at_once(lambda pair: pair[0].send(pair[1])[0], list(zip(phones, written, strict=True)))
    assert sorted(receipt["state"] for receipt in receipts) == ["accepted", *["needs_attention"] * 3]
    assert (UnitReport.objects.count(), Delivery.objects.count()) == (1, 4)
    assert not holds()


def test_two_phones_with_other_words_under_one_id():
    people = cast()
    road = running(people)
    phones = [OnThePhone(people.minh) for _ in range(4)]
    first = phones[0].writes(road)
    versions = [phones[0].writes(road, reached=f"{n} m", envelope={"id": first["id"]}) for n in range(4)]
    receipts = at_once(lambda pair: pair[0].send(pair[1])[0], list(zip(phones, versions, strict=True)))
    assert sorted(receipt["state"] for receipt in receipts) == ["accepted", *["conflict"] * 3]
    assert (FieldReport.objects.count(), Delivery.objects.count()) == (1, 4)
    kept = {each.content["data"]["reached"][0] for each in Delivery.objects.all()}
    assert kept == {f"{n} m" for n in range(4)}
    assert not holds()


def test_two_corrections_of_one_waiting_delivery():
    people = cast()
    road = running(people)
    phones = [OnThePhone(people.minh) for _ in range(2)]
    wrong = phones[0].writes(road, narrative="")
    [waits] = phones[0].send(wrong)
    put_right = [
        phones[0].writes(road, reached=f"{n} m", envelope={"id": wrong["id"], "replaces": waits["content"]})
        for n in range(2)
    ]
    receipts = at_once(lambda pair: pair[0].send(pair[1])[0], list(zip(phones, put_right, strict=True)))
    assert sorted(receipt["state"] for receipt in receipts) == ["accepted", "conflict"]
    assert FieldReport.objects.count() == 1


def test_four_phones_empty_their_outboxes_and_everything_is_counted_once():
    people = cast()
    roads = [running(people, f"Đường số {n}") for n in range(2)]
    phones = [OnThePhone(people.minh) for _ in range(4)]
    outboxes = [[phone.writes(roads[n % 2]) for n in range(4)] for phone in phones]
    # Each sends its outbox twice, one envelope of it is on all four.
    shared = outboxes[0][0]
    receipts = at_once(
        lambda pair: pair[0].send(*pair[1], shared) + pair[0].send(*reversed(pair[1])),
        list(zip(phones, outboxes, strict=True)),
    )
    assert {receipt["state"] for told in receipts for receipt in told} == {"accepted"}
    assert (FieldReport.objects.count(), Delivery.objects.count()) == (16, 16)
    assert not holds()
    assert not tallies_hold()[1]
