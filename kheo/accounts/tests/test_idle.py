"""Who goes to lunch is signed out; what was typed and where one was are kept."""

import time
from unittest.mock import patch

from django.test import TestCase

from kheo.accounts.models import SignIn
from kheo.accounts.tests.cast import hoa, sign_in, signed_in
from kheo.audit.models import Entry


class IdleTest(TestCase):
    def setUp(self):
        self.hoa = hoa()
        sign_in(self.client, "hoa")

    def later(self, minutes: float):
        return patch("kheo.accounts.middleware.time.time", return_value=time.time() + minutes * 60)

    def test_after_half_an_hour_without_a_click_one_signs_in_again(self):
        with self.later(31):
            answer = self.client.get("/tai-khoan/?tab=1")
        self.assertRedirects(answer, "/dang-nhap/?next=/tai-khoan/%3Ftab%3D1", fetch_redirect_response=False)
        page = self.client.get(answer.url)
        self.assertContains(page, "Đồng chí đã được đăng xuất vì không thao tác trong 30 phút")
        answer = sign_in(self.client, "hoa", next="/tai-khoan/?tab=1")
        self.assertRedirects(answer, "/tai-khoan/?tab=1", fetch_redirect_response=False)
        self.assertNotIn("ended", self.client.session)

    def test_clicking_now_and_then_keeps_one_signed_in(self):
        for minutes in (20, 40, 60, 80):
            with self.later(minutes):
                self.assertEqual(self.client.get("/tai-khoan/").status_code, 200)

    def test_clicks_within_a_minute_write_nothing(self):
        self.client.get("/tai-khoan/")
        with patch.object(self.client.session.__class__, "save") as save:
            with self.later(0.5):
                self.client.get("/tai-khoan/")
        save.assert_not_called()

    def test_after_a_working_day_one_signs_in_again_even_while_clicking(self):
        session = self.client.session
        session["since"] = int(time.time()) - 12 * 3600 - 1
        session.save()
        answer = self.client.get("/tai-khoan/")
        self.assertEqual(answer.status_code, 302)
        self.assertContains(self.client.get(answer.url), "suốt một ngày làm việc")

    def test_the_office_may_choose_a_shorter_time(self):
        with self.settings(IDLE_MINUTES=5), self.later(6):
            self.client.get("/tai-khoan/")
        self.assertFalse(signed_in(self.client))

    def test_a_form_sent_too_late_is_kept_for_its_writer(self):
        self.client.get("/tai-khoan/")
        with self.later(31):
            answer = self.client.post(
                "/tai-khoan/", {"phone": "0987 654 321", "language": "vi", "theme": "dark"}
            )
        self.assertIn("/dang-nhap/?next=/da-giu/", answer.url)
        self.hoa.refresh_from_db()
        self.assertEqual(self.hoa.phone, "+84912345678")
        from urllib.parse import parse_qs, urlsplit

        onward = parse_qs(urlsplit(answer.url).query)["next"][0]
        back = sign_in(self.client, "hoa", next=onward)
        self.assertRedirects(back, onward, fetch_redirect_response=False)
        self.assertContains(self.client.get(onward), "0987 654 321")

    def test_the_time_out_is_in_the_journal(self):
        with self.later(31):
            self.client.get("/tai-khoan/")
        self.assertEqual(SignIn.objects.first().outcome, "signed_out")
        self.assertEqual(Entry.objects.about(self.hoa).first().verb, "signed_out")

    def test_a_session_that_the_server_forgot_asks_to_sign_in(self):
        self.client.session.flush()
        self.assertRedirects(
            self.client.get("/tai-khoan/"), "/dang-nhap/?next=/tai-khoan/", fetch_redirect_response=False
        )

    def test_public_pages_go_on_without_the_person(self):
        with self.later(31):
            self.assertEqual(self.client.get("/dang-nhap/quen-mat-khau/").status_code, 200)

    def test_a_visitor_costs_no_session(self):
        self.client.logout()
        self.client.cookies.clear()
        answer = self.client.get("/dang-nhap/quen-mat-khau/")
        self.assertNotIn("sessionid", answer.cookies)
