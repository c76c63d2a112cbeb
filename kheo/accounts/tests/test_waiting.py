"""Five wrong passwords make one name wait at one address, and nobody else anywhere."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.test import Client, TestCase
from django.utils import timezone

from kheo.accounts.models import SignIn
from kheo.accounts.tests.cast import hoa, minh, sign_in, signed_in

OFFICE, HOME = "10.1.2.3", "10.9.9.9"


class WaitingTest(TestCase):
    def setUp(self):
        self.hoa, self.minh = hoa(), minh()

    def guess(self, times: int = 5, name: str = "hoa", at: str = OFFICE):
        for _attempt in range(times):
            answer = sign_in(Client(), name, "sai mật khẩu", at=at)
        return answer

    def test_the_fifth_wrong_password_says_how_long_to_wait(self):
        self.assertEqual(self.guess(4).status_code, 200)
        answer = self.guess(1)
        self.assertContains(answer, "Vui lòng thử lại sau 15 phút", status_code=429)

    def test_then_even_the_right_password_waits(self):
        self.guess()
        answer = sign_in(self.client, "hoa", at=OFFICE)
        self.assertContains(answer, "thử lại sau 15 phút", status_code=429)
        self.assertFalse(signed_in(self.client))
        self.assertEqual(SignIn.objects.filter(outcome="waiting").count(), 1)

    def test_a_colleague_in_the_same_office_does_not_notice(self):
        self.guess()
        sign_in(self.client, "minh.tamquang", at=OFFICE)
        self.assertTrue(signed_in(self.client))

    def test_she_herself_may_sign_in_elsewhere(self):
        self.guess()
        sign_in(self.client, "hoa", at=HOME)
        self.assertTrue(signed_in(self.client))

    def test_name_and_phone_number_count_together(self):
        self.guess(2, "hoa")
        self.guess(2, "0912 345 678")
        self.assertEqual(self.guess(1, "+84912345678").status_code, 429)

    def test_another_browser_does_not_start_anew(self):
        for number in range(5):
            answer = self.client.post(
                "/dang-nhap/",
                {"login": "hoa", "password": "sai"},
                REMOTE_ADDR=OFFICE,
                HTTP_USER_AGENT=f"B{number}",
            )
        self.assertEqual(answer.status_code, 429)

    def test_a_forged_forwarding_header_does_not_start_anew(self):
        for number in range(5):
            answer = self.client.post(
                "/dang-nhap/",
                {"login": "hoa", "password": "sai"},
                REMOTE_ADDR=OFFICE,
                HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
            )
        self.assertEqual(answer.status_code, 429)

    def test_behind_the_offices_own_server_addresses_are_told_apart(self):
        with self.settings(TRUSTED_PROXIES=1):
            for _attempt in range(5):
                answer = self.behind("10.0.0.1", "sai")
            self.assertEqual(answer.status_code, 429)
            self.assertEqual(self.behind("10.0.0.2").status_code, 302)

    def behind(self, address: str, password: str | None = None):
        from kheo.accounts.tests.cast import PASSWORD

        return Client().post(
            "/dang-nhap/",
            {"login": "hoa", "password": password or PASSWORD},
            REMOTE_ADDR="127.0.0.1",
            HTTP_X_FORWARDED_FOR=f"6.6.6.6, {address}",
        )

    def test_the_wait_ends_and_trying_sooner_does_not_lengthen_it(self):
        self.guess()
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))
        self.assertContains(self.guess(1), "sau 5 phút", status_code=429)
        AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
        sign_in(self.client, "hoa", at=OFFICE)
        self.assertTrue(signed_in(self.client))

    def test_a_success_wipes_the_slate(self):
        self.guess(4)
        sign_in(Client(), "hoa", at=OFFICE)
        self.assertEqual(self.guess(4).status_code, 200)

    def test_her_success_does_not_wipe_a_colleagues_slate(self):
        self.guess(4, "minh.tamquang")
        sign_in(Client(), "hoa", at=OFFICE)
        self.assertEqual(self.guess(1, "minh.tamquang").status_code, 429)

    def test_a_new_password_from_the_administrator_ends_the_wait(self):
        self.guess()
        password = self.hoa.set_temporary_password()
        sign_in(self.client, "hoa", password, at=OFFICE)
        self.assertTrue(signed_in(self.client))

    def test_names_that_are_nobodys_wait_alike(self):
        self.assertEqual(self.guess(5, "khong-co-ai").status_code, 429)

    def test_an_office_of_a_hundred_signs_in_within_a_minute_from_one_address(self):
        from django.core.cache import cache

        cache.clear()
        for number in range(120):
            answer = Client().post("/dang-nhap/", {"login": f"n{number}", "password": ""}, REMOTE_ADDR=OFFICE)
            self.assertEqual(answer.status_code, 200)
        sign_in(self.client, "hoa", at=OFFICE)
        self.assertTrue(signed_in(self.client))
