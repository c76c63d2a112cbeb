"""What has come in: read, taken many at once, given back with a reason; nothing of the neighbours'."""

from datetime import date, timedelta
from unittest.mock import patch

from django.db import connection
from django.db.models import Q
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.duties.arrivals import Came, Channel, channels
from kheo.fieldwork.models import FieldReport, UnitReport, UnitReportLine
from kheo.fieldwork.models.unit_reports import Line
from kheo.fieldwork.tests.cast import cast, report, running
from kheo.initiatives.models import Enrolment
from kheo.initiatives.tests.cast import brought, draft
from kheo.tallies.counting import verify
from kheo.tallies.models import Cell
from kheo.units.models import Role

URL = "/viec-cua-toi/moi-den/"


def as_(post):
    client = Client()
    client.force_login(post.user)
    return client


class Arrivals(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.enrolment = running(cls.cast)

    def setUp(self):
        self.nga, self.minh = as_(self.cast.nga), as_(self.cast.minh)

    def sent(self, day=5, **facts):
        made = report(self.cast, self.enrolment, happened_on=date(2026, 7, day), **facts)
        made.send(by=self.cast.minh)
        return made

    def registered(self, name="Tiếng kẻng bình yên", **facts):
        return brought(draft(self.cast, name, **facts), "sent", self.cast)

    def page_sent(self, standing="weak", note="Thiếu kinh phí", initiative=None):
        made = UnitReport.objects.begin(
            self.cast.world.dang_uy_tam_quang,
            by=self.cast.minh,
            values={
                "period_first": date(2026, 1, 1),
                "period_last": date(2026, 6, 30),
                "results": "Ba con đường đã xong",
            },
            lines=[Line(initiative or self.enrolment.initiative, standing, note)],
        )
        made.send(by=self.cast.minh)
        return made

    def keys(self, client=None, query=""):
        page = (client or self.nga).get(URL + query)
        assert page.status_code == 200
        return [each.key for each in page.context["page"].rows]

    def take(self, *things, client=None, **kwargs):
        keys = [f"{kind}-{thing.pk}" for kind, thing in things]
        return (client or self.nga).post(URL, {"chosen": keys}, **kwargs)

    # Reading

    def test_everything_that_waits_stands_in_one_list_newest_first(self):
        told = self.sent()
        old = self.registered()
        kept = self.registered("Vườn rau sạch", kind_of_year="continuing", year=2027)
        Enrolment.objects.get(pk=old.pk).steps.filter(state="sent").update(
            at=timezone.now() - timedelta(days=9)
        )
        assert self.keys() == [f"continuing-{kept.pk}", f"field_report-{told.pk}", f"registration-{old.pk}"]
        assert self.keys(query="?sort=oldest")[0] == f"registration-{old.pk}"
        assert self.keys(query="?of=field_report") == [f"field_report-{told.pk}"]
        page = self.nga.get(URL)
        for words in ("Bà con góp công mở đường", "1.500.000 đồng", "Lô Văn Minh", "86 hộ cùng tham gia"):
            self.assertContains(page, words)
        self.assertContains(page, "button--main", 1)

    def test_a_periodic_report_tells_what_is_weak(self):
        page_sent = self.page_sent()
        page = as_(self.cast.hoa).get(URL)
        assert [each.key for each in page.context["page"].rows] == [f"unit_report-{page_sent.pk}"]
        self.assertContains(page, "Thiếu kinh phí")
        self.assertContains(page, "Ba con đường đã xong")

    def test_narrowed_by_field_name_and_way(self):
        told = self.sent()
        other = self.registered("Hàng rào xanh", field=self.cast.security)
        assert self.keys(query=f"?field={self.cast.security.pk}") == [f"registration-{other.pk}"]
        assert self.keys(query="?q=con+duong") == [f"field_report-{told.pk}"]
        assert self.keys(query="?q=khong+co") == []
        self.assertContains(self.nga.get(URL + "?q=khong+co"), "Không có mục nào khớp")
        assert self.keys(query="?commune=999999&size=x&after=%00&of=nothing")

    def test_what_came_from_a_phone_says_so_and_how_many_photos_are_on_their_way(self):
        told, web = self.sent(), self.sent(6)

        def those(model):
            return Q(pk__in=[told.pk] if model == "fieldwork.fieldreport" else [])

        def facts(model, wanted):
            return {
                pk: Came("từ điện thoại", 2)
                for pk in wanted
                if pk == told.pk and model == "fieldwork.fieldreport"
            }

        before = dict(channels.known)
        self.addCleanup(lambda: channels.known.update(before))
        self.addCleanup(channels.known.clear)
        channels.add(Channel("phone", "Điện thoại", those, facts))
        page = self.nga.get(URL)
        self.assertContains(page, "từ điện thoại")
        self.assertContains(page, "2 ảnh đang được gửi tới")
        assert self.keys(query="?way=phone") == [f"field_report-{told.pk}"]
        assert self.keys(query="?way=web") == [f"field_report-{web.pk}"]

    def test_pages_go_on_where_the_last_ended(self):
        made = [self.sent(day) for day in range(1, 8)]
        registered = [self.registered(f"Mô hình số {n}") for n in range(3)]
        moment = timezone.now()
        # The same moment: the kind and the number decide, and none is shown twice or left out.
        FieldReport.objects.filter(pk__in=[each.pk for each in made[:4]]).update(sent_at=moment)
        Enrolment.objects.get(pk=registered[0].pk).steps.filter(state="sent").update(at=moment)
        with patch("kheo.duties.forms.SIZES", (4, 4)), patch("kheo.duties.arrivals.SIZES", (4, 4)):
            seen, query, back = [], "", ""
            for _page in range(5):
                page = self.nga.get(URL + query).context["page"]
                seen.append([each.key for each in page.rows])
                if not page.next_url:
                    break
                query, back = page.next_url, page.next_url
            assert sum(map(len, seen)) == len({key for keys in seen for key in keys}) == 10
            page = self.nga.get(URL + back).context["page"]
            earlier = self.nga.get(URL + page.previous_url).context["page"]
            assert [each.key for each in earlier.rows] == seen[-2]

    def test_as_many_queries_for_three_as_for_one(self):
        def taken():
            with CaptureQueriesContext(connection) as queries:
                self.nga.get(URL)
            return len(queries)

        def one_of_each(n):
            self.sent(n)
            self.registered(f"Mô hình số {n}")
            self.registered(f"Duy trì số {n}", kind_of_year="continuing")

        one_of_each(1)
        self.nga.get(URL)
        first = taken()
        for n in (2, 3):
            one_of_each(n)
        self.assertEqual(taken(), first)

    def test_as_many_queries_for_three_periodic_reports(self):
        hoa = as_(self.cast.hoa)

        def taken():
            with CaptureQueriesContext(connection) as queries:
                hoa.get(URL)
            return len(queries)

        self.page_sent()
        hoa.get(URL)
        first = taken()
        for standing in ("weak", "good"):
            self.page_sent(standing)
        self.assertEqual(taken(), first)

    # Taking

    def test_many_are_taken_in_one_go_each_with_its_own_entry(self):
        told, more = self.sent(), self.sent(6)
        asked = self.registered()
        before = Entry.objects.count()
        answer = self.take(
            ("field_report", told), ("field_report", more), ("registration", asked), follow=True
        )
        self.assertContains(answer, "Đã chấp nhận 2 báo cáo")
        self.assertContains(answer, "Đã tiếp nhận 1 đăng ký")
        for each in (told, more, asked):
            each.refresh_from_db()
        assert (told.state, more.state, asked.state) == ("accepted", "accepted", "received")
        assert Entry.objects.count() == before + 3
        assert verify()[1] == []
        assert Cell.objects.filter(measure="households", value=172).exists()
        assert self.keys() == []
        self.assertContains(self.nga.get(URL), "Chưa có gì mới")

    def test_what_cannot_be_taken_says_why_and_stays_chosen(self):
        fine, late = self.sent(), self.sent(6)
        asked = self.registered()
        # Somebody was faster with this one.
        FieldReport.objects.get(pk=late.pk).return_(by=self.cast.nga, reason="Ghi rõ số hộ")
        answer = self.take(("field_report", fine), ("field_report", late), ("registration", asked))
        assert answer.status_code == 200
        fine.refresh_from_db()
        assert fine.state == "accepted"
        self.assertContains(answer, "Kha Thị Nga")
        assert [each.key for each in answer.context["gone"]] == [f"field_report-{late.pk}"]

    def test_what_is_refused_stays_chosen_in_the_list_and_hinders_no_other(self):
        # It tells of stopping what is in no catalogue yet.
        early = self.registered().initiative
        refused = self.page_sent("stopped", "Không làm nữa", early)
        fine = self.page_sent("good", "")
        answer = self.take(("unit_report", refused), ("unit_report", fine), client=as_(self.cast.hoa))
        (row,) = answer.context["page"].rows
        assert row.key == f"unit_report-{refused.pk}"
        assert "Tiếng kẻng bình yên" in row.refused
        self.assertContains(answer, f'value="{row.key}" checked')
        self.assertContains(answer, "Đã chấp nhận 1 báo cáo định kỳ")
        refused.refresh_from_db()
        fine.refresh_from_db()
        assert (refused.state, fine.state) == ("sent", "accepted")

    def test_a_stopped_initiative_ends_with_its_periodic_report(self):
        page_sent = self.page_sent("stopped", "Đường đã làm xong")
        self.take(("unit_report", page_sent), client=as_(self.cast.hoa))
        assert UnitReportLine.objects.get(report=page_sent).ending is not None

    def test_a_correction_taken_with_others_replaces_what_it_corrects(self):
        told = self.sent()
        told.accept(by=self.cast.nga)
        new = told.correct(by=self.cast.minh, reason="Nhầm số hộ")
        new.send(by=self.cast.minh)
        other = self.sent(8)
        self.take(("field_report", new), ("field_report", other))
        told.refresh_from_db()
        assert told.state == "superseded"
        assert verify()[1] == []

    def test_nothing_chosen_is_said(self):
        self.sent()
        self.assertContains(self.nga.post(URL, {}, follow=True), "Chọn ít nhất một dòng trước")

    def test_too_many_at_once_is_said_and_takes_none(self):
        told = self.sent()
        answer = self.nga.post(URL, {"chosen": [f"field_report-{n}" for n in range(1, 202)]})
        self.assertContains(answer, "200")
        told.refresh_from_db()
        assert told.state == "sent"

    # Giving back

    def test_given_back_with_one_reason_and_another_for_one(self):
        told, asked = self.sent(), self.registered()
        keys = [f"field_report-{told.pk}", f"registration-{asked.pk}"]
        url = reverse("arrivals_return")
        page = self.nga.post(url, {"chosen": keys})
        self.assertContains(page, "Tiếng kẻng bình yên")
        missing = self.nga.post(url, {"chosen": keys, "give_back": "1", "reason": " "})
        self.assertContains(missing, "error")
        said = {
            "chosen": keys,
            "give_back": "1",
            "reason": "Ghi rõ số hộ",
            f"reason-{keys[1]}": "Nêu rõ mục tiêu",
        }
        self.assertRedirects(self.nga.post(url, said), URL)
        self.assertContains(self.minh.get(told.get_absolute_url()), "Ghi rõ số hộ")
        self.assertContains(self.minh.get(asked.get_absolute_url()), "Nêu rõ mục tiêu")
        # It waits for its author again, and no longer for the desk.
        assert self.keys() == []

    def test_what_cannot_be_given_back_keeps_the_reason(self):
        told, late = self.sent(), self.sent(6)
        late.accept(by=self.cast.nga)
        keys = [f"field_report-{told.pk}", f"field_report-{late.pk}"]
        answer = self.nga.post(
            reverse("arrivals_return"), {"chosen": keys, "give_back": "1", "reason": "Ghi rõ số hộ"}
        )
        self.assertContains(answer, "Ghi rõ số hộ")
        self.assertContains(answer, "đã làm trước")
        assert [each.key for each in answer.context["chosen"]] == [keys[1]]
        told.refresh_from_db()
        assert told.state == "returned"

    # Doors

    def test_a_neighbour_finds_nothing_and_a_reader_is_refused(self):
        told = self.sent()
        neighbour = self.cast.lan
        neighbour.role = Role.REGISTRAR
        neighbour.save(update_fields=["role"])
        lan, duc = as_(neighbour), as_(self.cast.duc)
        assert self.keys(lan) == []
        url = reverse("arrivals_return")
        assert self.take(("field_report", told), client=lan).status_code == 404
        assert lan.post(url, {"chosen": [f"field_report-{told.pk}"]}).status_code == 404
        for answer in (
            duc.get(URL),
            self.take(("field_report", told), client=duc),
            duc.post(url, {"chosen": [f"field_report-{told.pk}"], "give_back": "1", "reason": "x"}),
        ):
            self.assertContains(answer, str(Role.READER.label), status_code=409)
        for wrong in ("field_report-x", "nothing-1", "field_report", "field_report-" + "9" * 30):
            assert self.nga.post(URL, {"chosen": [wrong]}).status_code == 404
        told.refresh_from_db()
        assert told.state == "sent"

    def test_the_menu_leads_whoever_looks_there(self):
        self.assertContains(self.nga.get(reverse("home")), f'href="{URL}"')
        self.assertNotContains(as_(self.cast.duc).get(reverse("home")), f'href="{URL}"')
