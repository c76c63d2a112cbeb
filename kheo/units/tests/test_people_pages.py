"""An administers the province's people, Hùng those of Tam Quang; nobody sees a neighbour's."""

from datetime import timedelta

from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from kheo.accounts.models import Pin, SignInRule, User
from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.units import people
from kheo.units.models import Post, ReachKind, Role, Unit
from kheo.units.tests.cast import cast, person, post

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
IN_MAY = timedelta(days=10)


class Story(TestCase):
    def setUp(self):
        self.cast = cast()
        self.hung = person("hung", "Lô Văn Hùng")
        self.hung_post = post(self.hung, self.cast.dang_uy_tam_quang, Role.UNIT_ADMIN)
        self.an_post = Post.objects.get(user=self.cast.an)
        self.client = self.of(self.cast.an)

    def of(self, user: User) -> Client:
        vars(user).pop("current_posts", None)
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    def go(self, name, *args, by=None, **data):
        client = self.of(by) if by else self.client
        path = reverse(name, args=args)
        return client.post(path, data) if data else client.get(path)


class Reaching(Story):
    def test_who_administers_whom(self):
        self.assertEqual(people.people_of(self.an_post).count(), 8)
        self.assertEqual({each.username for each in people.people_of(self.hung_post)}, {"hung", "minh"})
        self.assertFalse(people.people_of(Post.objects.get(user=self.cast.duc)).exists())
        self.assertFalse(people.people_of(None).exists())

    def test_one_unit_asked_and_all_units_listed_agree(self):
        board_admin = post(person("ba", "Vi Bá"), self.cast.board, Role.UNIT_ADMIN, ReachKind.PLACE)
        tinh_uy_admin = post(person("ty", "Vi Tỷ"), self.cast.tinh_uy, Role.UNIT_ADMIN, ReachKind.LINE)
        commune = post(person("xa", "Vi Xã"), self.cast.dang_uy_tam_quang, Role.UNIT_ADMIN, ReachKind.PLACE)
        reader = Post.objects.get(user=self.cast.duc)
        for held in (self.an_post, self.hung_post, board_admin, tinh_uy_admin, commune, reader):
            with self.subTest(str(held)):
                listed = set(Unit.objects.managed_by(held).values_list("name", flat=True))
                asked = {unit.name for unit in Unit.objects.living() if held.manages(unit)}
                self.assertEqual(listed, asked)
        names = set(Unit.objects.managed_by(board_admin).values_list("name", flat=True))
        self.assertIn("Đảng ủy xã Tam Quang", names)
        self.assertNotIn("Tỉnh ủy Nghệ An", names)
        self.assertNotIn("Hội Liên hiệp Phụ nữ tỉnh", names)

    def test_pages_for_administrators_refuse_a_reader_and_hide_a_neighbours_people(self):
        lan = self.cast.lan
        pages = [
            ("person", lan.pk),
            ("person_edit", lan.pk),
            ("person_slip", lan.pk),
            ("person_leave", lan.pk),
        ]
        for name, key in pages:
            with self.subTest(name):
                self.assertEqual(self.go(name, key).status_code, 200)
                self.assertEqual(self.go(name, key, by=self.hung).status_code, 404)
                self.assertContains(self.go(name, key, by=self.cast.duc), "vai trò", status_code=409)
        held = Post.objects.get(user=lan)
        for name in ("post_change", "post_deputy"):
            with self.subTest(name):
                self.assertEqual(self.go(name, held.pk).status_code, 200)
                self.assertEqual(self.go(name, held.pk, by=self.hung).status_code, 404)
                self.assertEqual(self.go(name, held.pk, by=self.cast.duc).status_code, 409)
        for name in ("person_close",):
            path = reverse(name, args=[lan.pk])
            self.assertEqual(self.of(self.hung).post(path).status_code, 404)
            self.assertEqual(self.of(self.cast.duc).post(path).status_code, 409)
        self.assertEqual(self.go("people", by=self.cast.duc).status_code, 409)
        self.assertEqual(self.go("person_add", self.cast.dang_uy_tam_hop.pk, by=self.hung).status_code, 404)


