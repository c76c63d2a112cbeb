"""A person compares what was read with the text, puts it right, and confirms it."""

from datetime import date

from django.test import TestCase

from kheo.directives.models import Assignment, Directive, Duty, Reference
from kheo.directives.models.directive import SURE, Edit
from kheo.lib.refusals import FasterColleague, Refused
from kheo.units.models import ReachKind, Role
from kheo.units.tests.cast import person, post

from .circle import circle, directive, duties_today


def posted(page) -> dict:
    """What a browser would send back from the confirm page as it stands."""
    reading = page.context["reading"]
    data = {}

    def add(form):
        for bound in form:
            value = bound.value()
            if value not in (None, "", False):
                data[bound.html_name] = value.strftime("%d/%m/%Y") if isinstance(value, date) else value

    add(reading.head)
    for formset in (reading.tasks, *(form.bodies for form in reading.tasks)):
        add(formset.management_form)
        for form in formset:
            add(form)
    for row in reading.links:
        data[row["name"]] = row["chosen"]
    return data


class Confirming(TestCase):
    def setUp(self):
        self.at = circle()
        self.made = directive(self.at, confirmed=False, issuer=None)
        self.address = f"/chi-dao/{self.made.pk}/xac-nhan/"

    def test_the_page_points_from_each_field_at_its_words(self):
        self.made.reading = {
            "fields": {
                "number": {"span": [50, 62], "confidence": 0.9, "reason": ""},
                "title": {"span": [70, 90], "confidence": 0.3, "reason": "no title under the type"},
            }
        }
        self.made.save()
        self.client.force_login(self.at.hoa.user)
        page = self.client.get(self.address)
        self.assertContains(page, 'href="#w-number"')
        self.assertContains(page, 'id="w-number"')
        self.assertContains(page, "dưới tên loại không có trích yếu")
        task = self.made.assignments.first()
        self.assertContains(page, f'href="#w-t{task.pk}"')
        self.assertContains(page, f'id="w-t{task.pk}"')

    def test_confirmed_with_changes(self):
        self.client.force_login(self.at.hoa.user)
        data = posted(self.client.get(self.address))
        data |= {
            "number": "77 - KH/BDVTU",
            "tasks-0-text": "Lãnh đạo việc hoà giải",
            "tasks-2-withdrawn": "on",
            "do": "confirm",
        }
        answer = self.client.post(self.address, data)
        self.assertRedirects(answer, f"/chi-dao/{self.made.pk}/giao-viec/")
        self.made.refresh_from_db()
        self.assertEqual(self.made.state, "confirmed")
        self.assertEqual(self.made.issuer, self.at.old_board)
        self.assertEqual(self.made.number_key, "77-KH/BDVTU")
        tasks = list(self.made.assignments.all())
        self.assertEqual(tasks[0].text, "Lãnh đạo việc hoà giải")
        self.assertEqual([task.withdrawn for task in tasks], [False, False, True])
        self.assertEqual(self.made.steps.last().by, self.at.hoa)

    def test_rows_are_added_without_script(self):
        self.client.force_login(self.at.hoa.user)
        data = posted(self.client.get(self.address))
        page = self.client.post(self.address, {**data, "add": "tasks", "title": "đang gõ dở"})
        self.assertEqual(len(page.context["reading"].tasks.forms), 4)
        self.assertContains(page, "đang gõ dở")
        data = posted(page) | {
            "tasks-3-text": "Báo cáo kết quả",
            "tasks-3-due_on": "15/12/2021",
            "tasks-3-bodies-0-written": "Hội Liên hiệp Phụ nữ tỉnh",
            "tasks-3-bodies-0-function": "phu_nu",
            "tasks-3-bodies-0-level": "province",
            "tasks-3-bodies-0-part": "cooperate",
            "do": "save",
        }
        page = self.client.post(self.address, {**data, "add": "tasks-3"})
        self.assertEqual(len(page.context["reading"].tasks.forms[3].bodies.forms), 2)
        self.client.post(self.address, data)
        task = self.made.assignments.get(text="Báo cáo kết quả")
        self.assertEqual(task.due_on, date(2021, 12, 15))
        body = task.addressees.get()
        self.assertEqual((body.function_id, body.level, body.part), ("phu_nu", "province", "cooperate"))
        self.made.refresh_from_db()
        self.assertEqual(self.made.state, "read")

    def test_what_was_typed_wrongly_stays_in_the_form(self):
        self.client.force_login(self.at.hoa.user)
        data = posted(self.client.get(self.address)) | {"tasks-0-due_on": "hôm nào", "do": "confirm"}
        page = self.client.post(self.address, data)
        self.assertContains(page, "hôm nào")
        self.assertContains(page, "Chưa lưu")

    def test_a_colleague_who_was_faster_is_named(self):
        other = Directive.objects.get(pk=self.made.pk)
        self.made.confirm(self.at.binh)
        with self.assertRaisesMessage(FasterColleague, "Trần Văn Bình"):
            other.confirm(self.at.hoa)

    def test_a_neighbour_finds_nothing_and_a_reader_is_refused(self):
        self.client.force_login(self.at.lan.user)
        self.assertEqual(self.client.get(self.address).status_code, 404)
        self.client.force_login(self.at.hoa.user)
        data = posted(self.client.get(self.address)) | {"do": "confirm"}
        self.client.force_login(self.at.duc.user)
        self.assertContains(self.client.post(self.address, data), "error-summary")
        self.made.refresh_from_db()
        self.assertEqual(self.made.state, "read")

    def test_title_date_and_issuer_must_be_there(self):
        Directive.objects.filter(pk=self.made.pk).update(title="")
        with self.assertRaisesMessage(Refused, "trích yếu"):
            Directive.objects.get(pk=self.made.pk).confirm(self.at.hoa)

    def test_a_change_after_the_confirmation_takes_a_reason(self):
        self.made.confirm(self.at.hoa)
        with self.assertRaises(Refused):
            self.made.amend(self.at.hoa, Edit(fields={"title": "khác"}))
        self.made.amend(self.at.hoa, Edit(fields={"title": "khác"}), "Gõ nhầm")

    def test_references_meet_the_documents_they_name(self):
        older = directive(
            self.at, number="88-CT/TU", issued_on=date(2021, 2, 10), issuer_text="Ban Thường vụ Tỉnh ủy"
        )
        directive(
            self.at, number="88-CT/TU", issued_on=date(2016, 2, 10), issuer_text="Ban Thường vụ Tỉnh ủy"
        )
        named = Reference.objects.create(directive=self.made, number="88-CT/TU", issued_on=date(2021, 2, 10))
        later = Reference.objects.create(
            directive=self.made, number="99-HD/BDVTU", issued_on=date(2021, 9, 9)
        )
        self.made.confirm(self.at.hoa)
        named.refresh_from_db()
        self.assertEqual(named.target, older)
        newer = directive(self.at, number="99 - HD/BDVTU", issued_on=date(2021, 9, 9))
        later.refresh_from_db()
        self.assertEqual(later.target, newer)

    def test_a_number_that_names_two_documents_names_none(self):
        for year in (2016, 2021):
            directive(self.at, number="88-CT/TU", issued_on=date(year, 2, 10))
        self.assertIsNone(Directive.objects.called("88-CT/TU"))

    def test_the_readers_measure_of_sureness_is_ours(self):
        from kheo.directives.reading import shapes

        self.assertEqual(SURE, shapes.SURE)

    def test_ten_rows_cost_the_queries_of_three(self):
        self.client.force_login(self.at.hoa.user)
        counts = []
        for _again in range(2):
            with self.assertNumQueries(FewerThan()) as seen:
                self.client.get(self.address)
            counts.append(len(seen.captured_queries))
            for order in range(3, 10):
                task = Assignment.objects.create(directive=self.made, order=order, text=f"Việc {order}")
                task.addressees.create(written="Đảng ủy", function_id="cap_uy")
        self.assertEqual(*counts)


