"""In a demonstration the cast stands on the sign-in page; elsewhere it does not exist."""

from django.test import Client, TestCase, override_settings

from kheo.accounts.models import User
from kheo.accounts.tests.cast import hoa, minh, signed_in


class DemoTest(TestCase):
    def setUp(self):
        self.hoa = hoa(is_sample=True, demo_note="Chuyên viên, Ban Tuyên giáo và Dân vận Tỉnh ủy")
        self.real = minh()
        self.url = f"/dang-nhap/thu/{self.hoa.pk}/"

    def test_outside_demo_mode_nobody_is_listed_and_the_way_is_shut(self):
        self.assertNotContains(self.client.get("/dang-nhap/"), "Nguyễn Thị Hòa")
        self.assertEqual(self.client.post(self.url).status_code, 404)
        self.assertFalse(signed_in(self.client))

    @override_settings(DEMO=True)
    def test_one_press_signs_in(self):
        page = self.client.get("/dang-nhap/?next=/tai-khoan/")
        self.assertContains(page, "Chuyên viên, Ban Tuyên giáo và Dân vận Tỉnh ủy")
        self.assertContains(page, self.url)
        self.assertNotContains(page, "Vi Văn Minh")
        self.assertRedirects(self.client.post(self.url, {"next": "/tai-khoan/"}), "/tai-khoan/")
        self.assertTrue(signed_in(self.client))

    @override_settings(DEMO=True)
    def test_it_needs_a_press_and_leads_nowhere_else(self):
        self.assertEqual(self.client.get(self.url).status_code, 405)
        self.assertEqual(Client(enforce_csrf_checks=True).post(self.url).status_code, 403)
        answer = self.client.post(self.url, {"next": "//evil.example/"})
        self.assertRedirects(answer, "/", fetch_redirect_response=False)

    @override_settings(DEMO=True)
    def test_real_people_and_closed_accounts_cannot_be_played(self):
        self.assertEqual(self.client.post(f"/dang-nhap/thu/{self.real.pk}/").status_code, 404)
        User.objects.filter(pk=self.hoa.pk).update(is_active=False)
        self.assertEqual(self.client.post(self.url).status_code, 404)

    @override_settings(DEMO=True)
    def test_one_changes_from_one_person_to_the_next_without_what_was_theirs(self):
        self.client.post(self.url)
        session = self.client.session
        session["hers"] = "secret"
        session.save()
        binh = User.objects.create_user("binh", full_name="Lê Bình", is_sample=True)
        self.client.post(f"/dang-nhap/thu/{binh.pk}/")
        self.assertEqual(self.client.session["_auth_user_id"], str(binh.pk))
        self.assertNotIn("hers", self.client.session)

    @override_settings(DEMO=True, ALLOWED_HOSTS=["*"])
    def test_other_machines_are_sent_away_from_every_page(self):
        for meta in (
            {"REMOTE_ADDR": "10.0.0.7"},
            {"REMOTE_ADDR": ""},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "203.0.113.9"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.9"},
        ):
            for path in ("/dang-nhap/", "/tai-khoan/", "/khong-co/"):
                with self.subTest(path, **meta):
                    answer = self.client.get(path, **meta)
                    self.assertContains(answer, "chỉ chạy trên một máy", status_code=403)
            self.assertEqual(self.client.post(self.url, **meta).status_code, 403)

    @override_settings(DEMO=True)
    def test_this_machine_is_answered_by_each_of_its_names(self):
        for address in ("127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1"):
            with self.subTest(address):
                self.assertEqual(self.client.get("/dang-nhap/", REMOTE_ADDR=address).status_code, 200)

    def test_a_real_office_is_reached_from_everywhere(self):
        self.assertEqual(self.client.get("/dang-nhap/", REMOTE_ADDR="10.0.0.7").status_code, 200)

    @override_settings(DEMO=True)
    def test_every_page_says_that_it_is_a_demonstration(self):
        self.assertContains(self.client.get("/dang-nhap/"), "demo-banner")
        self.client.post(self.url)
        self.assertContains(self.client.get("/tai-khoan/"), "demo-banner")

    @override_settings(DEMO=True)
    def test_the_list_costs_one_query_however_long(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for number in range(2):
            User.objects.create_user(f"vai{number}", full_name=f"Vai {number}", is_sample=True)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                Client().get("/dang-nhap/")
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
