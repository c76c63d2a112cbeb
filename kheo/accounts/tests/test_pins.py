"""Minh and Hoa share the office's machine: each opens it with six digits, under their own name."""

from datetime import timedelta
from unittest.mock import patch

from django.test import Client, TestCase
from django.utils import timezone

from kheo.accounts.models import Pin, SignIn, User
from kheo.accounts.tests.cast import PASSWORD, hoa, minh, sign_in, signed_in
from kheo.audit.models import Entry

SET = "/tai-khoan/ma-pin/"


class PinTest(TestCase):
    def setUp(self):
        self.hoa, self.minh = hoa(), minh()
        self.machine = Client()

    def set_pin(self, name="minh.tamquang", pin="402917", password=PASSWORD, again=None, client=None):
        client = client or self.machine
        sign_in(client, name)
        data = {"password": password, "device": "Máy văn phòng", "pin": pin, "again": again or pin}
        answer = client.post(SET, data)
        client.post("/dang-xuat/")
        return answer

    def page_of(self, user: User) -> str:
        return f"/dang-nhap/ma-pin/{Pin.objects.get(user=user, removed_at=None).pk}/"

    def open(self, user: User, pin="402917", client=None, **more):
        return (client or self.machine).post(self.page_of(user), {"pin": pin, **more})

    def test_it_opens_the_session_of_its_person(self):
        self.assertRedirects(self.set_pin(), "/tai-khoan/", fetch_redirect_response=False)
        self.open(self.minh)
        self.assertEqual(self.machine.session["_auth_user_id"], str(self.minh.pk))
        self.assertEqual(SignIn.objects.first().outcome, SignIn.Outcome.BY_PIN)
        self.minh.refresh_from_db()
        self.assertLess(timezone.now() - self.minh.awake_since, timedelta(minutes=1))

    def test_several_people_share_the_machine_each_under_their_own_name(self):
        self.set_pin()
        self.set_pin("hoa", "718263")
        page = self.machine.get("/dang-nhap/?next=/tai-khoan/")
        for words in ("Đồng chí là ai?", "Vi Văn Minh", "Nguyễn Thị Hòa", "?next=/tai-khoan/"):
            self.assertContains(page, words)
        self.assertEqual(Pin.objects.values("device").distinct().count(), 1)
        self.open(self.hoa, "718263")
        self.assertEqual(self.machine.session["_auth_user_id"], str(self.hoa.pk))

    def test_one_lands_where_one_wanted_to_go_and_never_elsewhere(self):
        self.set_pin()
        self.assertRedirects(self.open(self.minh, next="/tai-khoan/"), "/tai-khoan/")
        self.machine.post("/dang-xuat/")
        self.assertEqual(self.open(self.minh, next="https://evil.example/").url, "/")

    def test_other_machines_show_no_names_and_know_no_pin(self):
        self.set_pin()
        elsewhere = Client()
        self.assertNotContains(elsewhere.get("/dang-nhap/"), "Vi Văn Minh")
        self.assertEqual(elsewhere.get(self.page_of(self.minh)).status_code, 404)
        self.assertEqual(self.open(self.minh, client=elsewhere).status_code, 404)
        elsewhere.cookies["kheo_device"] = "a-guess"
        self.assertEqual(self.open(self.minh, client=elsewhere).status_code, 404)

    def test_only_those_who_chose_a_pin_are_named(self):
        self.set_pin()
        sign_in(self.machine, "hoa")
        self.machine.post("/dang-xuat/")
        self.assertNotContains(self.machine.get("/dang-nhap/"), "Nguyễn Thị Hòa")

    def test_five_wrong_tries_and_the_password_is_asked(self):
        self.set_pin()
        for left in (4, 3, 2, 1):
            self.assertContains(self.open(self.minh, "111222"), f"Còn {left} lần thử")
        self.assertContains(self.open(self.minh, "111222"), "Mã PIN đã sai năm lần")
        self.open(self.minh)
        self.assertFalse(signed_in(self.machine))
        self.assertEqual(Entry.objects.about(self.minh).filter(verb="pin_failed").count(), 5)
        # The password opens the PIN again.
        sign_in(self.machine, "minh.tamquang")
        self.machine.post("/dang-xuat/")
        self.open(self.minh)
        self.assertTrue(signed_in(self.machine))

    def test_the_right_pin_forgets_earlier_slips_of_the_finger(self):
        self.set_pin()
        for _day in range(3):
            for _slip in range(4):
                self.open(self.minh, "111222")
            self.open(self.minh)
            self.assertTrue(signed_in(self.machine))
            self.machine.post("/dang-xuat/")

    def test_after_its_days_the_password_is_asked(self):
        self.set_pin()
        Pin.objects.update(password_at=timezone.now() - timedelta(days=15))
        self.assertContains(self.machine.get(self.page_of(self.minh)), "Đã lâu đồng chí chưa nhập mật khẩu")
        self.open(self.minh)
        self.assertFalse(signed_in(self.machine))

    def test_an_unlucky_choice_is_refused(self):
        sentences = {
            "123456": "thử mã PIN này đầu tiên",
            "654321": "thử mã PIN này đầu tiên",
            "000000": "thử mã PIN này đầu tiên",
            "123123": "thử mã PIN này đầu tiên",
            "121212": "thử mã PIN này đầu tiên",
            "112121": "thử mã PIN này đầu tiên",
            "345678": "thử mã PIN này đầu tiên",
            "912345": "không được là một phần số điện thoại",
            "12345": "Mã PIN gồm sáu chữ số",
            "12a456": "Mã PIN gồm sáu chữ số",
        }
        for pin, sentence in sentences.items():
            with self.subTest(pin):
                self.assertContains(self.set_pin("hoa", pin), sentence)
        self.assertContains(self.set_pin("hoa", "402917", again="402918"), "không giống nhau")
        self.assertFalse(Pin.objects.exists())

    def test_an_open_machine_gains_no_key_without_the_password(self):
        self.assertContains(self.set_pin(password="sai"), "Đây không phải mật khẩu hiện tại")
        self.assertFalse(Pin.objects.exists())

    def test_a_stolen_database_holds_half_of_the_hash_only(self):
        self.set_pin()
        from django.contrib.auth.hashers import check_password

        pin = Pin.objects.get()
        self.assertFalse(check_password("402917", pin.hashed))
        key = self.machine.cookies["kheo_device"].value
        self.assertTrue(check_password("402917" + key, pin.hashed))
        self.assertNotIn(key, pin.device.key)
        self.assertTrue(self.machine.cookies["kheo_device"]["httponly"])

    def test_a_lost_machine_is_removed_from_another(self):
        self.set_pin()
        at_home = Client()
        sign_in(at_home, "minh.tamquang")
        self.assertContains(at_home.get("/tai-khoan/"), "Máy văn phòng")
        at_home.post(f"/tai-khoan/ma-pin/{Pin.objects.get().pk}/go/")
        self.assertNotContains(at_home.get("/tai-khoan/"), "Máy văn phòng")
        self.assertNotContains(self.machine.get("/dang-nhap/"), "Vi Văn Minh")
        self.assertEqual(Entry.objects.filter(verb="pin_removed").count(), 1)

    def test_nobody_removes_a_neighbours_pin(self):
        self.set_pin()
        other = Client()
        sign_in(other, "hoa")
        self.assertEqual(other.post(f"/tai-khoan/ma-pin/{Pin.objects.get().pk}/go/").status_code, 404)
        self.assertTrue(Pin.objects.standing().exists())

    def test_a_new_password_or_slip_ends_all_pins(self):
        self.set_pin()
        self.minh.set_temporary_password()
        self.assertFalse(Pin.objects.standing().exists())
        self.minh.choose_password(PASSWORD)
        self.set_pin()
        self.minh.choose_password("Con duong hoa 2 km")
        self.assertFalse(Pin.objects.standing().exists())

    def test_a_pin_opens_no_sleeping_and_no_closed_account(self):
        self.set_pin()
        User.objects.update(awake_since=timezone.now() - timedelta(days=46))
        self.assertRedirects(self.open(self.minh), "/dang-nhap/tai-khoan-dang-ngu/")
        page = self.page_of(self.minh)
        self.minh.close(by=None)
        self.assertEqual(self.machine.get(page).status_code, 404)

    def test_administrators_have_no_pin_and_lose_one_they_had(self):
        self.set_pin()
        page = self.page_of(self.minh)
        with patch("kheo.accounts.administrators.ANSWERS", [lambda user: True]):
            self.assertContains(self.machine.get(page), "đăng nhập bằng mật khẩu")
            self.open(self.minh)
            self.assertFalse(signed_in(self.machine))
            sign_in(self.machine, "hoa")
            self.assertContains(self.machine.get(SET), "mã PIN sẽ mở ra quá nhiều", status_code=409)
            self.assertContains(self.machine.get("/tai-khoan/"), "máy nào cũng hỏi mật khẩu")

    def test_setting_it_again_replaces_it(self):
        self.set_pin()
        self.set_pin(pin="718263")
        self.open(self.minh)
        self.assertFalse(signed_in(self.machine))
        self.open(self.minh, "718263")
        self.assertTrue(signed_in(self.machine))
