"""Bodies that merge, are divided, renamed, moved or dissolved while their areas stay."""

from datetime import date, timedelta

from django.urls import reverse

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.units import body_moves, reorganise
from kheo.units.models import Committee, Post, ReachKind, Reorganisation, Role, Unit, UnitLineage
from kheo.units.tests.cast import person, post
from kheo.units.tests.test_entered_reorganisations import Ground

# As it was on 18 February 2025: Quyết định của Tỉnh ủy hợp nhất hai ban.
BASIS = "Quyết định số 1955-QĐ/TU"
ON = date(2025, 2, 18)


class Boards(Ground):
    """The province's two boards as they were before they merged, with Hoa and Bình at work in them."""

    def setUp(self):
        super().setUp()
        self.committee = self.body("Mẫu", "tinh_uy")
        self.mass = self.board("Ban Dân vận", "ban_dan_van")
        self.propaganda = self.board("Ban Tuyên giáo", "ban_tuyen_giao")
        self.hoa = post(
            person("hoa", "Nguyễn Thị Hoa"), self.mass, Role.SPECIALIST, ReachKind.PLACE, date(2021, 1, 1)
        )
        self.binh = post(person("binh", "Trần Văn Bình"), self.propaganda, Role.HEAD, since=date(2021, 1, 1))

    def board(self, name, function):
        from kheo.units.models import Competence, Function

        made = Unit(
            name=f"{name} Tỉnh ủy Mẫu",
            area=self.areas["Mẫu"],
            line="party",
            level="province",
            parent=self.committee,
        )
        made.save()
        Function.objects.get_or_create(code=function, defaults={"name": function, "line": "party"})
        Competence.objects.create(unit=made, function_id=function)
        return made

    def table(self):
        new = "Ban Tuyên vận Tỉnh ủy Mẫu"
        return f"{self.mass.name} ; hợp nhất ; {new}\n{self.propaganda.name} ; hợp nhất ; {new}"

    def enter(self, table=None, on=ON):
        return reorganise.enter(
            name="Hợp nhất hai ban",
            on=on,
            legal_basis=BASIS,
            table=table or self.table(),
            by=self.an,
            about="bodies",
        )

    def confirm(self, table=None, on=ON):
        return reorganise.confirm(self.enter(table, on), by=self.an)

    def heir(self, unit):
        return Unit.objects.get(pk=unit.pk).today


class Merging(Boards):
    def test_the_boards_of_18_february_2025(self):
        story = self.confirm()
        self.assertIsNotNone(story.carried_out_at)
        now = self.heir(self.mass)
        self.assertEqual(now.name, "Ban Tuyên vận Tỉnh ủy Mẫu")
        self.assertEqual(self.heir(self.propaganda), now)
        self.assertEqual((now.parent, now.valid_from, now.line), (self.committee, ON, "party"))
        # A duty of 2021 has an answerable body: by function.
        for function in ("ban_dan_van", "ban_tuyen_giao"):
            self.assertIn(now, Unit.objects.answering(function, on=today()))
        # Before it, each was itself.
        for unit in (self.mass, self.propaganda):
            self.assertEqual(list(unit.heirs_on(date(2025, 2, 17))), [unit])

    def test_posts_go_on_at_the_new_board(self):
        story = self.confirm()
        for each in (self.hoa, self.binh):
            now = Post.objects.current().get(user=each.user)
            self.assertEqual((now.unit, now.role, now.continues), (self.heir(self.mass), each.role, each))
        self.assertEqual(story.counts["posts_continued"], 2)

    def test_the_preview_counts_before_anything_changes(self):
        preview = reorganise.preview(reorganise.plan_of(self.enter()))
        self.assertEqual((preview.units_closing, preview.units_opening, preview.posts_continuing), (2, 1, 2))
        self.assertTrue(Unit.objects.get(pk=self.mass.pk).is_living)

    def test_one_can_be_taken_into_a_board_that_goes_on(self):
        self.confirm(f"{self.mass.name} ; nhập ; {self.propaganda.name}")
        self.assertEqual(self.heir(self.mass), self.propaganda)
        self.assertTrue(Unit.objects.get(pk=self.propaganda.pk).is_living)
        self.assertIn(self.propaganda, Unit.objects.answering("ban_dan_van", on=today()))

    def test_a_day_to_come_takes_effect_by_itself(self):
        tomorrow = today() + timedelta(days=1)
        story = self.confirm(on=tomorrow)
        self.assertIsNone(story.carried_out_at)
        self.assertTrue(Unit.objects.get(pk=self.mass.pk).is_living)
        self.on_the_day(tomorrow)
        self.assertEqual([each.pk for each in reorganise.catch_up()], [story.pk])
        self.assertEqual(reorganise.catch_up(), [])


