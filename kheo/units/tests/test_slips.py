"""Slips: eight on a sheet from the browser and as .docx; codes shown once, printed again when one jams."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils.html import escape

from kheo.accounts.models import User
from kheo.audit.models import Entry
from kheo.units import slips
from kheo.units.models import Post, Role, SlipBatch
from kheo.units.tests.cast import Cast, cast, person, post

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CODE = re.compile(r"[a-hj-km-np-z2-9]{5}-[a-hj-km-np-z2-9]{5}")
NEW = "Con duong hoa 2 km"


def of(user: User) -> Client:
    vars(user).pop("current_posts", None)
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def newcomers(cast: Cast, count: int) -> list[User]:
    people = []
    for number in range(count):
        user = User.objects.prepared(
            f"nguoi{number}.tamquang", full_name=f"Nguyễn Thị Người {number}", must_change_password=True
        )
        user.save()
        post(user, cast.dang_uy_tam_quang, Role.REPORTER)
        people.append(user)
    return people


class SlipTest(TestCase):
    def setUp(self):
        self.cast = cast()
        self.an = Post.objects.get(user=self.cast.an)

    def batch(self, count: int) -> SlipBatch:
        batch = SlipBatch.objects.create(unit=self.an.unit, post=self.an, name="Cán bộ xã")
        batch.people.set(newcomers(self.cast, count))
        return batch

    def print(self, batch, *people) -> list[str]:
        path = reverse("slip_batch", args=[batch.pk])
        self.page = of(self.cast.an).post(path, {"person": [each.pk for each in people]})
        return re.findall(r'slip__code">([^<]+)<', self.page.content.decode())

    def test_a_slip_says_who_where_and_how(self):
        batch = self.batch(1)
        (code,) = self.print(batch)
        for words in ("Đảng ủy xã Tam Quang", "Nguyễn Thị Người 0", "nguoi0.tamquang", "Mở địa chỉ", code):
            self.assertContains(self.page, words)
        self.assertContains(self.page, "127.0.0.1:8000/dang-nhap")
        self.assertIn("no-store", self.page["Cache-Control"])

    @override_settings(SITE_ADDRESS="https://kheo.nghean.example")
    def test_the_square_opens_the_sign_in_page_with_the_name_and_without_the_code(self):
        user = newcomers(self.cast, 1)[0]
        slip = slips.give([user], by=self.an)[0]
        self.assertEqual(slip.link, "https://kheo.nghean.example/dang-nhap/?ten=nguoi0.tamquang")
        self.assertEqual(slip.address, "kheo.nghean.example/dang-nhap")
        self.assertIn("<svg", slip.qr)
        self.assertNotRegex(slip.qr, r"style=")

    def test_from_the_slip_to_the_first_page(self):
        (code,) = self.print(self.batch(1))
        phone = Client()
        phone.get("/dang-nhap/?ten=nguoi0.tamquang")
        first = phone.post("/dang-nhap/", {"login": "nguoi0.tamquang", "password": code}, follow=True)
        self.assertContains(first, "Đặt mật khẩu")
        last = phone.post(
            "/tai-khoan/mat-khau/", {"password1": NEW, "password2": NEW, "next": "/"}, follow=True
        )
        self.assertEqual(last.request["PATH_INFO"], reverse("home"))

    def test_when_the_printer_jams_only_those_not_yet_in_get_new_codes(self):
        batch = self.batch(3)
        first = self.print(batch)
        came = User.objects.get(username="nguoi1.tamquang")
        came.choose_password(NEW)
        again = self.print(batch)
        self.assertEqual((len(first), len(again)), (3, 2))
        self.assertFalse(set(first) & set(again))
        self.assertTrue(User.objects.get(pk=came.pk).check_password(NEW))
        self.assertFalse(User.objects.get(username="nguoi0.tamquang").check_password(first[0]))

    def test_a_few_only(self):
        batch = self.batch(3)
        self.assertEqual(len(self.print(batch, batch.people.first())), 1)
        self.assertEqual(Entry.objects.filter(verb="code_given").count(), 1)

    def test_the_page_itself_never_shows_a_code(self):
        batch = self.batch(2)
        self.print(batch)
        page = of(self.cast.an).get(reverse("slip_batch", args=[batch.pk]))
        self.assertNotContains(page, "slip__code")
        self.assertContains(page, "Phiếu họ đang giữ không dùng được nữa")

    def test_hundreds_cost_the_same_queries(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for size in (1, 12):
            batch = SlipBatch.objects.create(unit=self.an.unit, post=self.an, name="x")
            people = []
            for number in range(size):
                user = User.objects.prepared(
                    f"n{size}x{number}", full_name="Vi Thị Lan", must_change_password=True
                )
                user.save()
                post(user, self.cast.dang_uy_tam_quang, Role.REPORTER)
                people.append(user)
            batch.people.set(people)
            client = of(self.cast.an)
            with CaptureQueriesContext(connection) as captured:
                client.post(reverse("slip_batch", args=[batch.pk]))
            counts.append(len(captured))
        self.assertEqual(counts[0], counts[1])

    def test_the_same_codes_leave_as_a_document_for_an_hour(self):
        made = slips.give(newcomers(self.cast, 9), by=self.an)
        handed = slips.handed_back(made)
        self.assertEqual(slips.from_page(handed), made)
        answer = of(self.cast.an).post(reverse("slips_docx"), {"slips": handed})
        self.assertIn("phieu-dang-nhap.docx", answer["Content-Disposition"])
        for wrong in ("", handed[:-2] + "xx"):
            answer = of(self.cast.an).post(reverse("slips_docx"), {"slips": wrong})
            self.assertContains(answer, "đã quá một giờ", status_code=409)

    def test_a_neighbour_finds_no_batch_and_a_reader_is_refused(self):
        batch = self.batch(1)
        hung = person("hung", "Lô Văn Hùng")
        post(hung, self.cast.dang_uy_tam_quang, Role.UNIT_ADMIN)
        path = reverse("slip_batch", args=[batch.pk])
        for method in ("get", "post"):
            self.assertEqual(getattr(of(hung), method)(path).status_code, 404)
            self.assertEqual(getattr(of(self.cast.duc), method)(path).status_code, 409)
        handed = slips.handed_back(slips.give(list(batch.people.all()), by=self.an))
        self.assertEqual(of(self.cast.duc).post(reverse("slips_docx"), {"slips": handed}).status_code, 409)

    def test_a_new_slip_for_one_person_tells_them_at_the_next_sign_in(self):
        answer = of(self.cast.an).post(reverse("person_slip", args=[self.cast.minh.pk]))
        (code,) = CODE.findall(answer.content.decode().split("slip__code")[1][:40])
        client = Client()
        client.post("/dang-nhap/", {"login": "minh", "password": code})
        self.assertContains(client.get("/tai-khoan/mat-khau/"), escape("Mã do Phan Thị An"))

    def test_a_closed_account_gets_no_slip(self):
        self.cast.minh.close(by=self.an)
        answer = of(self.cast.an).post(reverse("person_slip", args=[self.cast.minh.pk]))
        self.assertContains(answer, "đã khóa. Hãy mở lại trước", status_code=409)


def pages_of(pdf: Path) -> list[str]:
    """The text of each page."""
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
    return text.stdout.split("\f")[:-1]


def slips_for(count: int) -> list[slips.Slip]:
    from kheo.lib.periods import today

    unit = "Ủy ban Mặt trận Tổ quốc Việt Nam xã Nghĩa Thọ Đàn Sơn Trường (xã Nghĩa Thọ Đàn Sơn Trường)"
    title = "Phó Chủ tịch Ủy ban Mặt trận Tổ quốc Việt Nam kiêm Chủ tịch Hội Nông dân"
    return [
        slips.Slip(
            f"Nguyễn Hoàng Thị Phương Người {n}",
            unit,
            title,
            f"nguoi{n}.nghiathodan",
            f"abcde-fgh{n:02}",
            today(),
        )
        for n in range(count)
    ]


# A machine with letters wider than Times New Roman, and no others.
WIDE = Path("/usr/share/fonts/truetype/dejavu")
ONLY_WIDE = f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{WIDE}</dir><cachedir>{{cache}}</cachedir></fontconfig>"""