class PeopleList(Story):
    def test_one_is_found_without_accents_by_user_name_and_by_phone(self):
        User.objects.filter(pk=self.cast.minh.pk).update(phone="+84912345678")
        for words in ("lo van minh", "Lô Văn Minh", "minh", "0912 345 678"):
            with self.subTest(words):
                page = self.client.get(reverse("people"), {"q": words})
                self.assertContains(page, "Lô Văn Minh")
                self.assertNotContains(page, "Vi Thị Lan")

    def test_people_stand_by_their_given_names(self):
        names = [row.user.username for row in self.client.get(reverse("people")).context["rows"]]
        self.assertEqual(names, ["an", "binh", "duc", "hoa", "hung", "lan", "minh", "tuan"])

    def test_it_costs_the_same_with_one_person_and_with_many(self):
        def queries() -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            client = self.of(self.cast.an)
            client.get(reverse("people"))
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("people"))
            return len(captured)

        before = queries()
        for number in range(3):
            post(person(f"them{number}", "Hà Thêm"), self.cast.dang_uy_tam_hop, Role.READER)
        self.assertEqual(queries(), before)

    def test_sleepers_are_listed_and_woken_with_one_press_and_all_at_once(self):
        User.objects.filter(pk__in=[self.cast.lan.pk, self.cast.minh.pk]).update(
            awake_since=timezone.now() - timedelta(days=50)
        )
        page = self.client.get(reverse("people"), {"state": "asleep"})
        self.assertContains(page, "Vi Thị Lan")
        self.assertContains(page, "Mở lại tất cả")
        self.go("people_reopen", person=self.cast.lan.pk)
        self.cast.lan.refresh_from_db()
        self.assertFalse(self.cast.lan.is_asleep())
        self.assertTrue(User.objects.get(pk=self.cast.minh.pk).is_asleep())
        self.go("people_reopen", all="1")
        self.assertFalse(User.objects.asleep().exists())
        self.assertEqual(Entry.objects.filter(verb="account_reopened", user=self.cast.an).count(), 2)

    def test_a_neighbour_wakes_nobody(self):
        User.objects.update(awake_since=timezone.now() - timedelta(days=50))
        User.objects.filter(pk=self.hung.pk).update(awake_since=timezone.now())
        self.go("people_reopen", by=self.hung, person=self.cast.lan.pk)
        self.assertTrue(User.objects.get(pk=self.cast.lan.pk).is_asleep())
        self.assertEqual(self.go("people_reopen", by=self.cast.duc, person=1).status_code, 409)

    def test_the_superior_is_told_before_and_has_a_message_to_send(self):
        User.objects.filter(pk=self.cast.minh.pk).update(awake_since=timezone.now() - timedelta(days=40))
        home = self.client.get(reverse("home"))
        self.assertContains(home, "1 tài khoản sắp ngủ")
        page = self.client.get(reverse("people"), {"state": "soon"})
        self.assertContains(page, "Kính gửi đồng chí Lô Văn Minh")
        self.assertNotContains(page, "Vi Thị Lan")

    def test_the_panel_counts_only_what_one_administers_with_two_queries(self):
        User.objects.update(awake_since=timezone.now() - timedelta(days=50), asked_to_reopen=timezone.now())
        with self.assertNumQueries(2):
            self.assertEqual(people.attention(self.hung_post), {"asked": 2, "asleep": 2, "soon": 0, "new": 0})
        self.assertEqual(people.attention(self.an_post)["asked"], 8)
        User.objects.update(awake_since=timezone.now())
        self.assertIsNone(people.attention(self.an_post))


class UnitPeople(Story):
    def test_its_administrator_reads_of_accounts_a_colleague_of_posts_alone(self):
        here = self.cast.dang_uy_tam_quang
        page = self.go("unit_people", here.pk, by=self.hung)
        self.assertContains(page, "Đăng nhập lần cuối")
        self.assertContains(page, "Cấp phiếu mới")
        page = self.go("unit_people", here.pk, by=self.cast.minh)
        self.assertContains(page, "Lô Văn Hùng")
        self.assertNotContains(page, "Đăng nhập lần cuối")
        self.assertEqual(self.go("unit_people", here.pk, by=self.cast.lan).status_code, 404)

    def test_it_costs_the_same_with_more_people(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        here, counts = self.cast.dang_uy_tam_quang, []
        for number in range(2):
            client = self.of(self.hung)
            client.get(reverse("unit_people", args=[here.pk]))
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("unit_people", args=[here.pk]))
            counts.append(len(captured))
            for other in range(3):
                post(person(f"n{number}{other}", "Hà Thêm"), here, Role.READER)
        self.assertEqual(counts[0], counts[1])

    def test_machines_with_a_pin_are_counted(self):
        from kheo.accounts.models import Device

        device, key = Device.objects.begin("Máy văn phòng")
        Pin.objects.set_by(self.cast.minh, device, key, "402917")
        self.assertContains(
            self.go("unit_people", self.cast.dang_uy_tam_quang.pk, by=self.hung), "trên 1 máy"
        )