class OtherKinds(Boards):
    def test_another_name(self):
        self.confirm(f"{self.mass.name} ; đổi tên ; Ban Công tác quần chúng Mẫu")
        now = self.heir(self.mass)
        self.assertEqual((now.name, now.origins.get().kind), ("Ban Công tác quần chúng Mẫu", "succeeded"))

    def test_dissolved_its_records_stay_with_the_one_above(self):
        story = self.confirm(f"{self.mass.name} ; giải thể")
        self.assertEqual(self.heir(self.mass), self.committee)
        self.assertEqual(story.counts["posts_waiting_for_an_administrator"], 1)
        self.assertFalse(Post.objects.current().filter(user=self.hoa.user).exists())

    def test_divided_without_shares_it_is_undecided(self):
        self.confirm(f"{self.mass.name} ; một phần ; Ban Một Mẫu\n{self.mass.name} ; một phần ; Ban Hai Mẫu")
        old = Unit.objects.get(pk=self.mass.pk)
        self.assertTrue(old.heir_undecided)
        self.assertEqual(old.heirs_on(today()).count(), 2)

    def test_by_decided_shares(self):
        self.confirm(
            f"{self.mass.name} ; một phần 2/5 ; Ban Một Mẫu\n{self.mass.name} ; một phần 3/5 ; Ban Hai Mẫu"
        )
        shares = UnitLineage.objects.answering(today()).filter(unit=self.mass).order_by("share_numerator")
        self.assertEqual([(row.share_numerator, row.share_denominator) for row in shares], [(2, 5), (3, 5)])

    def test_moved_with_everything_under_it(self):
        below = Unit.objects.add_typed(
            "Tổ giúp việc", under=self.mass, line="party", area=self.mass.area, by=self.an
        )
        board = Unit(name="BCĐ Mẫu", area=self.mass.area, line="party", level="province", parent=self.mass)
        board.kind = Unit.Kind.COMMITTEE
        board.save()
        Committee.objects.create(unit=board, standing_office=self.propaganda, renewal_months=12)
        self.confirm(f"{self.mass.name} ; chuyển ; ; {self.propaganda.name}")
        now = self.heir(self.mass)
        self.assertEqual((now.name, now.parent), (self.mass.name, self.propaganda))
        self.assertEqual(self.heir(below).parent, now)
        committee = Committee.objects.get(unit=self.heir(board))
        self.assertEqual((committee.standing_office, committee.renewal_months), (self.propaganda, 12))

    def test_what_hangs_under_a_dissolved_body_is_asked_about(self):
        Unit.objects.add_typed("Tổ giúp việc", under=self.mass, line="party", area=self.mass.area, by=self.an)
        with self.assertRaisesMessage(Refused, "Tổ giúp việc"):
            self.confirm(f"{self.mass.name} ; giải thể")
        self.assertTrue(Unit.objects.get(pk=self.mass.pk).is_living)

    def test_what_ended_since_is_not_reorganised_before_its_end(self):
        self.confirm(f"{self.mass.name} ; đổi tên ; Ban Công tác quần chúng Mẫu")
        with self.assertRaisesMessage(Refused, "18/02/2025"):
            self.confirm(f"{self.mass.name} ; giải thể", on=date(2025, 2, 10))

    def test_what_is_doubtful_is_said_line_by_line(self):
        table = body_moves.read("Ban Lạ ; hợp nhất ; Ban Mới\nĐảng ủy xã Đông ; bay đi ; Ban Mới\n", ON)
        self.assertEqual((table.doubts, table.change), (2, None))
        two = body_moves.read(f"{self.mass.name} ; hợp nhất ; Ban A\n{self.mass.name} ; hợp nhất ; Ban B", ON)
        self.assertEqual(two.doubts, 1)
        shares = body_moves.read(f"{self.mass.name} ; chia 1/2 ; A\n{self.mass.name} ; chia 1/3 ; B", ON)
        self.assertEqual(shares.doubts, 1)

    def test_a_change_survives_being_kept(self):
        change = body_moves.read(self.table(), ON, BASIS).change
        self.assertEqual(body_moves.from_json(body_moves.as_json(change)), change)

    def test_a_second_time_changes_nothing(self):
        story = self.confirm()
        before = Unit.objects.count(), UnitLineage.objects.count(), Post.objects.count()
        reorganise.carry_out(reorganise.plan_of(story), by=self.an)
        self.assertEqual((Unit.objects.count(), UnitLineage.objects.count(), Post.objects.count()), before)


class Pages(Boards):
    BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

    def test_entered_looked_at_and_confirmed(self):
        self.client.force_login(self.an.user, backend=self.BACKEND)
        answer = self.client.post(
            reverse("reorganisation_new"),
            {
                "about": "bodies",
                "name": "Hợp nhất hai ban",
                "legal_basis": BASIS,
                "on": "18/02/2025",
                "table": self.table(),
            },
        )
        story = Reorganisation.objects.get()
        page = self.client.get(answer["Location"])
        self.assertContains(page, "Ban Tuyên vận Tỉnh ủy Mẫu")
        self.client.post(reverse("reorganisation_confirm", args=[story.key]))
        self.assertContains(self.client.get(reverse("reorganisation", args=[story.key])), BASIS)
        self.assertContains(self.client.get(reverse("unit", args=[self.mass.pk])), BASIS)
