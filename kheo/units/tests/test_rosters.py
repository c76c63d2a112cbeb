"""An sends the office's list of people: read in any layout, doubtful cells named, made once only."""

import io
from datetime import timedelta

import openpyxl
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kheo.accounts.models import User
from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.lib.tables import Table
from kheo.units import rosters
from kheo.units.models import Post, Role, Roster, Unit
from kheo.units.tests.cast import cast, person, post
from kheo.units.tests.test_slips import of

HEAD = ["TT", "Đơn vị", "Họ và tên", "Chức vụ", "Vai trò", "Số điện thoại"]
QUANG, HOP = "Đảng ủy xã Tam Quang", "Đảng ủy xã Tam Hợp"


def workbook(*sheets: tuple[str, list[list[str]]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    for title, rows in sheets:
        sheet = book.add_worksheet(title)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(at, place, cell)
    book.close()
    return file.getvalue()


class Story(TestCase):
    def setUp(self):
        self.cast = cast()
        self.an = Post.objects.get(user=self.cast.an)
        Unit.objects.filter(name__startswith="Đảng ủy xã").update(key="dang_uy")
        Unit.objects.filter(name__startswith="Hội Liên hiệp Phụ nữ xã").update(key="phu_nu")

    def receive(self, *rows, head=HEAD, title="") -> Roster:
        tables = [Table(title, [list(head), *[list(row) for row in rows]])]
        return Roster.objects.receive(by=self.an, name="ds.xlsx", tables=rosters.kept(tables))

    def seen(self, *rows, **more):
        return rosters.preview(self.receive(*rows, **more), self.an)

    def send(self, client: Client, rows, name="ds.xlsx"):
        upload = SimpleUploadedFile(name, workbook(("Danh sách", rows)))
        return client.post(reverse("roster_new"), {"file": upload})


class FromFileToSlips(Story):
    ROWS = [
        ["TỈNH ỦY NGHỆ AN"],
        ["DANH SÁCH CÁN BỘ PHỤ TRÁCH"],
        HEAD,
        ["1", QUANG, "Lô Thị Mai", "Phó Bí thư", "người báo cáo", "0987 654 321"],
        ["2", HOP, "Vi Văn Sơn", "", "cấp trưởng", ""],
    ]

    def test_the_whole_way(self):
        client = of(self.cast.an)
        answer = self.send(client, self.ROWS)
        preview = client.get(answer.url)
        self.assertContains(preview, "Tạo 2 tài khoản")
        self.assertContains(preview, "Mọi dòng đều rõ")
        roster = Roster.objects.get()
        done = client.post(reverse("roster_load", args=[roster.pk]), follow=True)
        self.assertContains(done, "In 2 phiếu")
        mai = User.objects.get(username="mai.tamquang")
        self.assertEqual((mai.full_name, mai.phone), ("Lô Thị Mai", "+84987654321"))
        held = Post.objects.get(user=mai)
        self.assertEqual((held.unit.name, held.role, held.reach, held.title),
                         (QUANG, "reporter", "place", "Phó Bí thư"))  # fmt: skip
        self.assertEqual(Post.objects.get(user__username="son.tamhop").role, "head")
        self.assertEqual(Entry.objects.filter(verb="created", unit_id=self.an.unit_id).count(), 2)
        roster.refresh_from_db()
        self.assertEqual((roster.tables, roster.state), ([], "loaded"))
        self.assertContains(client.get(reverse("roster", args=[roster.pk])), "Nội dung danh sách đã được xóa")

    def test_the_same_file_again_changes_nothing(self):
        client = of(self.cast.an)
        for _time in range(2):
            answer = self.send(client, self.ROWS)
            client.post(reverse("roster_load", args=[Roster.objects.first().pk]))
        preview = client.get(answer.url)
        self.assertContains(preview, "không có gì mới")
        self.assertEqual(User.objects.filter(full_name="Lô Thị Mai").count(), 1)
        self.assertEqual(Post.objects.filter(user__full_name="Lô Thị Mai").count(), 1)

    def test_a_second_press_is_told_so(self):
        roster = self.receive(["1", QUANG, "Lô Thị Mai", "", "", ""])
        rosters.load(roster, self.an)
        with self.assertRaises(Refused):
            rosters.load(Roster.objects.get(pk=roster.pk), self.an)
        self.assertEqual(User.objects.filter(full_name="Lô Thị Mai").count(), 1)

    def test_hundreds_cost_the_same_queries(self):
        counts = []
        for size in (2, 150):
            rows = [
                [str(n), QUANG, f"Lô Văn {'AB'[size > 2]}{n}", "", "", f"0912{size:03}{n:03}"]
                for n in range(size)
            ]
            roster = self.receive(*rows)
            with CaptureQueriesContext(connection) as captured:
                rosters.load(roster, self.an)
            counts.append(len(captured))
        # Rows are written in batches: a few more statements for 148 more people, never one for each.
        self.assertLess(counts[1], counts[0] + 12)
        self.assertEqual(User.objects.filter(full_name__startswith="Lô Văn B").count(), 150)

    def test_a_neighbour_finds_no_list_and_a_reader_is_refused(self):
        roster = self.receive(["1", QUANG, "Lô Thị Mai", "", "", ""])
        hung = person("hung", "Lô Văn Hùng")
        post(hung, self.cast.dang_uy_tam_hop, Role.UNIT_ADMIN)
        for who, status in ((hung, 404), (self.cast.duc, 409)):
            self.assertEqual(of(who).get(reverse("roster", args=[roster.pk])).status_code, status)
            self.assertEqual(of(who).post(reverse("roster_load", args=[roster.pk])).status_code, status)
        self.assertEqual(of(self.cast.duc).get(reverse("roster_new")).status_code, 409)
        self.assertEqual(of(self.cast.duc).get(reverse("roster_sheet")).status_code, 409)
        self.assertFalse(User.objects.filter(full_name="Lô Thị Mai").exists())

    def test_a_unit_administrator_makes_accounts_for_the_own_unit_alone(self):
        hung = person("hung", "Lô Văn Hùng")
        by = post(hung, self.cast.dang_uy_tam_hop, Role.UNIT_ADMIN)
        tables = [
            Table("", [HEAD, ["1", QUANG, "Lô Thị Mai", "", "", ""], ["2", HOP, "Vi Văn Sơn", "", "", ""]])
        ]
        roster = Roster.objects.receive(by=by, name="x", tables=rosters.kept(tables))
        rosters.load(roster, by)
        self.assertFalse(User.objects.filter(full_name="Lô Thị Mai").exists())
        self.assertTrue(User.objects.filter(full_name="Vi Văn Sơn").exists())

    def test_a_list_nobody_loads_is_emptied_after_a_week(self):
        old = self.receive(["1", QUANG, "Lô Thị Mai", "", "", ""])
        Roster.objects.update(made=timezone.now() - timedelta(days=8))
        self.receive(["1", QUANG, "Vi Văn Sơn", "", "", ""])
        old.refresh_from_db()
        self.assertEqual((old.tables, old.state), ([], "dropped"))
        self.assertContains(of(self.cast.an).get(reverse("roster", args=[old.pk])), "Hãy gửi lại tệp")

    def test_what_is_no_list_of_people_is_refused_in_a_sentence(self):
        client = of(self.cast.an)
        self.assertContains(self.send(client, [["Tên mô hình", "Lĩnh vực"], ["Đường hoa", "Kinh tế"]]),
                            "Không tìm thấy danh sách cán bộ")  # fmt: skip
        self.assertContains(client.post(reverse("roster_new"), {}), "Hãy chọn tệp hoặc dán các dòng")
        upload = SimpleUploadedFile("x.xlsx", b"khong phai bang tinh \x00\x01")
        self.assertEqual(client.post(reverse("roster_new"), {"file": upload}).status_code, 200)

    def test_rows_may_be_pasted(self):
        text = "Đơn vị\tHọ và tên\tSĐT\n" + f"{QUANG}\tLô Thị Mai\t0987654321\n{HOP}\tVi Văn Sơn\t\n"
        answer = of(self.cast.an).post(reverse("roster_new"), {"pasted": text})
        self.assertContains(of(self.cast.an).get(answer.url), "Tạo 2 tài khoản")


class Layouts(Story):
    def names(self, seen):
        return [(line.name, line.unit and line.unit.name) for line in seen.lines]

    def test_family_and_given_name_in_two_columns(self):
        seen = self.seen(["Lô Thị", "Mai", QUANG, "x"], head=["Họ và tên đệm", "Tên", "Cơ quan", "Chức danh"])
        self.assertEqual(self.names(seen), [("Lô Thị Mai", QUANG)])

    def test_a_line_of_its_own_names_the_unit_of_the_rows_below(self):
        head = ["TT", "Họ tên", "Chức vụ"]
        one, other = [f"I. {QUANG}"] * 3, [f"II. {HOP}"] * 3
        seen = self.seen(one, ["1", "Lô Thị Mai", ""], other, ["2", "Vi Văn Sơn", ""], head=head)
        self.assertEqual(self.names(seen), [("Lô Thị Mai", QUANG), ("Vi Văn Sơn", HOP)])

    def test_a_sheet_for_each_unit(self):
        head = ["Họ tên", "Chức vụ"]
        tables = [Table(QUANG, [head, ["Lô Thị Mai", ""]]), Table(HOP, [head, ["Vi Văn Sơn", ""]])]
        roster = Roster.objects.receive(by=self.an, name="x", tables=rosters.kept(tables))
        seen = rosters.preview(roster, self.an)
        self.assertEqual(self.names(seen), [("Lô Thị Mai", QUANG), ("Vi Văn Sơn", HOP)])

    def test_the_unit_is_written_in_the_first_of_its_rows_only(self):
        seen = self.seen(["1", QUANG, "Lô Thị Mai", "", "", ""], ["2", "", "Vi Văn Sơn", "", "", ""])
        self.assertEqual([unit for _name, unit in self.names(seen)], [QUANG, QUANG])

    def test_a_row_that_holds_a_name_alone_is_a_person_unless_it_names_a_body(self):
        head = ["Họ tên", "Chức vụ"]
        seen = self.seen([QUANG, ""], ["Đoàn Thị Mai", ""], [HOP, ""], ["Phương Văn Sơn", ""], head=head)
        self.assertEqual(self.names(seen), [("Đoàn Thị Mai", QUANG), ("Phương Văn Sơn", HOP)])

    def test_totals_numbers_and_repeated_headings_are_no_people(self):
        seen = self.seen(["1", QUANG, "Lô Thị Mai", "", "", ""], HEAD, ["", "", "Tổng cộng", "", "", ""],
                         ["", "", "3", "", "", ""], ["", "", "", "", "", ""])  # fmt: skip
        self.assertEqual(len(seen.lines), 1)


class Doubts(Story):
    def sentences(self, seen):
        return [doubt.sentence for line in seen.lines for doubt in line.doubts]

    def test_abbreviations_and_missing_accents_are_understood(self):
        for written in ("dang uy xa tam quang", "ĐẢNG ỦY XÃ TAM QUANG", "Đảng uỷ xã Tam Quang"):
            self.assertEqual(self.seen(["1", written, "A B", "", "", ""]).lines[0].unit.name, QUANG, written)
        for written in ("Hội LHPN xã Tam Quang", "Hội Phụ nữ xã Tam Quang"):
            found = self.seen(["1", written, "A B", "", "", ""]).lines[0].unit
            self.assertEqual(found, self.cast.women_tam_quang, written)

    def test_an_unknown_unit_is_named_with_what_looks_like_it_and_chosen_once_for_all_rows(self):
        roster = self.receive(
            *[[str(n), "Đảng ủy xã Tam Quan", f"Lô Văn {n}x", "", "", ""] for n in range(3)]
        )
        seen = rosters.preview(roster, self.an)
        self.assertEqual((seen.left, seen.units[0].lines), (3, 3))
        self.assertIn(self.cast.dang_uy_tam_quang, seen.units[0].suggestions)
        client = of(self.cast.an)
        page = client.get(reverse("roster", args=[roster.pk]))
        self.assertContains(page, "hiện không có đơn vị tên “Đảng ủy xã Tam Quan”")
        client.post(reverse("roster", args=[roster.pk]),
                    {"unit_words": seen.units[0].key, "unit": self.cast.dang_uy_tam_quang.pk})  # fmt: skip
        self.assertContains(client.get(reverse("roster", args=[roster.pk])), "Tạo 3 tài khoản")

    def test_a_choice_outside_ones_reach_is_not_believed(self):
        hung = person("hung", "Lô Văn Hùng")
        by = post(hung, self.cast.dang_uy_tam_hop, Role.UNIT_ADMIN)
        tables = [Table("", [HEAD, ["1", "Cơ quan lạ", "Lô Thị Mai", "", "", ""]])]
        roster = Roster.objects.receive(by=by, name="x", tables=rosters.kept(tables))
        roster.choices = {"units": {"co quan la": self.cast.dang_uy_tam_quang.pk}}
        self.assertEqual(rosters.preview(roster, by).left, 1)

    def test_a_body_of_yesterday_suggests_its_heir(self):
        from kheo.units import lineage
        from kheo.units.models import UnitSuccession
        from kheo.units.tests.cast import area, unit

        old = area("commune", "xã", "Tam Đình", self.cast.province)
        gone = unit("Đảng ủy xã Tam Đình", old, "cap_uy", until=today())
        UnitSuccession.objects.create(predecessor=gone, successor=self.cast.dang_uy_tam_quang, on=today(),
                                      kind="merged", share_numerator=1, share_denominator=1)  # fmt: skip
        lineage.recompute()
        seen = self.seen(["1", "Đảng ủy xã Tam Đình", "Lô Thị Mai", "", "", ""])
        self.assertEqual(seen.units[0].suggestions[0], self.cast.dang_uy_tam_quang)

    def test_a_communes_name_alone_asks_which_of_its_bodies(self):
        roster = self.receive(
            ["1", "Tam Quang", "Lô Thị Mai", "", "", ""], ["2", "xã Tam Hợp", "Vi Sơn", "", "", ""]
        )
        seen = rosters.preview(roster, self.an)
        self.assertEqual((seen.communes_alone, seen.left), (2, 2))
        self.assertIn("dang_uy", [key for key, _name in seen.kinds])
        roster.choices = {"kind": "dang_uy"}
        units = [line.unit.name for line in rosters.preview(roster, self.an).lines]
        self.assertEqual(units, [QUANG, HOP])

    def test_roles_in_the_offices_words_unknown_ones_and_none(self):
        roster = self.receive(["1", QUANG, "Tống Một", "", "Văn thư", ""],
                              ["2", QUANG, "Quyền Hai", "", "Bao Cao", ""],
                              ["3", QUANG, "C Ba", "", "thủ kho", ""], ["4", QUANG, "D Bốn", "", "", ""],
                              ["5", QUANG, "E Năm", "", "quản trị hệ thống", ""])  # fmt: skip
        seen = rosters.preview(roster, self.an)
        self.assertEqual([line.role for line in seen.lines[:4]], ["clerk", "reporter", "", "reporter"])
        self.assertIn("Không rõ vai trò “thủ kho”.", self.sentences(seen))
        self.assertEqual((seen.left, seen.without_role), (2, 1))
        roster.choices = {"roles": {"thu kho": "reader"}, "role": "specialist"}
        seen = rosters.preview(roster, self.an)
        self.assertEqual([line.role for line in seen.lines[2:4]], ["reader", "specialist"])

    def test_phone_numbers_that_are_none_stand_twice_or_are_another_persons(self):
        User.objects.filter(pk=self.cast.lan.pk).update(phone="+84912345678")
        seen = self.seen(["1", QUANG, "A Một", "", "", "chưa có"],
                         ["2", QUANG, "B Hai", "", "", "0987 654 321"],
                         ["3", QUANG, "C Ba", "", "", "0987654321"],
                         ["4", QUANG, "D Bốn", "", "", "912345678"])  # fmt: skip
        self.assertEqual([line.phone for line in seen.lines], [None, "+84987654321", None, None])
        said = self.sentences(seen)
        for words in (
            "“chưa có” không phải số điện thoại",
            "trùng với B Hai (dòng",
            "thuộc tài khoản của người khác",
        ):
            self.assertTrue(any(words in sentence for sentence in said), words)
        self.assertEqual((seen.new, seen.left), (4, 0))

    def test_who_has_an_account_gets_a_post_only(self):
        User.objects.filter(pk=self.cast.lan.pk).update(phone="+84912345678")
        roster = self.receive(["1", QUANG, "Vi Thị Lan", "", "Văn thư", "0912 345 678"],
                              ["2", QUANG, "Lô Văn Minh", "", "Văn thư", ""])  # fmt: skip
        before = User.objects.count()
        self.assertIsNone(rosters.load(roster, self.an))
        self.assertEqual(User.objects.count(), before)
        self.assertTrue(Post.objects.filter(user=self.cast.lan, role="clerk").exists())
        self.assertTrue(Post.objects.filter(user=self.cast.minh, role="clerk").exists())

    def test_a_namesake_elsewhere_is_another_person_unless_the_user_name_says_otherwise(self):
        head = [*HEAD, "Tên đăng nhập"]
        seen = self.seen(["1", HOP, "Lô Văn Minh", "", "", "", ""], head=head)
        self.assertEqual(seen.new, 1)
        self.assertIn("minh", seen.lines[0].notes[0])
        seen = self.seen(["1", HOP, "Lô Văn Minh", "", "", "", "minh"], head=head)
        self.assertEqual((seen.posts, seen.lines[0].known), (1, self.cast.minh))
        seen = self.seen(["1", HOP, "Người Khác", "", "", "", "minh"], head=head)
        self.assertIn("là của người khác", seen.lines[0].doubts[0].sentence)

    def test_a_person_who_stands_twice_is_one_account_with_two_posts(self):
        roster = self.receive(["1", QUANG, "Lô Thị Mai", "", "Văn thư", "0987654321"],
                              ["2", HOP, "Lô Thị Mai", "", "Người báo cáo", "0987654321"],
                              ["3", QUANG, "Lô Thị Mai", "", "Văn thư", "0987654321"])  # fmt: skip
        rosters.load(roster, self.an)
        self.assertEqual(User.objects.filter(full_name="Lô Thị Mai").count(), 1)
        self.assertEqual(Post.objects.filter(user__full_name="Lô Thị Mai").count(), 2)


class PreparedSheet(Story):
    def test_it_lists_units_and_roles_to_choose_and_comes_back_filled(self):
        client = of(self.cast.an)
        content = b"".join(client.get(reverse("roster_sheet")).streaming_content)
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.worksheets[0]
        self.assertEqual(
            [cell.value for cell in sheet[1]][:4], ["Đơn vị", "Họ và tên", "Chức danh", "Vai trò"]
        )
        self.assertEqual(len(sheet.data_validations.dataValidation), 2)
        units = [row[0].value for row in sheet.iter_rows(min_row=2) if row[0].value]
        self.assertIn(QUANG, units)
        choices = [cell.value for cell in book.worksheets[2]["B"] if cell.value]
        self.assertNotIn("quản trị hệ thống", choices)
        # Sent back as it is, it makes nobody: neither the empty lines nor the example count.
        upload = SimpleUploadedFile("ds.xlsx", content)
        self.assertContains(client.post(reverse("roster_new"), {"file": upload}), "chưa có tên ai")
        row = units.index(QUANG) + 2
        sheet.cell(row, 2).value, sheet.cell(row, 4).value = "Lô Thị Mai", choices[0]
        file = io.BytesIO()
        book.save(file)
        upload = SimpleUploadedFile("ds.xlsx", file.getvalue())
        answer = client.post(reverse("roster_new"), {"file": upload})
        self.assertContains(client.get(answer.url), "Tạo 1 tài khoản")