@pytest.mark.parametrize("letters", ["of the machine", "wide"])
@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext") and WIDE.exists())
    and not os.environ.get("CI"),
    reason="LibreOffice, pdftotext and wide letters are installed by the full check",
)
def test_libreoffice_prints_exactly_eight_a_page(tmp_path, monkeypatch, letters):
    if letters == "wide":
        told = tmp_path / "fonts.conf"
        told.write_text(ONLY_WIDE.format(cache=tmp_path / "cache"))
        monkeypatch.setenv("FONTCONFIG_FILE", str(told))
    file = tmp_path / "phieu.docx"
    file.write_bytes(b"".join(slips.docx_response(slips_for(17)).streaming_content))
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(file)], check=True, capture_output=True, timeout=120
    )
    pages = pages_of(tmp_path / "phieu.pdf")
    assert [len(re.findall(r"abcde\Wfgh\d\d", page)) for page in pages] == [8, 8, 1]
    # The last line of a slip is not cut off, however long its names.
    assert pages[0].count("chỉ một lần") == 8
    assert pages[0].count("Nông dân") == 8


@pytest.mark.browser
def test_the_browser_prints_exactly_eight_a_page(browser_page, sign_in, axe, tmp_path):
    everybody = cast()
    batch = SlipBatch.objects.create(
        unit=everybody.board, post=Post.objects.get(user=everybody.an), name="Cán bộ"
    )
    batch.people.set(newcomers(everybody, 17))
    page = sign_in(everybody.an)
    page.goto(reverse("slip_batch", args=[batch.pk]))
    axe()
    page.get_by_role("button", name="In 17 phiếu").click()
    page.wait_for_selector(".slip")
    axe()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"test-results/slips-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator(".slip").count() == 17
    pdf = tmp_path / "slips.pdf"
    pdf.write_bytes(page.pdf(prefer_css_page_size=True, print_background=False))
    pages = page_count(pdf)
    assert pages == 3
    # Every slip lies whole within its eighth of the sheet.
    page.emulate_media(media="print")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.slip')]
            .filter(slip => slip.scrollHeight > slip.clientHeight + 1).length"""
    )
    assert cut == 0


def page_count(pdf: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf.read_bytes()))
