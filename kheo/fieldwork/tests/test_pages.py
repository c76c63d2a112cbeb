"""The pages of field reports: each works, a neighbour does not find it, a reader is told why not."""

import io
import json
import unicodedata
import uuid
from datetime import date

from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from kheo.fieldwork.models import Draft, FieldReport
from kheo.fieldwork.tests.cast import accepted, cast, kind, picture, report, running
from kheo.files.models import Photo
from kheo.tallies.counting import verify
from kheo.ui.registry import panels
from kheo.units.models import Role


def as_(post):
    client = Client()
    client.force_login(post.user)
    return client


class Pages(TestCase):
    def setUp(self):
        self.cast = cast()
        self.enrolment = running(self.cast)
        self.initiative = self.enrolment.initiative
        kind("money_vnd", "dan_gop")
        self.minh, self.nga = as_(self.cast.minh), as_(self.cast.nga)
        self.lan, self.duc, self.hoa = as_(self.cast.lan), as_(self.cast.duc), as_(self.cast.hoa)

    def typed(self, **more):
        return {
            "initiative": self.initiative.pk,
            "series": str(uuid.uuid4()),
            "happened_on": "5/7/2026",
            "happened_until": "",
            "span": "days",
            "narrative": "Bà con góp công mở đường",
            "households": "86",
            "money_vnd_dan_gop": "1,5 triệu",
            "send": "1",
            **more,
        }

    def post(self, client, **more):
        return client.post(reverse("field_report_new", args=[self.initiative.pk]), self.typed(**more))

    def test_write_and_send_in_one_go(self):
        page = self.minh.get(reverse("field_report_new", args=[self.initiative.pk]))
        self.assertContains(page, "1,5 triệu")
        self.assertContains(page, "86 hộ cùng tham gia")
        answer = self.post(
            self.minh, land_m2_dat_o="105,5", length_cm="420", work_days="12,5 công", people="1.250"
        )
        made = FieldReport.objects.get()
        self.assertRedirects(answer, reverse("field_report", args=[made.pk]))
        assert made.state == "sent"
        assert made.enrolment == self.enrolment
        figures = {(row.measure, row.kind.code if row.kind else ""): row.amount for row in made.figures.all()}
        assert figures == {
            ("households", ""): 86,
            ("people", ""): 1250,
            ("money_vnd", "dan_gop"): 1_500_000,
            ("land_m2", "dat_o"): 10_550,
            ("length_cm", ""): 42_000,
            ("work_days", ""): 125,
        }
        page = self.minh.get(answer.url)
        for words in ("1.500.000 đồng", "105,5 m²", "420 m", "12,5 ngày công", "Dân đóng góp"):
            self.assertContains(page, words)

    def test_accept_return_and_correct_from_the_page(self):
        self.post(self.minh)
        made = FieldReport.objects.get()
        page = self.nga.get(made.get_absolute_url())
        self.assertContains(page, "Chấp nhận")
        url = reverse("field_report_return", args=[made.pk])
        self.nga.post(url, {"reason": "Ghi rõ số hộ", "seen": "sent"})
        self.assertContains(self.minh.get(made.get_absolute_url()), "Ghi rõ số hộ")
        edit = reverse("field_report_edit", args=[made.pk])
        self.assertContains(self.minh.get(edit), "1.500.000")
        self.minh.post(edit, self.typed(series=str(made.series), households="85"))
        answer = self.nga.post(reverse("field_report_accept", args=[made.pk]), follow=True)
        self.assertContains(answer, "Đã chấp nhận báo cáo")
        answer = self.minh.post(reverse("field_report_correct", args=[made.pk]), {"reason": "Nhầm"})
        second = FieldReport.objects.get(version=2)
        self.assertRedirects(answer, second.edit_url)
        self.minh.post(second.edit_url, self.typed(series=str(second.series), households="84"))
        self.nga.post(reverse("field_report_accept", args=[second.pk]))
        made.refresh_from_db()
        assert made.state == "superseded"
        assert verify()[1] == []
        self.assertContains(self.minh.get(second.get_absolute_url()), "bản 1")

    def test_a_neighbour_finds_nothing_and_a_reader_is_refused(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.minh)
        for name in ("field_report", "field_report_return", "field_report_edit", "field_report_correct"):
            assert self.lan.get(reverse(name, args=[made.pk])).status_code == 404, name
        for name in ("field_report_accept", "field_report_send"):
            assert self.lan.post(reverse(name, args=[made.pk])).status_code == 404, name
        assert self.lan.get(reverse("field_report_new", args=[self.initiative.pk])).status_code == 404
        assert self.lan.get(reverse("initiative_reports", args=[self.initiative.pk])).status_code == 404
        assert self.duc.get(made.get_absolute_url()).status_code == 200
        for name in ("field_report_return", "field_report_edit", "field_report_withdraw"):
            refused = self.duc.get(reverse(name, args=[made.pk]))
            self.assertContains(refused, str(Role.READER.label), status_code=409)
        refused = self.duc.post(reverse("field_report_accept", args=[made.pk]))
        self.assertContains(refused, str(Role.READER.label), status_code=409)
        assert self.duc.get(reverse("field_report_new", args=[self.initiative.pk])).status_code == 409

    def test_the_second_is_told(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.minh)
        self.nga.post(reverse("field_report_accept", args=[made.pk]))
        late = self.hoa.post(reverse("field_report_accept", args=[made.pk]))
        self.assertContains(late, "Kha Thị Nga", status_code=409)

    def test_a_second_press_is_one_report(self):
        typed = self.typed()
        url = reverse("field_report_new", args=[self.initiative.pk])
        one, two = self.minh.post(url, typed), self.minh.post(url, typed)
        assert one.url == two.url
        assert FieldReport.objects.count() == 1

    def test_what_people_type(self):
        narrative = unicodedata.normalize("NFD", "Bà con hoà thuận 🌾 ") * 400
        narrative = narrative[: 2 * 4000]
        self.post(self.minh, narrative=narrative, money_vnd_dan_gop="1 500 000", land_m2_dat_vuon="659,88")
        made = FieldReport.objects.get()
        assert made.narrative == unicodedata.normalize("NFC", narrative).strip()
        assert made.figures.get(measure="money_vnd").amount == 1_500_000
        assert made.figures.get(measure="land_m2").amount == 65_988

    def test_ten_thousand_letters(self):
        self.post(self.minh, narrative="ế" * 10_000)
        assert len(FieldReport.objects.get().narrative) == 10_000

    def test_what_is_not_understood_stays_on_the_page(self):
        answer = self.post(self.minh, money_vnd_dan_gop="vài triệu", happened_on="hôm qua")
        self.assertContains(answer, "vài triệu")
        self.assertContains(answer, "hôm qua")
        self.assertContains(answer, "Chưa gửi")
        assert not FieldReport.objects.exists()
        assert self.post(self.minh, happened_on="1/1/2099").status_code == 200
        assert self.post(self.minh, happened_until="1/7/2026").status_code == 200
        assert self.post(self.minh, households="-5").status_code == 200
        assert self.post(self.minh, money_vnd_dan_gop="9" * 30).status_code == 200
        assert not FieldReport.objects.exists()

    def test_a_draft_keeps_what_is_typed(self):
        key = str(uuid.uuid4())
        typed = self.typed(series=key, narrative="đang gõ")
        answer = self.minh.post(reverse("report_autosave"), typed)
        assert "Đã lưu nháp" in json.loads(answer.content)["saved"]
        page = self.minh.get(reverse("report_draft", args=[key]))
        self.assertContains(page, "đang gõ")
        self.assertContains(page, "1,5 triệu")
        assert self.lan.get(reverse("report_draft", args=[key])).status_code == 404
        self.minh.post(reverse("report_draft", args=[key]), typed)
        assert FieldReport.objects.get().state == "sent"
        assert not Draft.objects.exists(), "its words live in the report now"

    def test_a_draft_that_cannot_be_read_is_kept_as_typed(self):
        typed = self.typed(happened_on="mai", save="1")
        del typed["send"]
        answer = self.minh.post(reverse("field_report_new", args=[self.initiative.pk]), typed)
        self.assertContains(answer, "lưu nháp")
        assert Draft.objects.get().fields["happened_on"] == ["mai"]
        typed["happened_on"] = "5/7/2026"
        self.minh.post(reverse("report_draft", args=[typed["series"]]), typed)
        assert FieldReport.objects.get().state == "draft"

    def test_a_draft_thrown_away(self):
        key = str(uuid.uuid4())
        self.minh.post(reverse("report_autosave"), self.typed(series=key))
        assert self.lan.post(reverse("report_draft_discard", args=[key])).status_code == 404
        self.minh.post(reverse("report_draft_discard", args=[key]))
        assert not Draft.objects.exists()

    def test_a_reader_keeps_no_draft(self):
        assert self.duc.post(reverse("report_autosave"), self.typed()).status_code == 409

    def test_photos_lose_what_the_camera_wrote(self):
        answer = self.post(
            self.minh, photos=[picture(), picture("b.jpg", "red")], photo_author="Lô Văn Minh",
            photo_caption="Mở đường",
        )  # fmt: skip
        made = FieldReport.objects.get()
        photos = list(made.photos())
        assert [photo.author for photo in photos] == ["Lô Văn Minh"] * 2
        assert photos[0].taken_on == date(2026, 7, 5)
        assert not photos[0].publishable()[0], "nobody has answered yet"
        picture_of = self.minh.get(reverse("photo", args=[photos[0].key, "full"]))
        content = b"".join(picture_of.streaming_content)
        image = Image.open(io.BytesIO(content))
        assert dict(image.getexif()) == {}
        assert b"Exif" not in content
        assert self.lan.get(reverse("photo", args=[photos[0].key, "full"])).status_code == 404
        self.assertContains(self.minh.get(answer.url), "chỉ dùng nội bộ")

    def test_answers_now_or_later(self):
        self.post(
            self.minh, photos=[picture()], photo_public_activity="yes", photo_recognisable_people="no",
            photo_children="no",
        )  # fmt: skip
        photo = Photo.objects.get()
        assert photo.publishable()[0]
        url = reverse("report_photo", args=[photo.key])
        assert self.lan.get(url).status_code == 404
        assert self.duc.get(url).status_code == 409
        answered = {
            "public_activity": "yes", "recognisable_people": "yes", "children": "yes",
            "told_or_agreed": "yes", "child_consent": "", "guardian_consent": "yes",
            "caption": "Các cháu trồng cây", "author": "Minh", "alt": "", "taken_on": "5/7/2026",
        }  # fmt: skip
        self.minh.post(url, answered)
        photo.refresh_from_db()
        assert not photo.publishable()[0], "a recognisable child needs both"
        assert photo.caption == "Các cháu trồng cây"
        self.minh.post(url, {**answered, "child_consent": "yes"})
        photo.refresh_from_db()
        assert photo.publishable()[0]

    def test_a_photo_taken_out(self):
        self.post(self.minh, photos=[picture()])
        url = reverse("report_photo_withdraw", args=[Photo.objects.get().key])
        assert self.lan.post(url, {"reason": "x"}).status_code == 404
        assert self.duc.post(url, {"reason": "x"}).status_code == 409
        self.minh.post(url, {"reason": "Chụp nhầm"})
        assert not FieldReport.objects.get().photos().exists()

    def test_photos_of_an_initiative_come_from_accepted_reports(self):
        from kheo.fieldwork.models.field_reports import photos_of

        self.post(self.minh, photos=[picture()])
        assert not photos_of(self.initiative).exists()
        first = FieldReport.objects.get()
        first.accept(by=self.cast.nga)
        second = first.correct(by=self.cast.minh, reason="Thêm ảnh")
        self.minh.post(
            second.edit_url,
            self.typed(series=str(second.series), photos=[picture("c.jpg", "blue"), picture()]),
        )
        assert photos_of(self.initiative).count() == 1
        FieldReport.objects.get(version=2).accept(by=self.cast.nga)
        assert photos_of(self.initiative).count() == 2, "the photo that was there already is kept once"

    def test_what_is_no_photo_is_refused_in_a_sentence(self):
        from django.core.files.uploadedfile import SimpleUploadedFile

        answer = self.post(self.minh, photos=[SimpleUploadedFile("anh.jpg", b"<script>alert(1)</script>")])
        self.assertContains(answer, "anh.jpg")
        assert not FieldReport.objects.exists()

    def test_lists_and_the_page_of_an_initiative(self):
        accepted(self.cast, self.enrolment)
        page = self.hoa.get(reverse("field_report_list"), {"q": "con duong", "year": "2026"})
        self.assertContains(page, "Con đường hiến đất")
        self.assertNotContains(
            self.hoa.get(reverse("field_report_list"), {"year": "2025"}), "Con đường hiến đất"
        )
        self.assertNotContains(self.lan.get(reverse("field_report_list")), "Con đường hiến đất")
        page = self.minh.get(reverse("initiative_reports", args=[self.initiative.pk]))
        self.assertContains(page, "1.500.000 đồng")
        self.assertContains(self.minh.get(self.initiative.get_absolute_url()), page.wsgi_request.path)

    def test_as_a_spreadsheet(self):
        accepted(self.cast, self.enrolment)
        answer = self.hoa.get(reverse("field_report_list"), {"format": "xlsx"})
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        rows = list(sheet.iter_rows(values_only=True))
        assert len(rows) == 2
        line = dict(zip(rows[0], rows[1], strict=True))
        assert line["Số hộ tham gia"] == 86
        assert line["Đất hiến (m²)"] == 105.5
        assert line["Tiền huy động (đồng)"] == 1_500_000

    def test_queries_do_not_grow_with_rows(self):
        def cost(client, url):
            client.get(url)
            with CaptureQueriesContext(connection) as counted:
                assert client.get(url).status_code == 200
            return len(counted)

        pages = [
            reverse("field_report_list"),
            reverse("field_report_list") + "?waiting=accept",
            reverse("initiative_reports", args=[self.initiative.pk]),
        ]
        report(self.cast, self.enrolment).send(by=self.cast.minh)
        one = [cost(self.nga, url) for url in pages]
        for _time in range(2):
            report(self.cast, self.enrolment).send(by=self.cast.minh)
        assert [cost(self.nga, url) for url in pages] == one

    def test_what_waits_stands_on_the_first_page_at_a_fixed_cost(self):
        def seen(post):
            request = RequestFactory().get("/")
            request.user, request.post = post.user, post
            with CaptureQueriesContext(connection) as counted:
                ours = [panel for panel in panels.panels if panel.name.startswith("fieldwork_")]
                found = {panel.name: (panel, panel.context(request)) for panel in ours}
                shown = {name: words for name, (_panel, words) in found.items() if words}
                for name, words in shown.items():
                    render_to_string(found[name][0].template, {"panel": words, "request": request})
            return shown, len(counted)

        report(self.cast, self.enrolment).send(by=self.cast.minh)
        seen(self.cast.nga)
        shown, one = seen(self.cast.nga)
        assert [row.initiative for row in shown["fieldwork_accept"]["fields"]] == [self.initiative]
        assert "fieldwork_accept" not in seen(self.cast.lan)[0]
        for _time in range(2):
            report(self.cast, self.enrolment).send(by=self.cast.minh)
        assert seen(self.cast.nga)[1] == one
        FieldReport.objects.first().return_(by=self.cast.nga, reason="Thiếu")
        assert seen(self.cast.minh)[0]["fieldwork_finish"]["count"] == "1"

    def test_found_by_search_without_marks(self):
        from kheo.search.finding import find

        made = accepted(self.cast, self.enrolment)
        hits = find("gop cong mo duong", self.cast.hoa, ["field_report"])
        assert [hit.id for hit in hits] == [str(made.pk)]
        assert not find("gop cong mo duong", self.cast.lan, ["field_report"])

    def test_a_hostile_form_is_a_sentence_not_an_error(self):
        for wrong in (
            {"initiative": "999999"}, {"initiative": "x"}, {"series": "không phải"}, {"span": "century"},
            {"narrative": "a\x00b"}, {"photo_public_activity": "maybe"}, {"happened_on": "0/0/0"},
        ):  # fmt: skip
            assert self.post(self.minh, **wrong).status_code == 200, wrong
        assert not FieldReport.objects.exists()
