"""An account nobody uses falls asleep: nothing is lost, and its superior hears who knocked."""

from datetime import timedelta

from django.test import Client, TestCase
from django.utils import timezone

from kheo.accounts.models import SignIn, SignInRule, User
from kheo.accounts.tests.cast import PASSWORD, hoa, minh, sign_in, signed_in
from kheo.audit.models import Entry
from kheo.lib.refusals import Refused

ASLEEP = "/dang-nhap/tai-khoan-dang-ngu/"


class SleepTest(TestCase):
    def setUp(self):
        self.minh = minh()

    def idle(self, days: int, **fields) -> None:
        User.objects.filter(pk=self.minh.pk).update(
            awake_since=timezone.now() - timedelta(days=days), **fields
        )
        self.minh.refresh_from_db()

    def test_after_forty_five_days_the_right_password_reads_a_sentence(self):
        self.idle(46)
        client = Client()
        self.assertRedirects(sign_in(client, "minh.tamquang"), ASLEEP)
        self.assertFalse(signed_in(client))
        page = client.get(ASLEEP)
        self.assertContains(page, "Đã 45 ngày")
        self.assertContains(page, "Không mất gì")
        self.minh.refresh_from_db()
        self.assertIsNotNone(self.minh.asked_to_reopen)
        self.assertEqual(SignIn.objects.get().outcome, SignIn.Outcome.ASLEEP)

    def test_asking_twice_is_asked_once(self):
        self.idle(46)
        for _again in range(2):
            sign_in(Client(), "minh.tamquang")
        self.assertEqual(Entry.objects.filter(verb="asked_to_reopen").count(), 1)

    def test_a_wrong_password_learns_nothing_about_sleep(self):
        self.idle(46)
        self.assertContains(sign_in(Client(), "minh.tamquang", "sai"), "chưa đúng")
        self.minh.refresh_from_db()
        self.assertIsNone(self.minh.asked_to_reopen)

    def test_before_that_one_comes_in_and_the_days_begin_anew(self):
        self.idle(44)
        client = Client()
        sign_in(client, "minh.tamquang")
        self.assertTrue(signed_in(client))
        self.assertFalse(User.objects.asleep(ahead=10).exists())

    def test_reopened_the_same_password_opens(self):
        self.idle(200)
        an = hoa()
        self.minh.reopen(by=an)
        client = Client()
        sign_in(client, "minh.tamquang", PASSWORD)
        self.assertTrue(signed_in(client))
        self.assertEqual(Entry.objects.get(verb="account_reopened").user, an)
        with self.assertRaisesMessage(Refused, "đang mở"):
            self.minh.reopen(by=an)

    def test_who_sleeps_soon_is_known_before(self):
        self.idle(36)
        self.assertEqual([*User.objects.asleep(ahead=10)], [self.minh])
        self.assertFalse(User.objects.asleep().exists())

    def test_a_rule_of_zero_days_lets_nobody_sleep(self):
        SignInRule.objects.enter(by=None, idle_days=0, basis="Quy chế mẫu")
        self.idle(4000)
        self.assertFalse(self.minh.is_asleep())
        self.assertFalse(User.objects.asleep(ahead=10).exists())

    def test_the_cast_of_the_demonstration_never_sleeps(self):
        self.idle(4000, is_sample=True)
        self.assertFalse(self.minh.is_asleep())

    def test_a_new_slip_wakes_too(self):
        self.idle(100)
        code = self.minh.set_temporary_password()
        client = Client()
        sign_in(client, "minh.tamquang", code)
        self.assertTrue(signed_in(client))

    def test_closed_is_closed_and_can_be_opened(self):
        an = hoa()
        self.minh.close(by=an, reason="Chuyển công tác")
        self.assertRedirects(sign_in(Client(), "minh.tamquang"), "/dang-nhap/tai-khoan-da-khoa/")
        with self.assertRaisesMessage(Refused, "đã khóa"):
            self.minh.close(by=an)
        self.minh.reopen(by=an)
        client = Client()
        sign_in(client, "minh.tamquang")
        self.assertTrue(signed_in(client))


class AdministratorTest(TestCase):
    def test_an_administrators_old_password_is_renewed_before_anything_else(self):
        from unittest.mock import patch

        person = hoa()
        User.objects.update(password_at=timezone.now() - timedelta(days=61))
        with patch("kheo.accounts.administrators.ANSWERS", [lambda user: user.pk == person.pk]):
            client = Client()
            sign_in(client, "hoa")
            self.assertIn("/tai-khoan/mat-khau/", client.get("/tai-khoan/").url)
            self.assertContains(client.get("/tai-khoan/mat-khau/"), "quá thời hạn")
            new = "Con duong hoa 2 km"
            client.post("/tai-khoan/mat-khau/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
            self.assertEqual(client.get("/tai-khoan/").status_code, 200)

    def test_others_keep_theirs(self):
        hoa()
        User.objects.update(password_at=timezone.now() - timedelta(days=600))
        client = Client()
        sign_in(client, "hoa")
        self.assertEqual(client.get("/tai-khoan/").status_code, 200)
