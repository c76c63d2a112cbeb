"""Hoa signs in: with her name or her phone number, however she writes them."""

import unicodedata

from django.test import TestCase

from kheo.accounts.models import SignIn, User
from kheo.accounts.tests.cast import PASSWORD, hoa, minh, sign_in, signed_in
from kheo.audit.models import Entry


class SignInTest(TestCase):
    def setUp(self):
        self.hoa = hoa()

    def test_by_user_name(self):
        answer = sign_in(self.client, "hoa")
        self.assertRedirects(answer, "/", fetch_redirect_response=False)
        self.assertTrue(signed_in(self.client))

    def test_by_user_name_in_capitals_and_with_spaces(self):
        sign_in(self.client, "  HOA ")
        self.assertTrue(signed_in(self.client))

    def test_by_an_accented_name_in_either_unicode_form(self):
        User.objects.create_user("bình", PASSWORD, full_name="Lê Bình")
        for form in ("NFC", "NFD"):
            with self.subTest(form):
                self.client.logout()
                sign_in(self.client, unicodedata.normalize(form, "BÌNH"))
                self.assertTrue(signed_in(self.client))

    def test_by_phone_number_in_every_usual_spelling(self):
        for spelling in ("0912345678", "0912 345 678", "0912.345.678", "+84912345678", "+84 912-345-678",
                         "84912345678", "(+84) 912 345 678", "０９１２３４５６７８"):  # fmt: skip
            with self.subTest(spelling):
                self.client.logout()
                sign_in(self.client, spelling)
                self.assertTrue(signed_in(self.client))

    def test_a_password_with_accents_holds_in_either_unicode_form(self):
        self.hoa.set_password(unicodedata.normalize("NFC", "tiếng kẻng bình yên"))
        self.hoa.save()
        sign_in(self.client, "hoa", unicodedata.normalize("NFD", "tiếng kẻng bình yên"))
        self.assertTrue(signed_in(self.client))

    def test_a_wrong_password_is_said_in_vietnamese_without_telling_which_was_wrong(self):
        sentence = "Tên hoặc mật khẩu chưa đúng"
        self.assertContains(sign_in(self.client, "hoa", "sai mật khẩu"), sentence)
        self.assertContains(sign_in(self.client, "khong-co-ai", "sai mật khẩu"), sentence)
        self.assertContains(sign_in(self.client, "0987654321", "sai mật khẩu"), sentence)
        self.assertFalse(signed_in(self.client))

    def test_empty_and_absurd_input_is_answered(self):
        self.assertContains(sign_in(self.client, "", ""), "Hãy nhập tên đăng nhập hoặc số điện thoại.")
        for name in ("x" * 10_000, "hoa\x00", "😀" * 20, "'; DROP TABLE--", "+" * 59):
            with self.subTest(name[:20]):
                self.assertEqual(sign_in(self.client, name).status_code, 200)

    def test_a_closed_account_is_told_so_after_the_right_password_only(self):
        User.objects.update(is_active=False)
        self.assertContains(sign_in(self.client, "hoa", "sai mật khẩu"), "chưa đúng")
        answer = sign_in(self.client, "hoa")
        self.assertRedirects(answer, "/dang-nhap/tai-khoan-da-khoa/", fetch_redirect_response=False)
        self.assertContains(self.client.get(answer.url), "Tài khoản này đã khóa")
        self.assertFalse(signed_in(self.client))

    def test_who_is_closed_while_signed_in_is_out_at_the_next_click(self):
        sign_in(self.client, "hoa")
        User.objects.update(is_active=False)
        self.assertRedirects(
            self.client.get("/tai-khoan/"), "/dang-nhap/?next=/tai-khoan/", fetch_redirect_response=False
        )

    def test_one_returns_to_where_one_wanted_to_go(self):
        page = self.client.get("/dang-nhap/?next=/tai-khoan/")
        self.assertContains(page, 'name="next" value="/tai-khoan/"')
        self.assertRedirects(sign_in(self.client, "hoa", next="/tai-khoan/"), "/tai-khoan/")

    def test_one_never_returns_to_another_host(self):
        for outside in (
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "javascript:alert(1)",
            "https:evil.example",
            "http://localhost/x",
            " //evil.example",
            "/\t/evil.example",
        ):
            with self.subTest(outside):
                self.client.logout()
                answer = sign_in(self.client, "hoa", next=outside)
                self.assertRedirects(answer, "/", fetch_redirect_response=False)

    def test_the_session_gets_a_new_key_and_keeps_what_waited_in_it(self):
        self.client.get("/dang-nhap/")
        session = self.client.session
        session["kept"] = "typed before"
        session.save()
        before = session.session_key
        sign_in(self.client, "hoa")
        self.assertNotEqual(before, self.client.session.session_key)
        self.assertEqual(self.client.session["kept"], "typed before")

    def test_the_browser_forgets_the_session_when_it_closes(self):
        answer = sign_in(self.client, "hoa")
        self.assertEqual(answer.cookies["sessionid"]["max-age"], "")
        self.assertTrue(answer.cookies["sessionid"]["httponly"])

    def test_the_page_says_when_one_was_here_before(self):
        self.assertIn("lần đăng nhập đầu tiên", self.welcome())
        self.client.logout()
        self.assertIn("Lần trước vào lúc", self.welcome())
        self.client.logout()
        sign_in(self.client, "hoa", "sai mật khẩu")
        sign_in(self.client, "hoa", "sai mật khẩu")
        self.assertIn("gõ sai mật khẩu 2 lần", self.welcome())

    def welcome(self) -> str:
        sign_in(self.client, "hoa")
        page = self.client.get("/tai-khoan/")
        return " ".join(str(message) for message in page.context["messages"])

    def test_coming_and_going_is_in_the_journal(self):
        sign_in(self.client, "hoa", "sai mật khẩu")
        sign_in(self.client, "hoa")
        self.client.post("/dang-xuat/", REMOTE_ADDR="10.1.2.3")
        verbs = Entry.objects.about(self.hoa).order_by("id").values_list("verb", flat=True)
        self.assertEqual(list(verbs), ["sign_in_failed", "signed_in", "signed_out"])
        knocks = SignIn.objects.order_by("id").values_list("outcome", "address", "user")
        self.assertEqual(
            list(knocks), [(o, "10.1.2.3", self.hoa.pk) for o in ("failed", "signed_in", "signed_out")]
        )

    def test_an_unknown_name_is_kept_masked_since_it_may_be_a_password(self):
        with self.assertLogs("kheo.accounts", "WARNING") as log:
            sign_in(self.client, "matkhaubimat99", "x")
        self.assertEqual(SignIn.objects.get().name, "ma… (14)")
        self.assertIn("ma… (14)", log.output[0])
        self.assertNotIn("matkhaubimat99", "".join(log.output))
        from axes.models import AccessAttempt

        kept = "".join(str(value) for value in AccessAttempt.objects.values_list()[0])
        self.assertNotIn("matkhaubimat99", kept)

    def test_old_sign_ins_are_forgotten(self):
        sign_in(self.client, "hoa")
        from datetime import timedelta

        from django.utils import timezone

        SignIn.objects.update(at=timezone.now() - timedelta(days=401))
        self.client.logout()
        sign_in(self.client, "hoa")
        self.assertEqual(SignIn.objects.filter(outcome="signed_in").count(), 1)

    def test_signing_out_needs_a_press(self):
        sign_in(self.client, "hoa")
        page = self.client.get("/dang-xuat/")
        self.assertContains(page, "Ở lại")
        self.assertTrue(signed_in(self.client))
        self.assertRedirects(self.client.post("/dang-xuat/"), "/dang-nhap/")
        self.assertFalse(signed_in(self.client))

    def test_signing_out_twice_is_no_error(self):
        self.assertRedirects(self.client.post("/dang-xuat/"), "/dang-nhap/")
        self.assertRedirects(self.client.get("/dang-xuat/"), "/dang-nhap/")

    def test_there_is_no_sign_up(self):
        from django.urls import NoReverseMatch, reverse

        for name in ("account_signup", "account_email", "account_set_password"):
            with self.assertRaises(NoReverseMatch):
                reverse(name)
        self.assertContains(self.client.get("/dang-nhap/quen-mat-khau/"), "mã dùng một lần")

    def test_the_forgery_guard_stands(self):
        from django.test import Client

        self.assertEqual(sign_in(Client(enforce_csrf_checks=True), "hoa").status_code, 403)

    def test_two_people_with_one_phone_number_cannot_be(self):
        from django.db import IntegrityError, transaction

        with self.assertRaises(IntegrityError), transaction.atomic():
            minh(phone="+84912345678")
