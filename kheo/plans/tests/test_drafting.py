"""A draft is written section by section, by those who act for the committee."""

import unicodedata
from datetime import date

from django.test import TestCase

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans.models import Plan
from kheo.units.models import Post
from kheo.units.tests.cast import post

from .cast import cast, draft, full


class Drafting(TestCase):
    def setUp(self):
        self.at = cast()
        self.client.force_login(self.at.sen.user)
        self.plan = draft(self.at, by=self.at.sen)
        self.url = f"/ke-hoach/{self.plan.pk}/"

    def form(self, section, **more):
        """What the page would send for a section: what it shows, with changes."""
        page = self.client.get(f"{self.url}sua/{section}/")
        editor = page.context["editor"]
        data = {"seen": editor.seen}
        forms = [editor.head, *(editor.table.rows.forms if hasattr(editor, "table") else [])]
        for form in forms:
            for bound in form:
                value = bound.value()
                if value not in (None, False, ""):
                    shown = (
                        bound.field.prepare_value(value) if hasattr(bound.field, "prepare_value") else value
                    )
                    data[bound.html_name] = (
                        shown.strftime("%d/%m/%Y")
                        if isinstance(shown, date)
                        else "on"
                        if shown is True
                        else shown
                    )
        if hasattr(editor, "table"):
            data["rows-TOTAL_FORMS"] = len(editor.table.rows.forms)
            data["rows-INITIAL_FORMS"] = 0
        return data | more

    def save(self, section, **more):
        return self.client.post(f"{self.url}sua/{section}/", self.form(section, **more), follow=True)

    def test_a_draft_is_begun_once(self):
        with self.assertRaisesMessage(Refused, "Đã có bản dự thảo"):
            draft(self.at, by=self.at.sen)

    def test_a_plan_is_begun_on_its_page_as_a_copy_of_the_superiors(self):
        theirs = full(self.at)
        theirs.approve(self.at.binh)
        self.plan.withdraw(self.at.sen, "nhầm năm")
        mandate = self.at.committee.mandates.get()
        year = today().year + 1
        answer = self.client.post(
            "/ke-hoach/moi/", {"mandate": mandate.pk, "year": year, "source": theirs.pk}, follow=True
        )
        made = Plan.objects.get(year=year)
        self.assertContains(answer, "Khéo trong từng việc nhỏ")
        self.assertEqual(made.committee, self.at.committee)
        self.assertEqual(made.tasks.get().due_on, date(year, 5, 30))
        self.assertEqual(made.calendar.first().name, f"Đăng ký năm {year}")
        self.assertEqual(made.criteria_sets.get().copied_from, theirs.criteria_sets.get())

    def test_what_the_plan_says_is_kept_composed(self):
        said = unicodedata.normalize("NFD", "Mỗi bản một mô hình, hoà thuận 🌾\n") + "ộ" * 9_000
        self.save("about", objective=said, theme="Khéo", budget_vnd="1,5 triệu")
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.objective, unicodedata.normalize("NFC", said).replace("\r\n", "\n"))
        self.assertEqual(self.plan.budget_vnd, 1_500_000)

    def test_documents_it_rests_on_come_from_those_one_sees(self):
        hidden = self.client.get(f"{self.url}sua/about/")
        self.assertNotContains(hidden, "05-CT/TU")
        self.at.directive.assignments.first().duties.create(
            unit=self.at.world.dang_uy_tam_quang, given_on=date(2025, 7, 2)
        )
        page = self.client.get(f"{self.url}sua/about/")
        self.assertContains(page, "05-CT/TU")
        self.save("about", basis=[self.at.directive.pk])
        self.assertEqual(list(self.plan.basis.all()), [self.at.directive])

    def test_fields_are_chosen_with_their_content(self):
        chosen = {f"content_{self.at.culture.pk}": "Nếp sống văn minh"}
        self.save("fields", **{f"chosen_{self.at.economy.pk}": "on"}, **chosen)
        self.assertEqual(
            {each.field.code: each.content for each in self.plan.chosen_fields.all()},
            {"kinh_te": "", "van_hoa": "Nếp sống văn minh"},
        )
        data = self.form("fields")
        data.pop(f"chosen_{self.at.economy.pk}")
        self.client.post(f"{self.url}sua/fields/", data)
        self.assertEqual(self.plan.chosen_fields.get().field, self.at.culture)

    def test_tasks_are_taken_over_from_a_directive(self):
        self.plan.basis.add(self.at.directive)
        data = self.form("tasks", take=self.at.directive.pk)
        page = self.client.post(f"{self.url}sua/tasks/", data)
        self.assertContains(page, "Tuyên truyền, nhân rộng mô hình")
        self.assertFalse(self.plan.tasks.exists(), "nothing is written by taking over")
        data = {"rows-TOTAL_FORMS": 5, "rows-INITIAL_FORMS": 0, "seen": page.context["editor"].seen}
        for form in page.context["editor"].table.rows:
            data |= {bound.html_name: bound.value() or "" for bound in form if bound.name != "gone"}
        data["rows-4-lead"] = "Ủy ban Kiểm tra"
        self.client.post(f"{self.url}sua/tasks/", data)
        one, two = self.plan.tasks.all()
        self.assertEqual((one.lead, one.lead_function_id), ("Ban Tuyên giáo và Dân vận", "ban_dan_van"))
        self.assertEqual((two.cadence, two.lead), ("hằng năm", "Ủy ban Kiểm tra"))
        self.assertEqual(one.assignment.directive, self.at.directive)
        again = self.client.post(f"{self.url}sua/tasks/", self.form("tasks", take=self.at.directive.pk))
        self.assertEqual(len(again.context["editor"].table.rows.forms), 5, "taken once")

    def test_rows_are_ordered_changed_and_taken_out(self):
        rows = [{"text": f"Việc {n}", "lead": "BCĐ"} for n in (1, 2, 3)]
        self.plan.write_tasks(self.at.sen, rows)
        first = self.plan.tasks.first()
        self.save("tasks", **{"rows-0-place": "9", "rows-1-gone": "on", "rows-0-text": "Việc một"})
        self.assertEqual([task.text for task in self.plan.tasks.all()], ["Việc 3", "Việc một"])
        self.assertEqual(self.plan.tasks.last().pk, first.pk)
        entry = Entry.objects.about(self.plan).filter(verb="section_changed").first()
        self.assertIn("Việc 2", entry.changes["tasks"][0])

    def test_a_wrong_row_keeps_what_was_typed(self):
        page = self.save("tasks", **{"rows-0-text": "Tập huấn", "rows-0-due_on": "31/02/2026"})
        self.assertContains(page, "Tập huấn")
        self.assertContains(page, "31/02/2026")
        self.assertContains(page, "Chưa lưu")
        self.assertFalse(self.plan.tasks.exists())

    def test_one_button_gives_more_rows(self):
        page = self.client.post(f"{self.url}sua/targets/", self.form("targets", add="rows"))
        self.assertEqual(len(page.context["editor"].table.rows.forms), 6)

    def test_targets_and_quotas(self):
        self.save("targets", **{"rows-0-name": "Mô hình mới", "rows-0-amount": "1.200"})
        target = self.plan.targets.get()
        self.assertEqual(target.amount, 1200)
        url = f"{self.url}chi-tieu/{target.pk}/"
        unit = self.at.world.women_tam_quang
        page = self.client.get(f"{url}?level=&line=women")
        self.assertContains(page, "Hội Liên hiệp Phụ nữ xã Tam Quang")
        self.assertNotContains(page, "Đảng ủy xã Tam Hợp")
        seen = page.context["editor"].seen
        self.client.post(f"{url}?level=&line=women", {"seen": seen, f"unit_{unit.pk}": "3"})
        party = self.client.get(f"{url}?level=&line=party").context["editor"]
        self.client.post(f"{url}?level=&line=party", {"seen": party.seen, "all": "2"})
        given = dict(target.quotas.values_list("unit__name", "amount"))
        self.assertEqual(given["Hội Liên hiệp Phụ nữ xã Tam Quang"], 3)
        self.assertEqual(given["Đảng ủy xã Tam Quang"], 2)
        self.save("targets", **{"rows-0-gone": "on"})
        self.assertFalse(self.plan.targets.exists())

    def test_the_calendar_is_suggested_and_checked(self):
        page = self.client.get(f"{self.url}sua/calendar/")
        self.assertContains(page, "chỉ là gợi ý")
        wrong = self.save("calendar", **{"rows-0-closes": f"01/01/{self.plan.year - 1}"})
        self.assertContains(wrong, "Ngày cuối trước ngày đầu")
        self.save("calendar")
        self.assertEqual(self.plan.calendar.count(), 6)
        self.assertEqual(self.plan.calendar.filter(kind="report", period_last=None).count(), 0)

    def test_the_registration_form(self):
        self.save("form")
        self.assertFalse(self.plan.form_fields.exists(), "as shipped is no setting")
        self.save("form", asked_need="always", required_need="on", example_need="Đường hẹp, lầy")
        row = self.plan.form_fields.get(name="need")
        self.assertEqual((row.asked, row.required, row.example), ("always", True, "Đường hẹp, lầy"))
        self.assertContains(self.client.get(self.url), "Thực trạng, sự cần thiết")

    def test_two_people_at_one_section(self):
        data = self.form("about", theme="Của Sen")
        self.plan.describe(self.at.vinh, {"theme": "Của Vinh"}, [])
        page = self.client.post(f"{self.url}sua/about/", data)
        self.assertContains(page, "vừa lưu")
        self.assertContains(page, "Của Sen")
        self.assertEqual(Plan.objects.get().theme, "Của Vinh")
        self.client.post(f"{self.url}sua/about/", data | {"seen": page.context["editor"].seen})
        self.assertEqual(Plan.objects.get().theme, "Của Sen")

    def test_sections_are_taken_over(self):
        theirs = full(self.at)
        theirs.approve(self.at.binh)
        self.client.post(f"{self.url}chep/", {"source": theirs.pk, "sections": ["tasks", "criteria"]})
        self.assertEqual(self.plan.tasks.get().text, "Mở lớp tập huấn")
        self.assertEqual(self.plan.criteria_sets.count(), 1)
        self.assertFalse(self.plan.targets.exists())

    def test_a_neighbour_finds_no_page(self):
        self.client.force_login(self.at.lan.user)
        for page in (
            "",
            "sua/about/",
            "chep/",
            "ban-ky/",
            "ban-moi/",
            "rut/",
            "tra-lai/",
            "docx/",
            "tieu-chi/",
        ):
            self.assertEqual(self.client.get(self.url + page).status_code, 404, page)
        for verb in ("trinh/", "duyet/"):
            self.assertEqual(self.client.post(self.url + verb).status_code, 404, verb)
        with self.assertRaises(Refused):
            self.plan.describe(self.at.lan, {"theme": "Không"}, [])

    def test_a_reader_is_refused_in_words(self):
        self.client.force_login(self.at.duc.user)
        plan = draft(self.at)
        self.assertContains(self.client.get(f"/ke-hoach/{plan.pk}/sua/about/"), "người xem", status_code=409)
        self.assertContains(self.client.post(f"/ke-hoach/{plan.pk}/duyet/"), "người xem", status_code=409)
        self.assertContains(self.client.get("/ke-hoach/"), "BCĐ tỉnh Nghệ An")

    def test_a_reporter_sees_the_draft_of_the_place_but_does_not_write_it(self):
        self.client.force_login(self.at.minh.user)
        self.assertEqual(self.client.get(self.url).status_code, 200)
        self.assertEqual(self.client.get(f"{self.url}sua/about/").status_code, 409)

    def test_a_head_elsewhere_decides_nothing_here(self):
        stranger = post(self.at.lan.user, self.at.world.dang_uy_tam_hop, "head", "place")
        with self.assertRaisesMessage(Refused, "BCĐ xã Tam Quang"):
            self.plan.approve(stranger)

    def test_whoever_has_no_mandate_begins_no_plan(self):
        self.at.committee.mandates.all().delete()
        with self.assertRaisesMessage(Refused, "không phụ trách phong trào"):
            Plan.objects.start(self.at.committee, self.at.movement, 2030, by=self.at.sen)
        self.assertContains(self.client.get("/ke-hoach/moi/"), "Phong trào")

    def test_a_post_that_ended_writes_no_more(self):
        Post.objects.filter(pk=self.at.sen.pk).update(valid_to=today())
        self.at.sen.refresh_from_db()
        with self.assertRaises(Refused):
            self.plan.describe(self.at.sen, {"theme": "x"}, [])

    def test_what_is_settled_is_written_no_more(self):
        self.plan.approve(self.at.vinh)
        with self.assertRaises(FasterColleague):
            self.plan.describe(self.at.sen, {"theme": "x"}, [])
