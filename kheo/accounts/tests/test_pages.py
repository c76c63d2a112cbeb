"""Each page of this room in both languages, from this host alone, without inline script or style."""

import re

from django.test import Client, TestCase, override_settings

from kheo.accounts.tests.cast import hoa, sign_in

VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I)


def words_of(answer) -> str:
    """The visible words of the page's middle, without names of people and languages."""
    html = answer.content.decode()
    middle = html[html.index("<main") : html.index("</main>")]
    text = re.sub(r"<[^>]+>", " ", middle)
    for name in ("Nguyễn Thị Hòa", "Tiếng Việt", "Khéo"):
        text = text.replace(name, "")
    return re.sub(r"\s+", " ", text)


class PagesTest(TestCase):
    def pages(self, language: str):
        """Every page as (name, answer)."""
        visitor = Client(headers={"accept-language": language})
        visitor.cookies["django_language"] = language
        yield "sign in", visitor.get("/dang-nhap/?next=/tai-khoan/")
        yield "wrong", sign_in(visitor, "hoa", "sai")
        yield "forgotten", visitor.get("/dang-nhap/quen-mat-khau/")
        yield "closed", visitor.get("/dang-nhap/tai-khoan-da-khoa/")
        for _attempt in range(5):
            waiting = sign_in(visitor, "khong-co-ai", "sai")
        yield "waiting", waiting
        with override_settings(ACCOUNT_RATE_LIMITS={"login": "1/m/ip"}):
            sign_in(visitor, "a", "", at="10.5.5.5")
            yield "flood", sign_in(visitor, "a", "", at="10.5.5.5")
        with override_settings(DEMO=True):
            yield "demo", visitor.get("/dang-nhap/")
            yield "demo elsewhere", visitor.get("/dang-nhap/", REMOTE_ADDR="10.0.0.7")
        session = visitor.session
        session["ended"] = "idle"
        session.save()
        yield "idle", visitor.get("/dang-nhap/")
        sign_in(visitor, "hoa")
        yield "account", visitor.get("/tai-khoan/")
        yield "account wrong", visitor.post("/tai-khoan/", {"phone": "1", "language": "xx", "theme": "neon"})
        yield "password", visitor.get("/tai-khoan/mat-khau/")
        yield "password wrong", visitor.post("/tai-khoan/mat-khau/", {"password1": "a", "password2": "b"})
        yield "sign out", visitor.get("/dang-xuat/")
        again = Client(headers={"accept-language": language})
        sign_in(again, "hoa", self.person.set_temporary_password())
        yield "first password", again.get("/tai-khoan/mat-khau/")

    def setUp(self):
        from django.core.cache import cache

        cache.clear()

    def test_vietnamese_pages_hold_no_english(self):
        self.person = hoa(is_sample=True)
        for name, answer in self.pages("vi"):
            with self.subTest(name):
                words = words_of(answer)
                self.assertRegex(words, VIETNAMESE)
                english = re.findall(
                    r"\b(?:the|your|you|password|please|sign|this|is|required|enter|select)\b", words, re.I
                )
                self.assertEqual(english, [], words)

    def test_english_pages_hold_no_vietnamese(self):
        self.person = hoa(is_sample=True, language="en")
        for name, answer in self.pages("en"):
            with self.subTest(name):
                self.assertNotRegex(words_of(answer), VIETNAMESE)

    def test_no_page_asks_another_host_or_carries_inline_code(self):
        self.person = hoa(is_sample=True)
        for name, answer in self.pages("vi"):
            with self.subTest(name):
                html = answer.content.decode()
                loaded = re.findall(r'(?:src|href|action)="([^"]*)"', html)
                self.assertEqual([url for url in loaded if re.match(r"\w+:|//", url)], [])
                self.assertNotRegex(html, r'\sstyle=|\son\w+="|<style|javascript:')
                self.assertNotRegex(html, r"<script(?![^>]*\ssrc=)")
                policy = answer.headers["Content-Security-Policy"]
                self.assertIn("script-src 'self'", policy)
                self.assertNotIn("unsafe", policy)

    def test_pages_with_passwords_are_not_kept_by_the_browser(self):
        hoa()
        client = Client()
        pages = [client.get("/dang-nhap/")]
        sign_in(client, "hoa")
        pages += [client.get("/tai-khoan/"), client.get("/tai-khoan/mat-khau/")]
        for page in pages:
            self.assertIn("no-store", page.headers["Cache-Control"])
