"""Whatever is thrown at the intake is refused in a sentence: never a fault, never memory without bound."""

import json
import tracemalloc
import uuid

from django.test import TestCase
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as ForAnything

from kheo.fieldwork.models import FieldReport
from kheo.offline import envelopes
from kheo.offline.models import Delivery, ExpectedPhoto
from kheo.offline.tests.cast import OnThePhone, cast, running

UUID = "2ab552ad-4e6b-4ca7-8a5f-3c08bb4ca383"
SHA = "ab" * 32


class WholeRequests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def refused(self, body, status, code):
        told = self.minh.ask("deliveries", body)
        self.assertEqual((self.minh.answer.status_code, told["refused"]["code"]), (status, code), told)
        self.assertTrue(told["refused"]["sentence"])
        self.assertEqual(Delivery.objects.count(), 0)

    def test_what_is_no_list_of_envelopes(self):
        for body in (
            b"", b"{", b"[]", b"null", b"7", b'"x"', b"{}", b'{"envelopes": 7}', b'{"envelopes": {}}',
            b"\xff\xfe\x00", b'{"envelopes": [NaN]}', b'{"envelopes": [Infinity]}',
            b'{"envelopes": [' + b"9" * 5000 + b"]}", b"[" * 100_000, b'{"a":' * 50_000,
            b"\x1f\x8b\x08\x00zip", b"PK\x03\x04",
        ):  # fmt: skip
            self.refused(body, 400, "malformed")

    def test_too_much_at_once(self):
        self.refused({"envelopes": [None] * 51}, 413, "too_many")
        self.refused(b" " * (envelopes.MOST_BYTES + 1), 413, "too_large")

    def test_a_length_that_lies_is_read_no_further(self):
        body = b" " * (envelopes.MOST_BYTES + 10)
        tracemalloc.start()
        answer = self.minh.client.generic(
            "POST", "/thuc-dia/api/v1/deliveries", body, content_type="application/json",
            headers={"Authorization": self.minh.key}, CONTENT_LENGTH="999999999999999",
        )  # fmt: skip
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.assertEqual(answer.status_code, 413)
        self.assertLess(most, 40 * 1024 * 1024)

    def test_wrong_ways_to_ask(self):
        for method in ("get", "put", "delete", "patch"):
            for path in ("deliveries", "farewell", "phones"):
                answer = getattr(self.minh.client, method)("/thuc-dia/api/v1/" + path)
                self.assertEqual((answer.status_code, answer.json()["refused"]["code"]), (405, "method"))

    def test_a_farewell_that_is_nonsense(self):
        for said in (b"x", {"sealed": "two"}, {"sealed": -1}, {"sealed": 10**9}, {"sealed": True}):
            self.minh.ask("farewell", said)
            self.assertEqual(self.minh.answer.status_code, 400, said)

    def test_waiting_that_is_nonsense_is_not_believed(self):
        for waiting in ("x", -1, 10**12, True, None, [], 1.5):
            told = self.minh.ask("deliveries", {"waiting": waiting, "envelopes": []})
            self.assertEqual(told["receipts"], [])
        self.minh.phone.refresh_from_db()
        self.assertEqual(self.minh.phone.waiting, 0)