class FewerThan(int):
    """Any number of queries: the test compares two counts."""

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Family(TestCase):
    """Implementing documents hang under their parent; documents follow one another."""

    def setUp(self):
        self.at = circle()
        self.made = duties_today(self.at)

    def plan(self, **fields):
        plan = directive(
            self.at,
            confirmed=False,
            number="80-HD/BTGDVTU",
            issued_on=date(2026, 2, 1),
            parent=self.made,
            **fields,
        )
        task = plan.assignments.get(order=1)
        task.details = self.made.assignments.get(order=1)
        task.due_on, task.product = date(2026, 11, 30), "báo cáo kết quả"
        task.save()
        return plan

    def test_a_deadline_from_below_reaches_the_duties(self):
        self.plan().confirm(self.at.hoa)
        duty = Duty.objects.get(assignment__directive=self.made, unit=self.at.women_tam_quang)
        self.assertEqual((duty.due_on, duty.rhythm), (date(2026, 11, 30), "once"))

    def test_both_pages_show_it(self):
        plan = self.plan()
        plan.confirm(self.at.hoa)
        self.client.force_login(self.at.hoa.user)
        page = self.client.get(f"/chi-dao/{self.made.pk}/")
        self.assertContains(page, "80-HD/BTGDVTU")
        self.assertContains(page, "báo cáo kết quả")
        self.assertContains(self.client.get(f"/chi-dao/{plan.pk}/"), "77-KH/BDVTU")

    def test_continued_and_replaced_are_shown_both_ways(self):
        newer = directive(self.at, number="81-KH/BTGDVTU", issued_on=date(2026, 3, 1))
        self.client.force_login(self.at.hoa.user)
        answer = self.client.post(
            f"/chi-dao/{self.made.pk}/tiep-noi/", {"other": newer.pk, "how": "replaced"}
        )
        self.assertRedirects(answer, f"/chi-dao/{self.made.pk}/")
        self.assertContains(self.client.get(f"/chi-dao/{self.made.pk}/"), "81-KH/BTGDVTU")
        self.assertContains(self.client.get(f"/chi-dao/{newer.pk}/"), "Thay thế")
        self.made.refresh_from_db()
        with self.assertRaises(FasterColleague):
            self.made.replace_with(directive(self.at, number="82", issued_on=date(2026, 4, 1)), self.at.hoa)
        with self.assertRaises(Refused):
            newer.replace_with(self.made, self.at.hoa)

    def test_neither_a_neighbour_nor_a_reader_says_what_follows(self):
        newer = directive(self.at, number="81-KH/BTGDVTU", issued_on=date(2026, 3, 1))
        address = f"/chi-dao/{self.made.pk}/tiep-noi/"
        self.client.force_login(self.at.minh.user)
        self.assertEqual(self.client.post(address, {"other": newer.pk, "how": "replaced"}).status_code, 404)
        with self.assertRaises(Refused):
            self.made.replace_with(newer, self.at.duc)

    def test_no_circles(self):
        plan = self.plan()
        plan.confirm(self.at.hoa)
        with self.assertRaises(Refused):
            self.made.hang_under(plan, self.at.hoa)

    def test_withdrawn_with_a_reason_and_its_duties_no_longer_count(self):
        self.client.force_login(self.at.duc.user)
        self.client.post(f"/chi-dao/{self.made.pk}/rut/", {"reason": "nhầm"})
        self.assertTrue(Duty.objects.live().exists())
        self.client.force_login(self.at.hoa.user)
        self.client.post(f"/chi-dao/{self.made.pk}/rut/", {"reason": "Nhập nhầm"})
        self.assertFalse(Duty.objects.live().exists())
        self.assertTrue(Duty.objects.exists())


