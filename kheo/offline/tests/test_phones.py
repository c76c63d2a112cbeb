"""A phone's key: given with a sign-in, renewed by each contact, ended in five ways, and never a cookie."""

import json
import uuid
from datetime import timedelta

from django.test import Client, TestCase
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.lib.refusals import Refused
from kheo.offline.models import Delivery, Phone
from kheo.offline.tests.cast import API, OnThePhone, cast, running
from kheo.units.models import Post

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Registering(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()

    def register(self, post, sent=None, **headers):
        client = Client(headers={"Accept": "application/json", **headers})
        if post is not None:
            client.force_login(post.user, backend=BACKEND)
        return client.post(API + "phones", json.dumps(sent or {}), content_type="application/json")

    def test_whoever_is_signed_in_gets_a_key_once(self):
        answer = self.register(
            self.cast.minh, **{"User-Agent": "Mozilla/5.0 (Linux; Android 7.0) Chrome/119.0"}
        )
        self.assertEqual(answer.status_code, 201, answer.content)
        told = answer.json()
        phone = Phone.objects.get(pk=told["phone"])
        self.assertEqual((phone.user, phone.name), (self.cast.minh.user, "Android · Chrome"))
        self.assertEqual(told["person"]["name"], "Lô Văn Minh")
        self.assertEqual([post["id"] for post in told["posts"]], [self.cast.minh.pk])
        self.assertNotIn(told["key"], str(Phone.objects.values()))
        self.assertTrue(phone.opens_with(told["key"]))
        self.assertEqual(answer["Cache-Control"], "no-store")

    def test_nobody_without_a_sign_in_or_without_a_post(self):
        answer = self.register(None)
        self.assertEqual((answer.status_code, answer.json()["refused"]["code"]), (401, "sign_in_again"))
        Post.objects.filter(pk=self.cast.minh.pk).update(valid_to="2026-01-01")
        vars(self.cast.minh.user).pop("current_posts", None)
        self.assertIn(self.register(self.cast.minh).status_code, (403, 409))
        self.assertEqual(Phone.objects.count(), 0)

    def test_a_foreign_site_cannot_register_a_phone(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.cast.minh.user, backend=BACKEND)
        self.assertEqual(client.post(API + "phones").status_code, 403)

    def test_the_same_person_gets_the_seal_back_another_does_not(self):
        first = self.register(self.cast.minh).json()
        again = self.register(self.cast.minh, {"phone": first["phone"]}).json()
        self.assertEqual((again["phone"], again["seal"]), (first["phone"], first["seal"]))
        self.assertNotEqual(again["key"], first["key"])
        other = self.register(self.cast.vinh, {"phone": first["phone"]}).json()
        self.assertNotEqual(other["phone"], first["phone"])
        self.assertNotEqual(other["seal"], first["seal"])

    def test_a_revoked_phone_that_is_found_begins_anew_and_opens_what_it_sealed(self):
        first = self.register(self.cast.minh).json()
        Phone.objects.get().revoke(by=self.cast.minh.user, reason="Mất máy")
        again = self.register(self.cast.minh, {"phone": first["phone"]}).json()
        self.assertNotEqual(again["phone"], first["phone"])
        self.assertEqual(again["seal"], first["seal"])

    def test_nonsense_for_an_id(self):
        for known in (7, "x", None, str(uuid.uuid4()), ["a"], {"a": 1}):
            self.assertEqual(self.register(self.cast.minh, {"phone": known}).status_code, 201, known)
        self.assertEqual(self.register(self.cast.minh, [1]).status_code, 201)


class TheKey(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def code(self, path="me", method="get", sent=None):
        told = self.minh.ask(path, sent, method=method)
        return self.minh.answer.status_code, told.get("refused", {}).get("code")

    def test_it_says_who_one_is(self):
        told = self.minh.ask("me", method="get")
        self.assertEqual((told["person"]["name"], told["seal"]), ("Lô Văn Minh", self.minh.phone.seal))

    def test_the_sign_in_of_the_browser_opens_nothing_here(self):
        client = Client()
        client.force_login(self.cast.minh.user, backend=BACKEND)
        for path in ("deliveries", "farewell"):
            self.assertEqual(client.post(API + path, "{}", content_type="application/json").status_code, 401)
        self.assertEqual(client.get(API + "me").status_code, 401)

    def test_wrong_keys_are_all_answered_alike(self):
        right = self.minh.key
        for wrong in (
            "",
            "Bearer x",
            "Kheo ",
            "Kheo x.y",
            right + "x",
            f"Kheo {uuid.uuid4()}.x",
            "Kheo " + "9" * 5000,
        ):
            answer = self.minh.client.get(API + "me", headers={"Authorization": wrong})
            self.assertEqual((answer.status_code, answer.json()["refused"]["code"]), (401, "sign_in_again"))

    def test_each_contact_renews_it_and_keeps_the_account_awake(self):
        long_ago = timezone.now() - timedelta(days=20)
        Phone.objects.update(last_contact_at=long_ago, good_until=long_ago + timedelta(days=30))
        self.cast.minh.user.__class__.objects.update(awake_since=long_ago)
        self.minh.ask("me", method="get")
        phone = Phone.objects.get()
        self.assertGreater(phone.good_until, timezone.now() + timedelta(days=29))
        self.assertGreater(phone.user.awake_since, long_ago)

    def test_past_its_days_the_person_signs_in_again_and_nothing_is_lost(self):
        written = self.minh.writes(self.road)
        Phone.objects.update(good_until=timezone.now() - timedelta(minutes=1))
        self.assertEqual(self.code(), (401, "sign_in_again"))
        self.assertEqual(self.code("deliveries", "post", {"envelopes": [written]}), (401, "sign_in_again"))
        self.assertEqual(Delivery.objects.count(), 0)
        self.minh.phone, self.minh.secret = Phone.objects.register(
            self.cast.minh.user, known=self.minh.phone.pk
        )
        self.assertEqual(self.minh.send(written)[0]["state"], "accepted")

    def test_after_the_farewell_the_key_opens_nothing(self):
        self.assertEqual(
            self.minh.ask("farewell", {"wiped": False, "sealed": 2})["phone"]["state"], "signed_out"
        )
        self.assertEqual(self.code(), (401, "sign_in_again"))
        phone = Phone.objects.get()
        self.assertEqual((phone.waiting, phone.wiped_at), (2, None))
        self.assertEqual(Entry.objects.about(phone).first().verb, "phone_signed_out")

    def test_a_revoked_phone_hands_in_wipes_itself_and_says_so(self):
        self.minh.phone.revoke(by=self.cast.minh.user, reason="Mất máy")
        Phone.objects.update(good_until=timezone.now() - timedelta(days=100))
        self.assertEqual(self.code(), (403, "hand_in_and_wipe"))
        told = self.minh.ask("deliveries", {"waiting": 0, "envelopes": [self.minh.writes(self.road)]})
        self.assertEqual(
            (told["phone"]["state"], told["receipts"][0]["state"]), ("hand_in_and_wipe", "quarantined")
        )
        self.minh.ask("farewell", {"wiped": True})
        self.assertIsNotNone(Phone.objects.get().wiped_at)
        self.assertEqual(self.code("deliveries", "post", {"envelopes": []}), (401, "sign_in_again"))

    def test_its_holder_or_their_administrator_revokes_it_nobody_else(self):
        phone = self.minh.phone
        an = Post.objects.get(user=self.cast.world.an)
        self.assertTrue(phone.may("revoke", an))
        for post in (self.cast.lan, self.cast.vinh, self.cast.duc):
            with self.assertRaises(Refused):
                phone.revoke(by=post, reason="x")
        with self.assertRaises(Refused):
            phone.revoke(by=self.cast.minh.user, reason=" ")
        phone.revoke(by=an, reason="Máy hỏng")
        with self.assertRaises(Refused):
            phone.revoke(by=an, reason="Máy hỏng")
        self.assertEqual(set(Phone.objects.visible_to(self.cast.lan)), set())
        self.assertEqual(set(Phone.objects.visible_to(an)), {phone})
        self.assertEqual(set(Phone.objects.visible_to(self.cast.minh.user)), {phone})

    def test_when_the_database_is_away_the_phone_comes_again(self):
        from unittest import mock

        from django.db import OperationalError

        from kheo.offline import intake

        with mock.patch.object(intake, "take", side_effect=OperationalError("server closed the connection")):
            self.assertEqual(self.code("deliveries", "post", {"envelopes": []}), (503, "busy"))