class AddAndCorrect(Story):
    def add(self, by=None, **changes):
        data = {
            "full_name": "Lô Văn Minh",
            "role": "reporter",
            "reach": "own",
            "valid_from": today().strftime("%d/%m/%Y"),
            **changes,
        }
        return self.go("person_add", self.cast.dang_uy_tam_quang.pk, by=by or self.hung, **data)

    def test_a_new_person_has_a_user_name_by_the_rule_and_a_post_and_waits_for_a_slip(self):
        answer = self.add(phone="0987 654 321", title="Cán bộ dân vận")
        made = User.objects.get(username="minh.tamquang")
        self.assertRedirects(answer, reverse("person_slip", args=[made.pk]), fetch_redirect_response=False)
        self.assertEqual((made.full_name, made.phone), ("Lô Văn Minh", "+84987654321"))
        self.assertEqual(Post.objects.get(user=made).title, "Cán bộ dân vận")
        self.assertFalse(made.has_usable_password())
        self.assertEqual(Entry.objects.about(made).get(verb="created").unit_id, self.hung_post.unit_id)

    def test_namesakes_get_initials_then_the_whole_name_then_a_number(self):
        for _again in range(5):
            self.add()
        made = User.objects.filter(username__endswith=".tamquang").order_by("pk")
        self.assertEqual(
            [each.username for each in made],
            ["minh.tamquang", "lvminh.tamquang", "lovanminh.tamquang", "minh2.tamquang", "minh3.tamquang"],
        )

    def test_a_phone_number_that_has_an_account_is_refused_and_stays_in_the_field(self):
        User.objects.filter(pk=self.cast.lan.pk).update(phone="+84912345678")
        answer = self.add(phone="0912345678")
        self.assertContains(answer, "Đã có tài khoản mang số điện thoại này")
        self.assertContains(answer, 'value="0912345678"')

    def test_a_unit_administrator_makes_no_system_administrator(self):
        self.assertContains(self.add(role="admin"), "Hãy chọn một mục trong danh sách")
        self.assertFalse(User.objects.filter(username="minh.tamquang").exists())

    def test_a_name_put_right_keeps_the_user_name(self):
        self.go("person_edit", self.cast.minh.pk, by=self.hung, full_name="Lô Văn Minh Anh", phone="")
        self.cast.minh.refresh_from_db()
        self.assertEqual((self.cast.minh.full_name, self.cast.minh.username), ("Lô Văn Minh Anh", "minh"))
        self.assertContains(self.client.get(reverse("people"), {"q": "minh anh"}), "Lô Văn Minh Anh")


class Authority(Story):
    """A code opens everything its person may do: who hands it out must administer all of that."""

    def test_a_unit_administrator_gives_no_code_to_someone_who_also_acts_above(self):
        post(self.cast.minh, self.cast.board, Role.SPECIALIST)
        answer = self.go("person_slip", self.cast.minh.pk, by=self.hung)
        self.assertContains(answer, "còn giữ nhiệm vụ ở Ban Tuyên giáo và Dân vận", status_code=409)
        self.assertEqual(self.go("person_slip", self.cast.minh.pk).status_code, 200)

    def test_a_system_administrators_account_is_run_by_another_one(self):
        post(self.cast.minh, self.cast.dang_uy_tam_quang, Role.ADMIN)
        with self.assertRaisesMessage(Refused, "quản trị hệ thống khác"):
            people.require_account(self.hung_post, self.cast.minh)
        people.require_account(self.an_post, self.cast.minh)

    def test_others_run_no_accounts(self):
        with self.assertRaises(Refused):
            people.require_account(Post.objects.get(user=self.cast.hoa), self.cast.minh)