class Seeing(TestCase):
    def setUp(self):
        self.at = circle()

    def test_who_was_asked_sees_it_and_nobody_before(self):
        made = directive(self.at, confirmed=True, issued_on=date(2026, 1, 5), issuer=self.at.board)
        self.assertFalse(Directive.objects.visible_to(self.at.minh.user).exists())
        from kheo.directives import cascade

        cascade.carry_out(made, self.at.hoa)
        self.assertTrue(Directive.objects.visible_to(self.at.minh.user).exists())
        stranger = person("la", "Người Lạ")
        self.assertFalse(Directive.objects.visible_to(stranger).exists())
        post(stranger, self.at.women, Role.READER, ReachKind.LINE)
        self.assertTrue(Directive.objects.visible_to(stranger).exists())

    def test_a_commune_sees_its_own_duties_only_the_giver_all(self):
        made = duties_today(self.at)
        seen = Duty.objects.visible_to(self.at.minh.user).values_list("unit__name", flat=True)
        self.assertEqual(set(seen), {"Đảng ủy xã Tam Quang", "Hội Liên hiệp Phụ nữ xã Tam Quang"})
        self.assertEqual(Duty.objects.visible_to(self.at.hoa.user).count(), Duty.objects.count())
        self.client.force_login(self.at.lan.user)
        self.assertEqual(self.client.get(f"/chi-dao/don-vi/{self.at.dang_uy_tam_quang.pk}/").status_code, 404)
        self.assertEqual(self.client.get(f"/chi-dao/{made.pk}/").status_code, 200)

    def test_internal_documents_are_never_public(self):
        directive(self.at, internal=True)
        self.assertFalse(Directive.objects.public().exists())
