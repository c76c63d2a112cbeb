"""A document comes in: pasted, as a file, or as a scan beside which a person types."""

import io
import unicodedata
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from PIL import Image

from kheo.directives import entering
from kheo.directives.models import Directive
from kheo.files.models import Attachment
from kheo.lib.refusals import Refused

from .circle import TEXT, circle


def picture() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(content, "PNG")
    return SimpleUploadedFile("ban-chup.png", content.getvalue())


class Entering(TestCase):
    def setUp(self):
        self.at = circle()
        self.client.force_login(self.at.hoa.user)

    def test_pasted_text_is_read_and_waits(self):
        answer = self.client.post("/chi-dao/nhap/", {"text": TEXT})
        made = Directive.objects.get()
        self.assertRedirects(answer, f"/chi-dao/{made.pk}/xac-nhan/")
        self.assertEqual((made.state, made.number, made.doc_type), ("read", "77-KH/BDVTU", "Kế hoạch"))
        self.assertEqual(made.entered_for, self.at.board)
        self.assertFalse(made.internal)
        task = made.assignments.get(text__contains="học tập, quán triệt")
        self.assertEqual(task.due_on, date(2021, 6, 30))
        self.assertEqual(made.text[task.start : task.end], task.text)
        body = task.addressees.get()
        self.assertEqual((body.function_id, body.level), ("cap_uy", ""))
        self.assertEqual(made.text[body.start : body.end], body.written)
        self.assertEqual(made.references.get(number__startswith="88").issued_on, date(2021, 2, 10))

    def test_text_in_nfd_reads_the_same(self):
        entering.enter(self.at.hoa, text=TEXT)
        entering.enter(self.at.hoa, text=unicodedata.normalize("NFD", TEXT))
        one, other = Directive.objects.order_by("pk")
        self.assertEqual(one.text, other.text)
        self.assertEqual(
            list(one.assignments.values_list("text", "start")),
            list(other.assignments.values_list("text", "start")),
        )

    def test_a_text_file_is_kept_and_read(self):
        self.client.post("/chi-dao/nhap/", {"file": SimpleUploadedFile("kh77.txt", TEXT.encode())})
        made = Directive.objects.get()
        self.assertEqual(made.number, "77-KH/BDVTU")
        self.assertEqual(made.file.name, "kh77.txt")
        self.assertTrue(made.file.may_be_seen_by(self.at.hoa.user))
        self.assertFalse(made.file.may_be_seen_by(self.at.minh.user))

    def test_a_scan_is_kept_and_the_page_shows_it_beside_the_fields(self):
        answer = self.client.post("/chi-dao/nhap/", {"file": picture()}, follow=True)
        made = Directive.objects.get()
        self.assertEqual(made.text, "")
        self.assertTrue(made.unread)
        self.assertContains(answer, f"/{made.file.key}/")
        self.assertContains(answer, "<img")

    def test_what_is_typed_beside_a_scan_is_read(self):
        self.client.post("/chi-dao/nhap/", {"file": picture()})
        made = Directive.objects.get()
        address = f"/chi-dao/{made.pk}/xac-nhan/"
        self.client.post(address, {"typed": TEXT, "do": "read"})
        made.refresh_from_db()
        self.assertEqual(made.number, "77-KH/BDVTU")
        self.assertTrue(made.assignments.exists())

    def test_an_empty_file_is_kept_with_the_reason(self):
        self.client.post("/chi-dao/nhap/", {"file": SimpleUploadedFile("rong.txt", b"")})
        self.assertTrue(Directive.objects.get().unread)
        self.assertEqual(Attachment.objects.count(), 1)

    def test_a_secret_document_is_refused_and_nothing_of_it_is_kept(self):
        secret = "MẬT\n" + TEXT
        page = self.client.post("/chi-dao/nhap/", {"text": secret})
        self.assertContains(page, "bí mật nhà nước")
        page = self.client.post("/chi-dao/nhap/", {"file": SimpleUploadedFile("mat.txt", secret.encode())})
        self.assertContains(page, "bí mật nhà nước")
        self.assertFalse(Directive.objects.exists())
        self.assertFalse(Attachment.objects.exists())

    def test_a_secret_file_beside_a_harmless_text_is_refused_too(self):
        secret = SimpleUploadedFile("mat.txt", ("MẬT\n" + TEXT).encode())
        self.client.post("/chi-dao/nhap/", {"text": TEXT, "file": secret})
        self.assertFalse(Directive.objects.exists())
        self.assertFalse(Attachment.objects.exists())

    def test_a_secret_text_typed_beside_a_scan_is_refused(self):
        self.client.post("/chi-dao/nhap/", {"file": picture()})
        made = Directive.objects.get()
        with self.assertRaises(entering.Secret):
            entering.read_typed(made, self.at.hoa, "MẬT\n" + TEXT)

    def test_internal_circulation_is_seen_by_itself(self):
        self.assertTrue(entering.enter(self.at.hoa, text="LƯU HÀNH NỘI BỘ\n" + TEXT).internal)

    def test_nothing_given(self):
        self.assertContains(self.client.post("/chi-dao/nhap/", {"text": "  "}), "Hãy dán toàn văn")

    def test_strange_input_never_breaks(self):
        for more in ("x" * 10_000, "😀" * 50, "\x0b", "1.500.000 | 2\n" * 300):
            self.assertEqual(entering.enter(self.at.hoa, text=TEXT + more).number, "77-KH/BDVTU")

    def test_what_is_not_vietnamese_is_said_and_stays_in_the_form(self):
        english = "Nothing in here is Vietnamese, and it is long enough to tell."
        page = self.client.post("/chi-dao/nhap/", {"text": english})
        self.assertContains(page, "tiếng Việt")
        self.assertContains(page, english)
        self.client.post("/chi-dao/nhap/", {"file": SimpleUploadedFile("en.txt", english.encode())})
        self.assertIn("tiếng Việt", Directive.objects.get().unread)

    def test_a_reader_is_refused(self):
        with self.assertRaises(Refused):
            entering.enter(self.at.duc, text=TEXT)
        self.client.force_login(self.at.duc.user)
        self.client.post("/chi-dao/nhap/", {"text": TEXT})
        self.assertFalse(Directive.objects.exists())

    def test_a_reporter_enters_and_a_head_confirms(self):
        made = entering.enter(self.at.minh, text=TEXT)
        with self.assertRaises(Refused):
            made.confirm(self.at.minh)
        made.confirm(self.at.head)
        self.assertEqual(made.state, "confirmed")

    def test_from_paper_to_duties(self):
        made = entering.enter(self.at.hoa, text=TEXT)
        made.issued_on = date(2021, 5, 4)
        made.save()
        made.confirm(self.at.hoa)
        self.assertEqual(made.issuer, self.at.old_board)
        from kheo.directives import cascade

        self.assertEqual(cascade.carry_out(made, self.at.hoa), 3)