class OneEnvelope(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def good(self, **changed):
        return self.minh.writes(self.road, envelope=changed)

    def unreadable(self, *sent):
        for receipt in self.minh.send(*sent):
            self.assertEqual(receipt["state"], "unreadable", receipt)
            self.assertTrue(receipt["sentence"])
        self.assertEqual(Delivery.objects.count(), 0)

    def test_the_frame(self):
        self.unreadable(None, 7, "x", [], {}, self.good(id=None), self.good(id=7), self.good(id="x" * 36))
        self.unreadable(
            *(self.good(kind=wrong) for wrong in (None, 7, "", "x" * 21, "a b", "../x", ["report"]))
        )
        self.unreadable(*(self.good(**{"as": wrong}) for wrong in ("1", -1, 0, 2**63, True, 1.5, [1])))
        self.unreadable(
            *(
                self.good(pack_day=wrong)
                for wrong in (7, "x", "2026-13-01", "2026-02-30", "26-07-01", "٢٠٢٦-٠١-٠١")
            )
        )
        self.unreadable(*(self.good(replaces=wrong) for wrong in (7, "x", "AB" * 32, [])))
        self.unreadable(*(self.good(send=wrong) for wrong in ("yes", 1, None)))
        self.unreadable(*(self.good(form=wrong) for wrong in ("a b", "x" * 65, 7, ["a"])))

    def test_the_words(self):
        for data in (
            None, [], "x", {"": "x"}, {"a b": "x"}, {"x" * 81: "x"}, {"a": 7}, {"a": 1.5}, {"a": True},
            {"a": {"b": "c"}}, {"a": [["b"]]}, {"a": "x\x00y"}, {"a": ["\ud800"]}, {"a": "x" * 200_001},
            {"a": ["x"] * 501}, {f"a{n}": "" for n in range(2001)}, {"__proto__": "x"}, {"a.b": "x"},
        ):  # fmt: skip
            self.unreadable(self.good(data=data))

    def test_the_photos(self):
        photo = {"sha256": SHA, "size": 5, "name": "a.jpg", "taken_on": None}
        for wrong in (
            7, {}, [7], [{**photo, "sha256": "x"}], [{**photo, "sha256": SHA.upper()}],
            [{**photo, "size": 0}], [{**photo, "size": 10**9}], [{**photo, "size": "5"}],
            [{**photo, "name": 7}],
            [{**photo, "taken_on": "x"}], [photo] * 11, [photo] * 10_000,
        ):  # fmt: skip
            self.unreadable(self.good(photos=wrong))

    def test_the_name_of_a_photo_is_no_path(self):
        names = {
            "../../etc/passwd": "passwd",
            "C:\\Users\\minh\\anh.jpg": "anh.jpg",
            "/a/b/": "",
            "a\x00b\n.jpg": "b .jpg".replace(" ", ""),
            "..": "",
            "x" * 5000 + ".jpg": None,
        }
        photos = [
            {"sha256": f"{n:064x}", "size": 5, "name": name, "taken_on": "2099-01-01"}
            for n, name in enumerate(names)
        ]
        [receipt] = self.minh.send(self.good(photos=photos))
        self.assertEqual((receipt["state"], len(receipt["photos_missing"])), ("accepted", 6))
        for row in ExpectedPhoto.objects.all():
            self.assertNotRegex(row.name, r"[/\\:\x00-\x1f]|^\.\.?$")
            self.assertLessEqual(len(row.name), 120)
            # Taken in the future: the phone's clock was wrong.
            self.assertIsNone(row.taken_on)

    def test_numbers_beyond_all_bounds(self):
        for number in ("9" * 400, "-5", "1e400", "NaN", "∞", "0x10", "٣٤", "1" + "0" * 190_000):
            [receipt] = self.minh.send(
                self.minh.writes(self.road, households=number, money_vnd_khac="9" * 300)
            )
            self.assertEqual(receipt["state"], "needs_attention", number[:20])
        for pk in ("9" * 400, "-1", "1.5", "٣", "", "1 OR 1=1", str(2**63)):
            [receipt] = self.minh.send(self.minh.writes(self.road, initiative=pk))
            self.assertEqual(receipt["state"], "needs_attention", pk[:20])
        [receipt] = self.minh.send(
            self.minh.registers(self.cast, owner="9" * 30, year="9" * 300, field="x", commune="٣")
        )
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertEqual(FieldReport.objects.count(), 0)

    def test_a_fault_of_ours_keeps_what_was_typed_and_stops_no_other(self):
        from unittest import mock

        from kheo.fieldwork import filing

        filed = filing.file

        def breaks(form, **rest):
            if form.cleaned_data["narrative"] == "Hỏng":
                raise ZeroDivisionError
            return filed(form, **rest)

        bad, good = self.minh.writes(self.road, narrative="Hỏng"), self.minh.writes(self.road)
        with mock.patch.object(filing, "file", breaks), self.assertLogs("kheo.offline.intake", "ERROR"):
            receipts = self.minh.send(bad, good)
        self.assertEqual([receipt["state"] for receipt in receipts], ["needs_attention", "accepted"])
        self.assertEqual(Delivery.objects.get(why="fault").content["data"]["narrative"], ["Hỏng"])
        # Mended, the office takes it up.
        Delivery.objects.get(why="fault").settle(by=self.cast.vinh)
        self.assertEqual(FieldReport.objects.count(), 2)


# Anything JSON can say, and what is nearly right: both must be answered.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["initiative", "happened_on", "happened_until", "span", "narrative", "households", "photo_on", "series",
     "owner", "year", "field", "name", "kind", "subject", "level_asked", "enrolment", "consent"]
)  # fmt: skip
WORDS = st.text(max_size=30) | st.sampled_from(
    ["1", "05/07/2026", "31/02/2026", "1,5 triệu", "9" * 100, UUID, "model", "person", "\x00", "😀", "٣"]
)
ENVELOPES = JSON | st.fixed_dictionaries(
    {
        "id": st.uuids().map(str) | st.just(UUID) | JSON,
        "kind": st.sampled_from(["report", "registration", "unit_report", "continuing", "x"]) | JSON,
        "data": st.dictionaries(FIELDS | st.text(max_size=10), WORDS | st.lists(WORDS, max_size=3) | JSON),
    },
    optional={
        "as": st.integers(-5, 40) | JSON,
        "pack_day": st.dates().map(str) | JSON,
        "form": JSON,
        "written_at": JSON,
        "replaces": st.just(SHA) | JSON,
        "photos": JSON
        | st.lists(st.fixed_dictionaries({"sha256": st.just(SHA), "size": st.just(5)}), max_size=3),
        "send": st.booleans() | JSON,
    },
)
STATES = {"accepted", "superseded", "needs_attention", "conflict", "quarantined", "unreadable"}
GENTLY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class Anything(ForAnything):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.minh = OnThePhone(cls.cast.minh)

    @GENTLY
    @given(st.lists(ENVELOPES, max_size=4))
    def test_every_envelope_gets_its_receipt(self, sent):
        body = json.dumps({"waiting": 0, "envelopes": sent}, allow_nan=True).encode("utf-8", "replace")
        told = self.minh.ask("deliveries", body)
        if self.minh.answer.status_code == 200:
            self.assertEqual(len(told["receipts"]), len(sent))
            self.assertLessEqual({receipt["state"] for receipt in told["receipts"]}, STATES)
            self.assertTrue(all(receipt["sentence"] for receipt in told["receipts"]))
        else:
            # NaN, or a number too long to be one.
            self.assertEqual((self.minh.answer.status_code, told["refused"]["code"]), (400, "malformed"))

    @GENTLY
    @given(st.binary(max_size=300))
    def test_any_bytes_are_answered(self, body):
        for path in ("deliveries", "farewell"):
            self.minh.ask(path, body)
            self.assertIn(self.minh.answer.status_code, (200, 400, 401))

    @GENTLY
    @given(st.text(max_size=300))
    @example("\x80.0")
    def test_any_name_of_a_photo_becomes_a_plain_one(self, name):
        plain = envelopes.plain_name(name)
        self.assertNotRegex(plain, r"[/\\:\x00-\x1f\x7f]|^\.")
        self.assertLessEqual(len(plain), 120)

    def test_ids_of_one_person_say_nothing_to_another(self):
        """The very same envelope from somebody else is another delivery, and shows nothing of the first."""
        road = running(self.cast)
        written = self.minh.writes(road, envelope={"id": str(uuid.uuid4())})
        [first] = self.minh.send(written)
        lan = OnThePhone(self.cast.lan)
        [second] = lan.send({**written, "as": self.cast.lan.pk})
        self.assertEqual((first["state"], second["state"], second["record"]), ("accepted", "conflict", None))
