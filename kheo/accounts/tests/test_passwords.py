"""One's own password: chosen at the first sign-in, changed when one likes, by rules said in Vietnamese."""

from datetime import timedelta

from django.test import Client, TestCase
from django.urls import reverse

from kheo.accounts.models import SignInRule, User
from kheo.accounts.tests.cast import PASSWORD, hoa, sign_in, signed_in
from kheo.audit.models import Entry
from kheo.lib.periods import today

NEW = "Con duong hoa 2 km"


class FirstSignInTest(TestCase):
    def setUp(self):
        self.hoa = hoa()
        self.code = self.hoa.set_temporary_password()

    def test_the_code_is_easily_copied_from_paper(self):
        self.assertRegex(self.code, r"^[a-hj-km-np-z2-9]{5}-[a-hj-km-np-z2-9]{5}$")
        self.assertNotEqual(self.code, self.hoa.set_temporary_password())

    def test_before_anything_else_one_chooses_ones_own(self):
        sign_in(self.client, "hoa", self.code)
        answer = self.client.get("/tai-khoan/?a=1")
        self.assertRedirects(answer, "/tai-khoan/mat-khau/?next=/tai-khoan/%3Fa%3D1")
        page = self.client.get(answer.url)
        self.assertContains(page, "mã dùng một lần")
        self.assertNotContains(page, "Mật khẩu hiện tại")
        self.assertContains(page, "Ít nhất 14 ký tự")

    def test_then_one_goes_on_where_one_wanted_to(self):
        sign_in(self.client, "hoa", self.code)
        answer = self.change(next="/tai-khoan/?a=1")
        self.assertRedirects(answer, "/tai-khoan/?a=1")
        self.hoa.refresh_from_db()
        self.assertFalse(self.hoa.must_change_password)
        self.assertTrue(signed_in(self.client))

    def test_one_may_sign_out_instead(self):
        sign_in(self.client, "hoa", self.code)
        self.assertRedirects(self.client.post("/dang-xuat/"), "/dang-nhap/")

    def test_the_code_itself_is_no_own_password(self):
        SignInRule.objects.enter(by=None, least_characters=8, kinds=2, basis="Quy chế mẫu")
        sign_in(self.client, "hoa", self.code)
        answer = self.client.post("/tai-khoan/mat-khau/", {"password1": self.code, "password2": self.code})
        self.assertContains(answer, "Hãy chọn mật khẩu khác với mật khẩu hiện tại.")

    def test_a_form_is_not_sent_around_the_change(self):
        sign_in(self.client, "hoa", self.code)
        answer = self.client.post("/tai-khoan/", {"phone": "", "language": "vi", "theme": "dark"})
        self.assertIn("/tai-khoan/mat-khau/", answer.url)
        self.hoa.refresh_from_db()
        self.assertEqual(self.hoa.phone, "+84912345678")

    def change(self, new: str = NEW, **more):
        return self.client.post("/tai-khoan/mat-khau/", {"password1": new, "password2": new, **more})


class ChangeTest(TestCase):
    def setUp(self):
        self.hoa = hoa()
        sign_in(self.client, "hoa")

    def change(self, new: str = NEW, again: str | None = None, present: str = PASSWORD):
        data = {"oldpassword": present, "password1": new, "password2": new if again is None else again}
        return self.client.post("/tai-khoan/mat-khau/", data)

    def test_it_works_and_signs_out_everywhere_else(self):
        phone = Client()
        sign_in(phone, "hoa")
        self.assertRedirects(self.change(), "/tai-khoan/")
        self.assertEqual(phone.get("/tai-khoan/").status_code, 302)
        self.assertEqual(self.client.get("/tai-khoan/").status_code, 200)
        self.assertEqual(Entry.objects.about(self.hoa).first().verb, "password_changed")
        self.client.logout()
        sign_in(self.client, "hoa", NEW)
        self.assertTrue(signed_in(self.client))

    def test_the_present_one_must_be_right(self):
        self.assertContains(self.change(present="sai"), "Đây không phải mật khẩu hiện tại của đồng chí.")

    def test_both_must_be_alike(self):
        self.assertContains(self.change(again="khac han"), "Hai lần nhập mật khẩu mới không giống nhau")

    def test_the_rules_speak_vietnamese(self):
        for new, sentence in {
            "ngan": "Mật khẩu quá ngắn: cần ít nhất 14 ký tự.",
            "0123456789": "người khác sẽ thử đầu tiên",
            "matkhau2026": "người khác sẽ thử đầu tiên",
            "Dân vận khéo 2026!": "người khác sẽ thử đầu tiên",
            "password123456": "người khác sẽ thử đầu tiên",
            "nguyenthihoa88": "không được chứa tên hoặc số điện thoại",
            "Nguyễn Thị Hoà 88": "không được chứa tên hoặc số điện thoại",
            "goi 0912345678": "không được chứa tên hoặc số điện thoại",
            PASSWORD: "khác với mật khẩu hiện tại",
            "": "Không được để trống ô này.",
        }.items():
            with self.subTest(new):
                answer = self.change(new)
                self.assertContains(answer, sentence)
                for english in ("This ", "password is", "too short", "must "):
                    self.assertNotContains(answer, english)

    def test_what_kinds_of_characters_are_missing_is_named(self):
        self.assertContains(self.change("mot con duong dai"), "Mật khẩu còn thiếu: một chữ hoa, một chữ số.")

    def test_an_office_may_ask_for_less_or_more_from_a_day_on(self):
        SignInRule.objects.enter(by=None, least_characters=8, kinds=1, basis="Quy chế mẫu")
        self.assertContains(self.client.get("/tai-khoan/mat-khau/"), "Ít nhất 8 ký tự")
        self.assertRedirects(self.change("duonghoa"), "/tai-khoan/")
        tomorrow = today() + timedelta(days=1)
        SignInRule.objects.enter(by=None, valid_from=tomorrow, least_characters=20, basis="Quy chế mẫu 2")
        self.assertEqual(SignInRule.objects.now().least_characters, 8)
        self.assertEqual(SignInRule.objects.on(tomorrow).least_characters, 20)

    def test_a_visitor_has_no_password_to_change(self):
        self.assertEqual(Client().get("/tai-khoan/mat-khau/").status_code, 302)

    def test_an_administrators_new_code_ends_all_sessions(self):
        administrator = User.objects.create_user("an", full_name="Trần An")
        User.objects.get(pk=self.hoa.pk).set_temporary_password(by=administrator)
        self.assertEqual(self.client.get("/tai-khoan/").status_code, 302)
        entry = Entry.objects.about(self.hoa).get(verb="code_given")
        self.assertEqual(entry.user, administrator)


class WithoutPasswordTests(TestCase):
    def test_the_cast_of_the_demonstration_has_no_password_to_change(self):
        minh = User.objects.create_user("minh", None, full_name="Lô Văn Minh", is_sample=True)
        self.client.force_login(minh, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = self.client.get(reverse("account_change_password"))
        self.assertContains(answer, "không có mật khẩu", status_code=409)
        self.assertNotContains(self.client.get(reverse("account")), reverse("account_change_password"))
