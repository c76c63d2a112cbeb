"""A person's own page."""

from django.test import Client, TestCase

from kheo.accounts.models import User
from kheo.accounts.tests.cast import hoa, minh, sign_in
from kheo.audit.models import Entry


class AccountTest(TestCase):
    def setUp(self):
        self.hoa = hoa()
        sign_in(self.client, "hoa")

    def keep(self, **changes):
        return self.client.post(
            "/tai-khoan/", {"phone": "0912 345 678", "language": "vi", "theme": "auto", **changes}
        )

    def test_it_shows_who_one_is_and_when_the_account_was_used(self):
        page = self.client.get("/tai-khoan/")
        for words in ("Nguyễn Thị Hòa", "0912 345 678", "10.1.2.3", "đăng nhập"):
            self.assertContains(page, words)

    def test_a_visitor_signs_in_first(self):
        self.assertRedirects(Client().get("/tai-khoan/"), "/dang-nhap/?next=/tai-khoan/")

    def test_nobody_sees_a_neighbours_sign_ins(self):
        minh()
        neighbour = Client()
        sign_in(neighbour, "minh.tamquang", at="10.7.7.7")
        self.assertNotContains(self.client.get("/tai-khoan/"), "10.7.7.7")

    def test_a_new_phone_number_signs_in(self):
        self.assertRedirects(self.keep(phone="+84 987-654-321"), "/tai-khoan/")
        self.client.logout()
        sign_in(self.client, "0987654321")
        self.assertEqual(self.client.session["_auth_user_id"], str(self.hoa.pk))

    def test_the_journal_names_the_phone_number_without_copying_it(self):
        self.keep(phone="0987 654 321", theme="dark")
        entry = Entry.objects.about(self.hoa).get(verb="profile_changed")
        self.assertEqual(entry.changes, {"phone": [None, None], "theme": ["auto", "dark"]})
        self.assertEqual(entry.user, self.hoa)

    def test_nothing_changed_leaves_no_entry(self):
        self.keep()
        self.assertFalse(Entry.objects.filter(verb="profile_changed").exists())

    def test_the_number_may_be_taken_out(self):
        self.keep(phone="")
        self.hoa.refresh_from_db()
        self.assertIsNone(self.hoa.phone)

    def test_wrong_numbers_are_refused_in_a_sentence_and_stay_in_the_field(self):
        minh(phone="0987 654 321")
        for typed, sentence in {
            "1234": "Đây không phải số điện thoại",
            "gọi tôi nhé": "Đây không phải số điện thoại",
            "0987654321": "đã thuộc về một tài khoản khác",
        }.items():
            with self.subTest(typed):
                answer = self.keep(phone=typed)
                self.assertContains(answer, sentence)
                self.assertContains(answer, f'value="{typed}"')

    def test_language_and_colours_follow_the_person_to_the_next_machine(self):
        self.keep(language="en", theme="dark")
        self.assertContains(self.client.get("/tai-khoan/"), "My account")
        other = Client()
        sign_in(other, "hoa")
        page = other.get("/tai-khoan/")
        self.assertContains(page, 'lang="en" data-theme="dark"')
        self.assertContains(page, "My account")

    def test_whoever_signs_in_next_on_the_machine_has_their_own(self):
        self.keep(language="en")
        minh()
        self.client.post("/dang-xuat/")
        sign_in(self.client, "minh.tamquang")
        self.assertContains(self.client.get("/tai-khoan/"), "Tài khoản của tôi")

    def test_name_and_user_name_are_not_taken_from_the_form(self):
        self.keep(full_name="Người khác", username="admin", is_sample="1")
        self.assertEqual(User.objects.get(pk=self.hoa.pk).full_name, "Nguyễn Thị Hòa")

    def test_it_costs_the_same_with_one_sign_in_and_with_many(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        self.client.get("/tai-khoan/")
        for _visit in range(2):
            with CaptureQueriesContext(connection) as queries:
                self.client.get("/tai-khoan/")
            counts.append(len(queries))
            sign_in(Client(), "hoa")
            sign_in(Client(), "hoa")
        self.assertEqual(counts[0], counts[1])
