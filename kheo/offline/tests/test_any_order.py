"""Whatever the order of sends, retries, photos, edits, decisions and closures: nothing is lost or doubled."""

import hashlib
from datetime import date

from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kheo.fieldwork.models import FieldReport
from kheo.lib.refusals import Refused
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running
from kheo.reporting.verify import CHECKS

STATES = {"accepted", "superseded", "needs_attention", "conflict", "quarantined"}
# What three photos hold; whether they can be washed is not asked here.
PICTURES = {hashlib.sha256(each).hexdigest(): each for each in (b"mot", b"hai hai", b"ba")}
WORLD = {}


class Outbox(RuleBasedStateMachine):
    """Minh's two phones, one of which may be revoked, and the office beside them."""

    written = Bundle("written")

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.cast, self.road = WORLD["cast"], WORLD["road"]
        self.road.initiative.refresh_from_db()
        self.phones = [OnThePhone(self.cast.minh) for _ in range(2)]
        # (envelope, content) → the number of its first receipt; envelope → contents in the order sent.
        self.numbers = {}
        self.contents = {}
        self.arrived = set()

    def teardown(self):
        assert not [check.name for check in CHECKS if any(True for _row in check.wrong())]
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # On the phones

    @rule(
        target=written,
        right=st.booleans(),
        pictures=st.lists(st.sampled_from(list(PICTURES)), unique=True, max_size=2),
        send=st.booleans(),
    )
    def write(self, right, pictures, send):
        named = [{"sha256": each, "size": len(PICTURES[each]), "name": "anh.jpg"} for each in pictures]
        return self.phones[0].writes(
            self.road, narrative="Mở đường" if right else "", envelope={"photos": named, "send": send}
        )

    @rule(target=written, before=written, right=st.booleans(), honest=st.booleans())
    def edit(self, before, right, honest):
        """The same envelope with other words; an honest phone says which content they replace."""
        known = self.contents.get(before["id"], [])
        words = {**before["data"], "narrative": f"Sửa {len(str(before))}" if right else "", "reached": "lại"}
        return {**before, "data": words, "replaces": known[-1] if honest and known else None}

    @rule(envelope=written, phone=st.integers(0, 1))
    def send(self, envelope, phone):
        self.take([envelope], phone)

    @rule(envelopes=st.lists(written, min_size=2, max_size=4), phone=st.integers(0, 1))
    def send_several(self, envelopes, phone):
        self.take(envelopes, phone)

    def take(self, envelopes, phone):
        for sent, receipt in zip(envelopes, self.phones[phone].send(*envelopes), strict=True):
            assert receipt["id"] == sent["id"]
            assert receipt["state"] in STATES | {"withdrawn"}, receipt
            first = self.numbers.setdefault((sent["id"], receipt["content"]), receipt["number"])
            assert first == receipt["number"], "the same content has one receipt"
            if receipt["content"] not in self.contents.setdefault(sent["id"], []):
                self.contents[sent["id"]].append(receipt["content"])
            missing = {each["sha256"] for each in sent["photos"]} - self.arrived
            assert set(receipt["photos_missing"]) == missing

    @rule(picture=st.sampled_from(list(PICTURES)), phone=st.integers(0, 1))
    def a_photo_arrives(self, picture, phone):
        self.phones[phone].sends_photo(PICTURES[picture])
        self.arrived.add(picture)

    # At the office

    @precondition(lambda self: self.phones[1].phone.revoked_at is None)
    @rule()
    def the_second_phone_is_lost(self):
        self.phones[1].phone.revoke(by=self.cast.minh.user, reason="Mất máy")

    @precondition(lambda self: self.road.initiative.state == "running")
    @rule(on=st.sampled_from([date(2026, 7, 1), date(2026, 7, 10)]))
    def the_initiative_ends(self, on):
        self.road.initiative.end(by=self.cast.vinh, on=on, reason="Xong")

    @rule(number=st.integers(0, 20), verb=st.sampled_from(["settle", "release", "withdraw", "take_over"]))
    def somebody_decides(self, number, verb):
        waiting = list(Delivery.objects.waiting().order_by("pk"))
        if not waiting:
            return
        more = {"reason": "Không cần"} if verb == "withdraw" else {}
        try:
            getattr(waiting[number % len(waiting)], verb)(by=self.cast.vinh, **more)
        except Refused:
            return

    @rule(number=st.integers(0, 20), verb=st.sampled_from(["accept", "return_"]))
    def a_report_is_decided(self, number, verb):
        sent = list(FieldReport.objects.filter(state="sent").order_by("pk"))
        if sent:
            more = {"reason": "Ghi rõ"} if verb == "return_" else {}
            getattr(sent[number % len(sent)], verb)(by=self.cast.nga, **more)

    # What holds after each step

    @invariant()
    def each_content_is_kept_once_in_one_state(self):
        rows = list(Delivery.objects.all())
        assert {(str(row.envelope), row.content_hash) for row in rows} == set(self.numbers)
        assert len(rows) == len(self.numbers)
        assert {row.state for row in rows} <= STATES | {"withdrawn"}

    @invariant()
    def each_accepted_one_is_one_report_and_no_report_comes_from_elsewhere(self):
        accepted = list(Delivery.objects.filter(state="accepted"))
        assert len({row.envelope for row in accepted}) == len(accepted)
        first = FieldReport.objects.filter(version=1)
        assert {row.record_id for row in accepted} == set(first.values_list("pk", flat=True))
        # A version that was taken over corrects one of them; it never becomes another.
        series = FieldReport.objects.order_by().values_list("series", flat=True).distinct()
        assert len(series) == len(accepted)


class AnyOrder(TestCase):
    @classmethod
    def setUpTestData(cls):
        WORLD["cast"] = cast()
        WORLD["road"] = running(WORLD["cast"])

    def test_nothing_is_lost_or_doubled(self):
        run_state_machine_as_test(
            Outbox,
            settings=settings(
                max_examples=20,
                stateful_step_count=16,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