class Leaving(Story):
    def test_who_leaves_today_has_the_account_closed_and_the_posts_stay_in_the_history(self):
        self.go(
            "person_leave",
            self.cast.minh.pk,
            by=self.hung,
            on=today().strftime("%d/%m/%Y"),
            reason="Nghỉ hưu",
        )
        self.cast.minh.refresh_from_db()
        self.assertFalse(self.cast.minh.is_active)
        self.assertEqual(Post.objects.get(user=self.cast.minh).valid_to, today())
        self.assertEqual(Entry.objects.about(self.cast.minh).get(verb="account_closed").reason, "Nghỉ hưu")
        self.assertContains(
            self.go("unit_people", self.cast.dang_uy_tam_quang.pk, by=self.hung), "Lô Văn Minh"
        )

    def test_leaving_on_a_day_to_come_happens_by_itself(self):
        day = today() + IN_MAY
        people.leave(self.cast.minh, by=self.hung_post, on=day)
        self.cast.minh.refresh_from_db()
        self.assertTrue(self.cast.minh.is_active)
        held = Post.objects.filter(user=self.cast.minh)
        self.assertTrue(held.on(day - timedelta(days=1)).exists())
        self.assertFalse(held.on(day).exists())

    def test_posts_elsewhere_go_on_and_so_does_the_account(self):
        other = post(self.cast.minh, self.cast.board, Role.SPECIALIST)
        people.leave(self.cast.minh, by=self.hung_post, on=today())
        self.cast.minh.refresh_from_db()
        other.refresh_from_db()
        self.assertTrue(self.cast.minh.is_active and other.is_current)


class Changing(Story):
    def setUp(self):
        super().setUp()
        self.held = Post.objects.get(user=self.cast.minh)

    def change(self, on, **fields):
        fields = {"role": "specialist", "reach": "place", "title": "Phó Bí thư", **fields}
        return self.held.change(by=self.hung_post, on=on, **fields)

    def test_from_a_day_on_the_post_is_another_and_the_old_one_stays(self):
        day = today() + IN_MAY
        new = self.change(day)
        self.held.refresh_from_db()
        self.assertEqual((self.held.valid_to, new.valid_from, new.continues), (day, day, self.held))
        self.assertEqual(Post.objects.on(today()).get(user=self.cast.minh), self.held)
        self.assertEqual(Post.objects.on(day).get(user=self.cast.minh), new)

    def test_on_its_first_day_an_error_is_put_right_in_its_place(self):
        new = post(self.cast.minh, self.cast.women_tam_quang, Role.READER, since=today() + IN_MAY)
        post(self.hung, self.cast.women_tam_quang, Role.UNIT_ADMIN)
        by = Post.objects.get(user=self.hung, unit=self.cast.women_tam_quang)
        same = new.change(by=by, on=today() + IN_MAY, role="clerk", reach="own", title="")
        self.assertEqual((same.pk, same.role), (new.pk, "clerk"))

    def test_what_makes_no_sense_is_refused(self):
        with self.assertRaisesMessage(Refused, "Chưa có gì khác"):
            self.change(today(), role="reporter", title="")
        with self.assertRaisesMessage(Refused, "quản trị"):
            self.held.change(
                by=Post.objects.get(user=self.cast.lan), on=today(), role="clerk", reach="own", title=""
            )
        with self.assertRaisesMessage(Refused, "Chỉ quản trị hệ thống"):
            self.change(today() + IN_MAY, role="admin")

    def test_the_page_takes_it(self):
        day = (today() + IN_MAY).strftime("%d/%m/%Y")
        data = {"on": day, "role": "clerk", "reach": "own", "title": "Văn thư"}
        self.go("post_change", self.held.pk, by=self.hung, **data)
        self.assertContains(self.go("unit_people", self.held.unit_id, by=self.hung), "Văn thư")


