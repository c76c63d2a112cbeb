"""A link from a chat: opened in Zalo's own browser it lands, after signing in, where it pointed.

A crawler that makes the chat's preview reads the product's name and nothing else.
"""

from http.cookies import Morsel

import pytest
from django.conf import settings
from django.test import Client, TestCase
from django.urls import reverse

from kheo.accounts.models import User
from kheo.initiatives.tests.cast import cast, draft
from kheo.units.models import Post
from kheo.units.tests import cast as people

# As Zalo's own browsers name themselves.
ZALO = {
    "android": "Mozilla/5.0 (Linux; Android 12; SM-A125F Build/SP1A.210812.016; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/110.0.5481.153 Mobile Safari/537.36 Zalo android/12100701 "
    "ZaloTheme/light ZaloLanguage/vi",
    "ios": "Mozilla/5.0 (iPhone; CPU iPhone OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 Zalo iOS/430 ZaloTheme/light ZaloLanguage/vn",
}
CRAWLERS = ("facebookexternalhit/1.1", "ZaloPC-win32-24v650", "Mozilla/5.0 (compatible; Zalo/1.0)")
PASSWORD = "mat-khau-dai-1"


class Links(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.enrolment = draft(cls.cast, "Tiếng kẻng bình yên")
        cls.path = f"{cls.enrolment.get_absolute_url()}?tu=zalo&muc=2"

    def sign_in(self, client, username, onward):
        page = client.get(onward, follow=True)
        return client.post(
            reverse("account_login"),
            {"login": username, "password": PASSWORD, "next": page.context["redirect_field_value"]},
            follow=True,
        )

    def test_after_signing_in_one_is_where_the_link_pointed(self):
        for agent in ZALO.values():
            client = Client(headers={"user-agent": agent, "referer": "https://zalo.me/"})
            answer = self.sign_in(client, "minh", self.path)
            self.assertEqual(answer.redirect_chain[-1][0], self.path)
            self.assertContains(answer, "Tiếng kẻng bình yên")

    def test_also_after_choosing_the_first_password(self):
        User.objects.filter(username="minh").update(must_change_password=True)
        client = Client(headers={"user-agent": ZALO["android"]})
        answer = self.sign_in(client, "minh", self.path)
        self.assertTemplateUsed(answer, "account/password_change.html")
        chosen = {"oldpassword": PASSWORD, "password1": "Con-trau-xanh-9", "password2": "Con-trau-xanh-9"}
        onward = answer.context["redirect_field_value"]
        done = client.post(reverse("account_change_password"), {**chosen, "next": onward}, follow=True)
        self.assertEqual(done.redirect_chain[-1][0], self.path)

    def test_a_crawler_reads_the_name_and_nothing_else(self):
        for agent in CRAWLERS:
            answer = Client(headers={"user-agent": agent}).get(self.path, follow=True)
            html = answer.content.decode()
            head = html[: html.index("</head>")]
            self.assertIn('<meta property="og:title" content="Khéo">', head)
            self.assertIn('<meta property="og:description" content="Đăng nhập để xem.">', head)
            self.assertNotIn("Tiếng kẻng", html)
            self.assertNotIn(self.enrolment.get_absolute_url(), head)

    def test_cookies_come_along_from_another_app(self):
        """Lax: sent when a link in another app opens a page, never with a form of another site."""
        client = Client()
        self.sign_in(client, "minh", self.path)
        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "kheo_person"):
            cookie: Morsel = client.cookies[name]
            self.assertEqual(cookie["samesite"], "Lax", name)


class OtherPosts(TestCase):
    """Lan works in Tam Hợp; she also reports for Tam Quang."""

    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.enrolment = draft(cls.cast)
        cls.page = reverse("message", args=["initiative_link", cls.enrolment.initiative_id])
        cls.second = people.post(cls.cast.lan.user, cls.cast.world.dang_uy_tam_quang, "reporter")

    def act_as(self, post):
        self.client.force_login(post.user)
        session = self.client.session
        session["post"] = post.pk
        session.save()

    def test_the_switch_is_offered_and_leads_to_the_page(self):
        self.act_as(self.cast.lan)
        path = f"{self.page}?tu=zalo"
        offered = self.client.get(path)
        self.assertContains(offered, "thuộc nhiệm vụ khác của đồng chí")
        self.assertContains(offered, self.second.label)
        self.assertNotContains(offered, "Tiếng kẻng")
        answer = self.client.post(reverse("act_as"), {"post": self.second.pk, "next": path}, follow=True)
        self.assertEqual(answer.redirect_chain[-1][0], path)
        self.assertContains(answer, "Tiếng kẻng bình yên")

    def test_who_holds_no_such_post_is_told_nothing(self):
        Post.objects.filter(pk=self.second.pk).delete()
        other = people.post(self.cast.lan.user, self.cast.world.dang_uy_tam_hop, "clerk")
        self.act_as(other)
        self.assertEqual(self.client.get(self.page).status_code, 404)
        self.act_as(self.cast.lan)
        unknown = self.page.replace(f"/{self.enrolment.initiative_id}/", "/999999/")
        self.assertEqual(
            self.client.get(self.page).content.replace(self.page.encode(), b""),
            self.client.get(unknown).content.replace(unknown.encode(), b""),
        )

    def test_a_role_of_another_post_is_offered_too(self):
        reader = people.post(self.cast.minh.user, self.cast.world.dang_uy_tam_quang, "reader")
        self.act_as(reader)
        self.assertContains(self.client.get(self.page), self.cast.minh.label)


@pytest.mark.browser
def test_on_a_phone_in_zalo_with_a_place_on_the_page(chromium, live_server, transactional_db):
    """The "#…" of a link survives signing in; the text is copied by one tap and noted by a second."""
    at = cast()
    enrolment = draft(at)
    context = chromium.new_context(
        base_url=live_server.url,
        user_agent=ZALO["android"],
        viewport={"width": 360, "height": 740},
        permissions=["clipboard-read", "clipboard-write"],
        locale="vi-VN",
    )
    page = context.new_page()
    target = f"{enrolment.initiative.get_absolute_url()}?tu=zalo#facts"
    page.goto(target)
    page.fill("input[name=login]", "minh")
    page.fill("input[name=password]", PASSWORD)
    page.click("form[data-onward] button[type=submit]")
    page.wait_for_url(f"**{target}")
    page.click("details.message > summary")
    page.wait_for_selector(".message__said:not(:empty)")
    assert "Đã chép" in page.inner_text(".message__said")
    assert "Mời xem" in page.evaluate("navigator.clipboard.readText()")
    # Without the clipboard, as in an old WebView, the text is selected to be copied by hand.
    page.evaluate(
        "() => { Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        " document.execCommand = () => false; }"
    )
    page.click("[data-copy]")
    page.wait_for_function("document.querySelector('.message__said').textContent.includes('Nhấn giữ')")
    assert page.evaluate("() => document.activeElement.selectionEnd") > 20
    page.click(".message__sheet button[type=submit]")
    page.wait_for_selector("text=Đã ghi nhận")
    assert "đã nhắn 1 lần, lần cuối hôm nay bởi Lô Văn Minh" in page.inner_text(".message__history")
    context.close()
