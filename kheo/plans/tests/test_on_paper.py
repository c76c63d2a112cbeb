"""Thu, clerk of Tam Quang, gives Sen's plan its number; the signed copy comes back from a phone."""

import io
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from kheo.audit.models import Entry
from kheo.files.models import Attachment
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.papers import kinds
from kheo.papers.issuers import issuer
from kheo.papers.models import Paper
from kheo.plans.models import Plan
from kheo.plans.tests.cast import cast, full
from kheo.units.models import Member, Post, ReachKind, Role, Unit
from kheo.units.tests import cast as people


def picture(name="trang.jpg", colour="#eee"):
    file = io.BytesIO()
    Image.new("RGB", (320, 450), colour).save(file, "JPEG", exif=_where_it_was_taken())
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


def _where_it_was_taken():
    exif = Image.Exif()
    exif[0x0110] = "Máy của Thu"
    return exif.tobytes()


def pdf(name="ban-ky.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "application/pdf")


class Office(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.at = cast()
        office = cls.at.sen.unit
        cls.thu = people.post(people.person("thu", "Vi Thị Thu"), office, Role.CLERK, ReachKind.PLACE)
        cls.plan = full(cls.at, by=cls.at.sen)
        cls.plan.approve(cls.at.vinh)
        cls.kind = kinds.called("plan")

    def draft(self, plan=None, by=None, **head):
        return Paper.objects.draft(self.kind, plan or self.plan, by=by or self.at.sen, **head)

    def waiting(self, **head):
        paper = self.draft(**head)
        paper.ask_number(by=self.at.sen)
        return paper

    def give(self, paper, number="5", **given):
        values = {"issued_on": today(), "signer": "Lương Văn Vinh", "by": self.thu, **given}
        paper.give_number(number=number, **values)


class Drafting(Office):
    def test_family_heading_and_signature_follow_from_the_issuer(self):
        Member.objects.create(
            committee=self.at.committee.committee,
            office="Bí thư Đảng ủy xã Tam Quang",
            title=Member.Title.HEAD,
        )
        sheet = self.draft().sheet
        self.assertEqual(sheet.layout.family, "party")
        self.assertEqual(sheet.above, "Đảng ủy xã Tam Quang")
        self.assertTrue(sheet.number_line.endswith("-KH/BCĐ"))
        self.assertEqual([line for line, _part in sheet.signature], ["BÍ THƯ", "kiêm", "TRƯỞNG BAN CHỈ ĐẠO"])
        self.assertEqual(sheet.draft, "Dự thảo")

    def test_an_office_is_signed_without_the_body_that_stands_above(self):
        board = self.at.committee.committee
        for office, signed in (
            ("Bí thư Đảng ủy", "BÍ THƯ"),
            ("Phó Bí thư Đảng ủy xã Tam Quang", "PHÓ BÍ THƯ"),
            ("Chủ tịch Ủy ban nhân dân xã", "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ"),
        ):
            Member.objects.all().delete()
            Member.objects.create(committee=board, office=office, title=Member.Title.HEAD)
            self.assertEqual(issuer(self.at.committee).position.splitlines()[0], signed)

    def test_a_body_of_the_state_gets_the_states_layout_whoever_drafts(self):
        from kheo.papers.models import sheet_of

        ubnd = Unit(
            name="Ủy ban nhân dân xã Tam Quang", key="ubnd", line="government", level="commune",
            area=self.at.world.tam_quang, valid_from=people.SINCE,
        )  # fmt: skip
        ubnd.save()
        sheet = sheet_of(ubnd, self.kind.say(self.plan, ""))
        self.assertEqual(sheet.layout.key, "nd30-2020")
        self.assertEqual(sheet.issuer, "Ủy ban nhân dân\nxã Tam Quang")
        self.assertTrue(sheet.number_line.endswith("/KH-UBND"))
        self.assertEqual(sheet.signature[0], ("TM. ỦY BAN NHÂN DÂN", "behalf"))

    def test_one_paper_is_open_at_a_time(self):
        self.draft()
        with self.assertRaises(FasterColleague):
            self.draft()

    def test_a_neighbour_and_a_reader_do_not_draft(self):
        for post in (self.at.lan, self.at.minh, self.at.duc):
            with self.assertRaises(Refused):
                self.draft(by=post)

    def test_recipients_and_signature_are_remembered(self):
        first = self.waiting(recipients="Tỉnh ủy\nLưu VP", signing="deputy", position="Phó Trưởng ban")
        self.give(first)
        again = self.draft()
        self.assertEqual((again.recipients, again.signing), ("Tỉnh ủy\nLưu VP", "deputy"))
        # A deputy of a committee of the Party writes no K/T.
        self.assertEqual([line for line, _ in again.sheet.signature], ["T/M BAN CHỈ ĐẠO", "PHÓ TRƯỞNG BAN"])

    def test_it_is_written_until_it_has_its_number(self):
        paper = self.waiting()
        paper.write(by=self.at.sen, signer="Lương Văn Vinh")
        self.assertEqual(Paper.objects.get().signer, "Lương Văn Vinh")
        self.give(paper)
        with self.assertRaises(FasterColleague):
            paper.write(by=self.at.sen, signer="khác")


class Numbers(Office):
    def test_the_number_flows_back_to_the_plan_in_one_step(self):
        paper = self.waiting()
        self.assertEqual(list(Paper.objects.waiting(self.thu)), [paper])
        self.give(paper, "5")
        self.assertEqual((paper.number, paper.ordinal, paper.state), ("05-KH/BCĐ", 5, "numbered"))
        plan = Plan.objects.get(pk=self.plan.pk)
        self.assertEqual((plan.number, plan.signed_on, plan.signer), ("05-KH/BCĐ", today(), "Lương Văn Vinh"))
        self.assertFalse(Paper.objects.waiting(self.thu).exists())
        self.assertEqual(list(Paper.objects.unsigned(self.thu)), [paper])
        verbs = set(Entry.objects.about(paper).values_list("verb", flat=True))
        self.assertEqual(verbs, {"drafted", "number_asked", "number_given"})
        self.assertEqual([step.state for step in paper.steps.all()], ["draft", "waiting", "numbered"])

    def test_the_number_entered_on_the_plans_own_page_is_the_papers_too(self):
        paper = self.waiting()
        self.plan.add_signature(number="07-KH/BCĐ", signed_on=today(), signer="Vinh", by=self.at.sen)
        paper.refresh_from_db()
        self.assertEqual((paper.number, paper.state, paper.ordinal), ("07-KH/BCĐ", "numbered", 7))

    def test_a_draft_plan_signed_on_paper_comes_into_force(self):
        draft = full(self.at, by=self.at.sen, year=today().year + 1)
        paper = self.draft(draft)
        self.give(paper, "09-KH/BCĐ")
        draft.refresh_from_db()
        self.assertEqual((draft.state, draft.number, draft.on_paper), ("approved", "09-KH/BCĐ", True))

    def test_only_the_clerk_of_the_body_enters_it(self):
        paper = self.waiting()
        for post in (self.at.sen, self.at.vinh, self.at.lan, self.at.duc):
            with self.assertRaises(Refused):
                self.give(paper, by=post)
        self.assertEqual(Plan.objects.get(pk=self.plan.pk).number, "")

    def test_where_there_is_no_clerk_a_colleague_does(self):
        paper = self.waiting()
        self.thu.end(by=self.at.vinh)
        Post.objects.filter(pk=self.thu.pk).update(valid_to=today())
        self.give(paper, by=self.at.sen)
        self.assertEqual(paper.state, "numbered")
        with self.assertRaises(Refused):
            self.draft(by=self.at.lan)

    def test_kheo_never_makes_up_a_number(self):
        paper = self.waiting()
        for number in ("", "  ", "Số:", "không số"):
            with self.assertRaises(Refused):
                self.give(paper, number)
        self.assertEqual(Paper.objects.get().number, "")

    def test_future_days_and_missing_signers_are_refused(self):
        paper = self.waiting()
        with self.assertRaises(Refused):
            self.give(paper, issued_on=today() + timedelta(days=1))
        with self.assertRaises(Refused):
            self.give(paper, signer=" ")

    def test_numbers_are_read_as_people_write_them(self):
        paper = self.waiting()
        for typed in ("5", "05", "Số 05-KH/BCĐ", "số: 5 - KH/BCĐ", "05–KH/BCĐ"):
            self.assertEqual(paper.read_number(typed).printed, "05-KH/BCĐ", typed)
        self.assertEqual(paper.read_number("12a").printed, "12a-KH/BCĐ")
        self.assertTrue(paper.doubts("05/KH-UBND", today()))
        self.assertFalse(paper.doubts("05", today()))

    def test_the_same_number_twice_in_a_term_is_said_not_refused(self):
        self.give(self.waiting(), "5")
        newer = self.plan.new_version(self.at.sen, "thêm chỉ tiêu")
        newer.approve(self.at.vinh)
        other = self.draft(newer)
        self.assertIn("05-KH/BCĐ", other.doubts("5", today())[0])
        self.assertFalse(other.doubts("5a", today()))
        self.assertFalse(other.doubts("6", today()))
        self.give(other, "5")
        self.assertEqual(other.state, "numbered")

    def test_the_partys_numbers_run_through_a_term_and_the_states_through_a_year(self):
        from kheo.papers.numbering import series

        since = date(2025, 7, 1)
        self.assertEqual(
            series("state", "commune", date(2026, 5, 1), since), (date(2026, 1, 1), date(2027, 1, 1))
        )
        first, end = series("party", "province", date(2026, 5, 1), date(2021, 1, 1))
        self.assertEqual(first, date(2025, 10, 3))
        self.assertGreater(end, date(2029, 1, 1))

    def test_two_clerks_at_once(self):
        paper, same = self.waiting(), Paper.objects.get()
        self.give(paper)
        with self.assertRaises(FasterColleague):
            self.give(same, "6")


class Changes(Office):
    def test_a_change_after_the_number_is_said_and_a_new_paper_takes_its_place(self):
        draft = full(self.at, by=self.at.sen, year=today().year + 1)
        paper = self.draft(draft)
        self.assertFalse(paper.has_changed())
        draft.describe(self.at.sen, {"theme": "Chủ đề mới"}, [])
        self.assertTrue(paper.has_changed())
        paper.refresh(by=self.at.sen)
        self.assertFalse(paper.has_changed())
        self.assertIn("Chủ đề mới", str(paper.sheet.blocks))

    def test_what_was_numbered_stays_as_it_was(self):
        paper = self.waiting()
        self.give(paper)
        Plan.objects.filter(pk=self.plan.pk).update(theme="Đổi sau khi lấy số")
        paper = Paper.objects.get()
        self.assertTrue(paper.has_changed())
        self.assertNotIn("Đổi sau khi lấy số", str(paper.sheet.blocks))
        self.client.force_login(self.thu.user)
        said = self.client.get(paper.get_absolute_url())
        self.assertContains(said, "đã thay đổi sau khi lấy số")
        with self.assertRaises(FasterColleague):
            paper.refresh(by=self.at.sen)

    def test_withdrawing_needs_a_reason_and_keeps_the_number(self):
        paper = self.waiting()
        self.give(paper)
        with self.assertRaises(Refused):
            paper.withdraw(by=self.thu, reason=" ")
        with self.assertRaises(Refused):
            paper.withdraw(by=self.at.sen, reason="nhầm")
        paper.withdraw(by=self.thu, reason="in nhầm")
        self.assertEqual((paper.state, paper.number), ("withdrawn", "05-KH/BCĐ"))


class SignedCopies(Office):
    def test_photos_lose_what_the_camera_wrote_and_reach_the_plan(self):
        paper = self.waiting()
        with self.assertRaises(Refused):
            paper.attach([picture()], by=self.thu)
        self.give(paper)
        kept = paper.attach([picture(), picture("hai.jpg", "#ddd")], by=self.thu)
        self.assertEqual(paper.state, "signed")
        self.assertEqual([page.pk for page in paper.pages()], [each.pk for each in kept])
        with kept[0].open() as file:
            self.assertFalse(Image.open(file).getexif())
        self.assertEqual(Plan.objects.get(pk=self.plan.pk).signed_file, kept[0])
        self.assertFalse(Paper.objects.unsigned(self.thu).exists())

    def test_a_better_page_takes_the_place_of_a_bad_one(self):
        paper = self.waiting()
        self.give(paper)
        (bad,) = paper.attach([picture()], by=self.thu)
        with self.assertRaises(Refused):
            paper.take_back_page(bad, by=self.thu, reason="")
        paper.take_back_page(bad, by=self.thu, reason="mờ")
        self.assertEqual(paper.state, "numbered")
        paper.attach([pdf()], by=self.thu)
        bad.refresh_from_db()
        self.assertEqual((paper.state, bad.withdrawn_reason), ("signed", "mờ"))

    def test_what_is_no_scan_is_refused(self):
        paper = self.waiting()
        self.give(paper)
        with self.assertRaises(Refused):
            paper.attach([SimpleUploadedFile("ghi-chu.txt", "chữ".encode())], by=self.thu)
        self.assertEqual((paper.state, paper.pages()), ("numbered", []))

    def test_a_copy_added_on_the_plans_page_is_the_papers(self):
        paper = self.waiting()
        self.give(paper)
        file = Attachment.objects.store(pdf(), by=self.at.sen, kind="signed")
        self.plan.refresh_from_db()
        # The number stands already; what is given beside the file is not asked again.
        self.plan.add_signature(number="x", signed_on=today(), signer="x", file=file, by=self.at.sen)
        paper.refresh_from_db()
        self.assertEqual(paper.number, "05-KH/BCĐ")
        self.assertEqual((paper.state, paper.pages()), ("signed", [file]))


class Pages(Office):
    def as_(self, post):
        self.client.force_login(post.user)
        session = self.client.session
        session["post"] = post.pk
        session.save()

    def numbers(self, paper, number, **more):
        prefix = f"p{paper.pk}"
        data = {
            "number": number,
            "issued_on": today().strftime("%d/%m/%Y"),
            "signer": "Lương Văn Vinh",
            "position": "",
            **more,
        }
        return {f"{prefix}-{name}": value for name, value in data.items()}

    def test_from_the_plan_to_the_paper(self):
        self.as_(self.at.sen)
        url = reverse("paper_new", args=["plan", self.plan.pk])
        self.assertContains(self.client.get(reverse("plan", args=[self.plan.pk])), url)
        data = {"symbol": "-KH/BCĐ", "signing": "both", "position": "BÍ THƯ\nkiêm\nTRƯỞNG BAN CHỈ ĐẠO"}
        self.client.post(url, data)
        paper = Paper.objects.get()
        self.assertContains(self.client.get(paper.get_absolute_url()), "ĐẢNG CỘNG SẢN VIỆT NAM")
        self.client.post(reverse("paper_ask", args=[paper.pk]))
        paper.refresh_from_db()
        self.assertEqual(paper.state, "waiting")

    def test_several_numbers_at_once_and_a_doubt_looked_at(self):
        first = self.waiting()
        draft = full(self.at, by=self.at.sen, year=today().year + 1)
        second = self.draft(draft)
        second.ask_number(by=self.at.sen)
        self.as_(self.thu)
        url = reverse("papers_waiting")
        said = self.client.post(url, {**self.numbers(first, "5"), **self.numbers(second, "5")})
        first.refresh_from_db()
        second.refresh_from_db()
        self.assertEqual((first.number, second.number), ("05-KH/BCĐ", ""))
        # The second line is still there as it was typed, with what is doubtful about it.
        self.assertContains(said, "05-KH/BCĐ")
        self.assertContains(said, 'value="5"')
        self.client.post(url, self.numbers(second, "5", sure="5"))
        second.refresh_from_db()
        self.assertEqual(second.number, "05-KH/BCĐ")

    def test_a_wrong_line_keeps_what_was_typed(self):
        paper = self.waiting()
        self.as_(self.thu)
        said = self.client.post(reverse("papers_waiting"), self.numbers(paper, "5", issued_on="31/02/2026"))
        self.assertContains(said, "31/02/2026")
        paper.refresh_from_db()
        self.assertEqual(paper.state, "waiting")

    def test_doors(self):
        paper = self.waiting()
        self.give(paper)
        (page,) = paper.attach([picture()], by=self.thu)
        reading = ["paper", "paper_print", "paper_docx"]
        acting = [
            "paper_edit",
            "paper_number",
            "paper_signed",
            "paper_withdraw",
            "paper_refresh",
            "paper_ask",
        ]
        self.as_(self.at.lan)
        for name in [*reading, *acting]:
            answer = self.client.post(reverse(name, args=[paper.pk]))
            self.assertEqual(answer.status_code, 404, name)
        back = reverse("paper_page_back", args=[paper.pk, page.key])
        self.assertEqual(self.client.post(back).status_code, 404)
        self.assertEqual(self.client.get(reverse("file", args=[page.key])).status_code, 404)
        self.assertEqual(self.client.get(reverse("paper_new", args=["plan", self.plan.pk])).status_code, 404)
        self.as_(self.at.duc)
        for name in reading:
            self.assertEqual(self.client.get(reverse(name, args=[paper.pk])).status_code, 200, name)
        for path in [*(reverse(name, args=[paper.pk]) for name in acting), back]:
            self.assertEqual(self.client.post(path).status_code, 409, path)
        self.assertEqual(Paper.objects.get().state, "signed")

    def test_the_clerks_first_page_shows_what_waits(self):
        self.waiting()
        self.as_(self.thu)
        self.assertContains(self.client.get(reverse("home")), "Văn bản chờ số")
        self.as_(self.at.sen)
        self.assertNotContains(self.client.get(reverse("home")), "Văn bản chờ số")

    def test_lists_cost_the_same_for_one_line_as_for_three(self):
        def cost(url):
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            self.client.get(url)
            with CaptureQueriesContext(connection) as queries:
                self.assertEqual(self.client.get(url).status_code, 200)
            return len(queries)

        self.as_(self.thu)
        first = self.waiting()
        urls = [reverse("papers_waiting"), reverse("papers"), reverse("papers_unsigned"), reverse("home")]
        self.give(self.draft(full(self.at, by=self.at.sen, year=today().year + 1)), "1")
        one = [cost(url) for url in urls]
        for extra in (2, 3):
            plan = full(self.at, by=self.at.sen, year=today().year + extra)
            self.draft(plan).ask_number(by=self.at.sen)
            self.give(self.draft(full(self.at, by=self.at.sen, year=today().year + 10 + extra)), str(extra))
        self.assertEqual([cost(url) for url in urls], one)
        self.assertEqual(first.state, "waiting")

    def test_the_a4_page_and_its_style_come_from_one_layout(self):
        paper = self.waiting()
        self.as_(self.thu)
        page = self.client.get(reverse("paper_print", args=[paper.pk]))
        style = reverse("paper_style", args=[paper.layout])
        self.assertContains(page, style)
        css = self.client.get(style).content.decode()
        self.assertIn("margin: 20mm 15mm 20mm 30mm", css)
        self.assertIn(".part-nation { font-size: 1.071em; font-weight: bold", css)
        self.assertEqual(self.client.get(reverse("paper_style", args=["khong-co"])).status_code, 404)
        file = self.client.get(reverse("paper_docx", args=[paper.pk]))
        from kheo.papers.checking import check

        self.assertEqual(check(io.BytesIO(file.getvalue())), [])

    def test_the_rules_are_shown_with_basis_and_day(self):
        self.as_(self.thu)
        said = self.client.get(reverse("paper_rules"))
        self.assertContains(said, "Nghị định số 30/2020/NĐ-CP")
        self.assertContains(said, "Chờ đối chiếu bản gốc")


class Corrections(Office):
    """Thu typed 5 for 6: she puts it right, and the plan follows."""

    def setUp(self):
        self.paper = self.waiting()
        self.give(self.paper, "5")

    def seen(self, paper=None):
        return (paper or self.paper).steps.last().pk

    def correct(self, paper=None, **given):
        paper = paper or self.paper
        values = {
            "by": self.thu,
            "number": "6",
            "issued_on": paper.issued_on,
            "signer": paper.signer,
            "reason": "gõ nhầm",
            "seen": self.seen(paper),
            **given,
        }
        paper.correct(**values)

    def as_(self, post):
        self.client.force_login(post.user)
        session = self.client.session
        session["post"] = post.pk
        session.save()

    def form(self, **given):
        day = self.paper.issued_on.strftime("%d/%m/%Y")
        values = {"number": "6", "issued_on": day, "signer": "Lương Văn Vinh", "reason": "gõ nhầm"}
        return {**values, "seen": self.seen(), **given}

    def test_the_plan_follows_and_what_stood_there_is_kept(self):
        day = today() - timedelta(days=1)
        self.correct(issued_on=day, signer="Lương Văn Lâm")
        paper, plan = Paper.objects.get(), Plan.objects.get(pk=self.plan.pk)
        self.assertEqual((paper.number, paper.ordinal, paper.state), ("06-KH/BCĐ", 6, "numbered"))
        self.assertEqual((paper.issued_on, paper.signer), (day, "Lương Văn Lâm"))
        self.assertEqual((plan.number, plan.signed_on, plan.signer), ("06-KH/BCĐ", day, "Lương Văn Lâm"))
        step = paper.steps.last()
        self.assertEqual((step.state, step.reason, step.by), ("numbered", "gõ nhầm", self.thu))
        self.assertEqual((step.before["number"], step.after["number"]), ("05-KH/BCĐ", "06-KH/BCĐ"))
        self.assertEqual(len(step.corrections), 3)
        for thing in (paper, plan):
            entry = Entry.objects.about(thing).get(verb="number_corrected")
            self.assertEqual(entry.reason, "gõ nhầm")
        self.assertIn("06-KH/BCĐ", paper.sheet.number_line)

    def test_a_signed_paper_stays_signed(self):
        self.paper.attach([picture()], by=self.thu)
        self.correct()
        self.paper.refresh_from_db()
        self.assertEqual((self.paper.state, self.paper.number), ("signed", "06-KH/BCĐ"))

    def test_a_reason_and_a_change_are_asked(self):
        for wrong in (
            {"reason": " "},
            {"number": "5"},
            {"signer": ""},
            {"issued_on": today() + timedelta(1)},
        ):
            with self.assertRaises(Refused):
                self.correct(**wrong)
        self.assertEqual(Plan.objects.get(pk=self.plan.pk).number, "05-KH/BCĐ")
        self.assertEqual(self.paper.steps.count(), 3)

    def test_only_the_clerk_and_only_what_stands(self):
        for post in (self.at.sen, self.at.vinh, self.at.lan, self.at.duc):
            with self.assertRaises(Refused):
                self.correct(by=post)
        self.paper.withdraw(by=self.thu, reason="in nhầm")
        with self.assertRaises(FasterColleague):
            self.correct()

    def test_two_clerks_at_once_and_one_is_told(self):
        seen, same = self.seen(), Paper.objects.get()
        self.correct(seen=seen)
        with self.assertRaises(FasterColleague) as told:
            same.correct(
                by=self.thu, number="7", issued_on=today(), signer="Vinh", reason="gõ nhầm", seen=seen
            )
        self.assertIn(str(self.thu.user), str(told.exception))
        self.as_(self.thu)
        page = self.client.post(
            reverse("paper_correct", args=[self.paper.pk]), self.form(number="8", seen=seen)
        )
        self.assertContains(page, "đã làm trước", status_code=page.status_code)
        self.assertEqual(Plan.objects.get(pk=self.plan.pk).number, "06-KH/BCĐ")

    def test_a_number_given_to_another_is_shown_again(self):
        other = self.draft(full(self.at, by=self.at.sen, year=today().year + 1))
        self.give(other, "9")
        self.as_(self.thu)
        url = reverse("paper_correct", args=[self.paper.pk])
        said = self.client.post(url, self.form(number="9"))
        self.assertContains(said, "09-KH/BCĐ")
        self.assertContains(said, "gõ nhầm")
        self.assertEqual(Paper.objects.get(pk=self.paper.pk).number, "05-KH/BCĐ")
        self.client.post(url, self.form(number="9", sure="9"))
        self.assertEqual(Paper.objects.get(pk=self.paper.pk).number, "09-KH/BCĐ")

    def test_from_the_papers_page(self):
        self.as_(self.thu)
        url = reverse("paper_correct", args=[self.paper.pk])
        self.assertContains(self.client.get(self.paper.get_absolute_url()), url)
        self.assertContains(self.client.get(url), 'value="05-KH/BCĐ"')
        self.assertRedirects(self.client.post(url, self.form()), self.paper.get_absolute_url())
        page = self.client.get(self.paper.get_absolute_url())
        self.assertContains(page, "<del>05-KH/BCĐ</del> → <ins>06-KH/BCĐ</ins>")
        self.assertContains(page, "gõ nhầm")

    def test_doors(self):
        url = reverse("paper_correct", args=[self.paper.pk])
        self.as_(self.at.lan)
        self.assertEqual(self.client.post(url, self.form()).status_code, 404)
        self.as_(self.at.duc)
        self.assertNotContains(self.client.get(self.paper.get_absolute_url()), url)
        self.assertEqual(self.client.post(url, self.form()).status_code, 409)
        self.assertEqual(Paper.objects.get().number, "05-KH/BCĐ")