class Deputising(Story):
    def setUp(self):
        super().setUp()
        self.held = Post.objects.get(user=self.cast.minh)
        self.first, self.until = today() + timedelta(days=2), today() + timedelta(days=9)

    def name(self, **changes):
        fields = {"by": self.hung_post, "first": self.first, "until": self.until, **changes}
        return self.held.name_deputy(
            changes.pop("user", self.cast.tuan), **{k: v for k, v in fields.items() if k != "user"}
        )

    def test_a_deputy_holds_the_post_for_those_days_under_their_own_name(self):
        deputy = self.name()
        held = Post.objects.filter(user=self.cast.tuan, unit=self.held.unit)
        self.assertFalse(held.on(today()).exists())
        self.assertEqual(held.on(self.first).get(), deputy)
        self.assertFalse(held.on(self.until).exists())
        self.assertIn("làm thay", deputy.label)
        self.assertEqual((deputy.role, deputy.reach), (self.held.role, self.held.reach))

    def test_the_page_names_a_colleague_or_anybody(self):
        days = {"first": self.first.strftime("%d/%m/%Y"), "last": self.first.strftime("%d/%m/%Y")}
        self.go("post_deputy", self.held.pk, by=self.hung, colleague=self.hung.pk, **days)
        self.go("post_deputy", self.held.pk, by=self.hung, username="TUAN", **days)
        self.assertEqual({post.user.username for post in self.held.deputies.all()}, {"hung", "tuan"})
        answer = self.go("post_deputy", self.held.pk, by=self.hung, username="khong.co", **days)
        self.assertContains(answer, "khong.co")

    def test_when_the_post_ends_so_does_standing_in(self):
        deputy = self.name()
        self.held.end(by=self.hung_post, on=self.first + timedelta(days=3))
        deputy.refresh_from_db()
        self.assertEqual(deputy.valid_to, self.first + timedelta(days=3))

    def test_what_makes_no_sense_is_refused(self):
        refusals = {
            "phải là người khác": {"user": self.cast.minh},
            "ngày đã qua": {"first": today() - timedelta(days=1)},
            "nằm trong thời gian": {"until": self.first},
        }
        for sentence, changes in refusals.items():
            with self.subTest(sentence), self.assertRaisesMessage(Refused, sentence):
                self.name(**changes)
        deputy = self.name()
        with self.assertRaisesMessage(Refused, "đang giữ"):
            self.name()
        with self.assertRaisesMessage(Refused, "không có người thay nữa"):
            deputy.name_deputy(self.cast.lan, by=self.hung_post, first=self.first, until=self.until)

    def test_a_post_that_has_not_begun_is_taken_back_and_never_held(self):
        deputy = self.name()
        deputy.end(by=self.hung_post)
        deputy.refresh_from_db()
        self.assertTrue(deputy.was_withdrawn)
        self.assertFalse(
            Post.objects.on(self.first).filter(user=self.cast.tuan, unit=self.held.unit).exists()
        )
        again = self.name()
        again.end(by=self.hung_post)
        self.assertEqual(Entry.objects.filter(verb="post_withdrawn").count(), 2)


class Rules(Story):
    def enter(self, by=None, **changes):
        data = {
            "valid_from": today().strftime("%d/%m/%Y"),
            "least_characters": "10",
            "kinds": "2",
            "renew_days": "0",
            "code_days": "7",
            "idle_days": "90",
            "remind_days": "14",
            "pin_days": "5",
            "basis": "Quy chế 12-QC/TU",
            **changes,
        }
        return self.go("sign_in_rules", by=by, **data)

    def test_a_rule_is_entered_and_the_one_before_stays_readable(self):
        self.enter()
        self.assertEqual(SignInRule.objects.now().idle_days, 90)
        page = self.client.get(reverse("sign_in_rules"))
        self.assertContains(page, "Quy chế 12-QC/TU")
        self.assertContains(page, "TCVN 14423:2026")
        self.assertEqual(Entry.objects.get(verb="rule_entered").user, self.cast.an)

    def test_numbers_that_make_no_sense_and_days_gone_by_are_refused(self):
        for changes in (
            {"least_characters": "3"},
            {"kinds": "5"},
            {"valid_from": "01/01/2024"},
            {"basis": ""},
        ):
            with self.subTest(changes):
                self.assertEqual(self.enter(**changes).status_code, 200)
        self.assertFalse(SignInRule.objects.exists())

    def test_a_unit_administrator_reads_and_changes_nothing_a_reader_is_refused(self):
        self.assertContains(self.go("sign_in_rules", by=self.hung), "Quản trị hệ thống sửa")
        self.assertEqual(self.enter(by=self.hung).status_code, 409)
        self.assertEqual(self.go("sign_in_rules", by=self.cast.duc).status_code, 409)
