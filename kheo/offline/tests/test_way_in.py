"""From the website to the app: a line of the menu, and a word on the first page until one has a phone."""

from django.test import TestCase
from django.urls import reverse

from kheo.offline.tests.cast import OnThePhone, cast


class FindingTheApp(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()

    def first_page(self, post):
        self.client.force_login(post.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return self.client.get(reverse("home")).text

    def test_a_reporter_without_a_phone_is_told_of_it(self):
        page = self.first_page(self.cast.minh)
        self.assertEqual(page.count("Làm việc khi không có sóng"), 2 + 1)
        self.assertIn('href="/thuc-dia/"', page)

    def test_whoever_has_it_finds_it_in_the_menu(self):
        OnThePhone(self.cast.minh)
        page = self.first_page(self.cast.minh)
        self.assertNotIn("panel-phone_app", page)
        self.assertIn("Làm việc khi không có sóng", page)

    def test_a_reader_reports_nothing_and_is_not_asked(self):
        page = self.first_page(self.cast.duc)
        self.assertNotIn("Làm việc khi không có sóng", page)
