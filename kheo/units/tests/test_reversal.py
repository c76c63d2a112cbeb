"""A decision entered by mistake is reversed by a correcting one; nothing recorded meanwhile is lost."""

from datetime import timedelta

from django.urls import reverse

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places.models import Area, AreaLineage, AreaSuccession
from kheo.units import reorganise, reversing
from kheo.units.models import Post, Reorganisation, Unit, UnitSuccession
from kheo.units.tests.test_entered_reorganisations import MERGING, Ground

CORRECTING = {"name": "Đính chính việc sắp xếp xã Đông", "legal_basis": "Quyết định số 34/QĐ-UBND"}
PAST = today() - timedelta(days=60)


class Reversal(Ground):
    def mistaken(self, table=MERGING, on=PAST):
        return reorganise.confirm(self.enter(table, on=on), by=self.an)

    def reverse(self, story):
        return reversing.reverse(story, **CORRECTING, by=self.an)

    def area(self, name):
        return Area.objects.get(pk=self.areas[name].pk)

    def test_it_is_as_if_it_had_not_been(self):
        hamlet = Area.objects.add_hamlet("Phồng", "bản", self.areas["Đông"])
        self.mistaken()
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])
        correcting = self.reverse(Reorganisation.objects.get())
        self.assertEqual(self.living(), ["Xã Nam", "Xã Tây", "Xã Đông"])
        for day in (PAST - timedelta(days=1), PAST, today()):
            self.assertEqual(Area.objects.on(day).communes().count(), 3, day)
            self.assertEqual(self.area("Đông").heir_on(day), self.area("Đông"))
        self.assertEqual(Area.objects.get(pk=hamlet.pk).path_now, hamlet.path)
        self.assertEqual(self.area("Đông").code_on(today()), "m2")
        self.assertEqual(correcting.reverses.state[1], "off")
        self.assertEqual(correcting.counts["areas_annulled"], 1)

    def test_people_are_where_they_were(self):
        self.mistaken()
        self.reverse(Reorganisation.objects.get())
        mine = Post.objects.current().get(user=self.minh.user)
        self.assertEqual(mine.unit, self.minh.unit)
        self.assertTrue(Unit.objects.get(pk=self.minh.unit_id).is_living)
        self.assertFalse(Unit.objects.living().filter(area__annulled=True).exists())

    def test_what_was_opened_by_mistake_is_what_it_should_have_been(self):
        story = self.mistaken("xã Đông ; giữ nguyên ; xã Rạng Đông")
        new = Area.objects.communes().on(today()).get(name="Rạng Đông")
        hamlet = Area.objects.add_hamlet("Mới", "bản", new)
        school = Unit.objects.add_typed(
            "Trường Tiểu học",
            under=Unit.objects.get(area=new, key="dang_uy"),
            line="agency",
            area=new,
            by=self.an,
        )
        self.reverse(story)
        new, hamlet, school = (type(each).objects.get(pk=each.pk) for each in (new, hamlet, school))
        self.assertEqual((new.today, new.heir_undecided), (self.area("Đông"), False))
        self.assertEqual((hamlet.today.parent, hamlet.today.name), (self.area("Đông"), "Mới"))
        self.assertEqual((school.today.area, school.today.parent.key), (self.area("Đông"), "dang_uy"))
        # Before it began as well: it was never there.
        self.assertEqual(new.heir_on(PAST - timedelta(days=10)), self.area("Đông"))

    def test_a_merger_that_was_none_waits_to_be_settled(self):
        story = self.mistaken()
        new = Area.objects.communes().on(today()).get(name="Đông Tây")
        self.reverse(story)
        new.refresh_from_db()
        self.assertTrue(new.heir_undecided)
        self.assertEqual(new.path_now, self.areas["Một"].path)

    def test_as_known_before_the_mistake_is_still_there(self):
        self.mistaken()
        yesterday = today() - timedelta(days=1)
        # It was entered some days ago, not today.
        for model in (AreaSuccession, UnitSuccession):
            model.objects.update(known_from=yesterday)
        AreaLineage.objects.filter(known_to=today()).update(known_to=yesterday)
        AreaLineage.objects.filter(known_from=today()).update(known_from=yesterday)
        self.reverse(Reorganisation.objects.get())
        then = AreaLineage.objects.answering(today(), yesterday).get(area=self.areas["Đông"])
        self.assertEqual(then.heir.name, "Đông Tây")
        now = AreaLineage.objects.answering(today()).get(area=self.areas["Đông"])
        self.assertEqual(now.heir, self.areas["Đông"])

    def test_a_new_name_is_taken_back(self):
        story = self.mistaken("xã Đông ; đổi tên ; xã Rạng")
        self.assertEqual(self.area("Đông").full_name, "Xã Rạng")
        self.reverse(story)
        self.assertEqual(self.area("Đông").full_name, "Xã Đông")
        self.assertEqual(self.area("Đông").name_on(today()), "Xã Đông")

    def test_bodies_alone(self):
        name = Unit.objects.get(area=self.areas["Đông"], key="dang_uy").name
        story = reorganise.confirm(
            reorganise.enter(
                **self.typed(f"{name} ; đổi tên ; Đảng bộ Rạng Đông", PAST), by=self.an, about="bodies"
            ),
            by=self.an,
        )
        self.assertEqual(Post.objects.current().get(user=self.minh.user).unit.name, "Đảng bộ Rạng Đông")
        self.reverse(story)
        self.assertEqual(Post.objects.current().get(user=self.minh.user).unit, self.minh.unit)
        self.assertFalse(Unit.objects.living().filter(name="Đảng bộ Rạng Đông").exists())

    def test_entered_anew_it_opens_anew(self):
        story = self.mistaken()
        self.reverse(story)
        again = self.mistaken()
        self.assertIsNotNone(again.carried_out_at)
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])
        self.assertEqual(Area.objects.filter(name="Đông Tây").count(), 2)
        self.assertEqual(self.area("Đông").today.annulled, False)

    def test_what_stands_on_it_is_reversed_first(self):
        story = self.mistaken()
        later = self.mistaken("xã Đông Tây ; toàn bộ ; xã Nam", on=PAST + timedelta(days=10))
        with self.assertRaisesMessage(Refused, "Xã Đông Tây"):
            self.reverse(story)
        self.reverse(later)
        self.reverse(story)
        self.assertEqual(self.living(), ["Xã Nam", "Xã Tây", "Xã Đông"])

    def test_what_went_before_it_is_answered_for_again(self):
        """Đông became Rạng by a right decision; Rạng's merger was the mistake."""
        self.mistaken("xã Đông ; giữ nguyên ; xã Rạng", on=PAST)
        party = Unit.objects.get(area=self.areas["Đông"], key="dang_uy")
        later = self.mistaken(
            "xã Rạng ; một phần ; xã Bắc\nxã Rạng ; một phần ; xã Trung", on=PAST + timedelta(days=9)
        )
        self.reverse(later)
        self.assertEqual(party.today.area.name, "Rạng")
        self.assertTrue(party.today.is_living)
        self.assertFalse(Unit.objects.get(pk=party.pk).heir_undecided)

    def test_only_once_and_only_what_took_effect(self):
        story = self.mistaken()
        correcting = self.reverse(story)
        waiting = reorganise.confirm(self.enter(on=today() + timedelta(days=5)), by=self.an)
        for each in (Reorganisation.objects.get(pk=story.pk), correcting, waiting):
            with self.assertRaises(Refused):
                self.reverse(each)

    def test_it_is_in_the_journal(self):
        story = self.mistaken()
        self.reverse(story)
        self.assertEqual(Entry.objects.about(story)[0].verb, "reversed")
        self.assertEqual(Entry.objects.about(self.areas["Đông"])[0].verb, "reopened")


class Pages(Ground):
    BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

    def setUp(self):
        super().setUp()
        self.story = reorganise.confirm(self.enter(on=PAST), by=self.an)
        self.page = reverse("reorganisation_reverse", args=[self.story.key])

    def test_from_the_mistake_to_the_correcting_decision(self):
        self.client.force_login(self.an.user, backend=self.BACKEND)
        self.assertContains(self.client.get(reverse("reorganisation", args=[self.story.key])), self.page)
        self.assertContains(self.client.get(self.page), "Sắp xếp mẫu")
        self.assertContains(self.client.post(self.page, {"name": "x"}), 'name="legal_basis"')
        answer = self.client.post(self.page, CORRECTING)
        self.assertContains(self.client.get(answer["Location"]), "Sắp xếp mẫu")
        told = self.client.get(reverse("reorganisation", args=[self.story.key]))
        self.assertContains(told, CORRECTING["name"])
        self.assertNotContains(told, self.page)

    def test_nobody_but_an_administrator(self):
        for who in (self.duc, self.minh):
            self.client.force_login(who.user, backend=self.BACKEND)
            self.assertEqual(self.client.post(self.page, CORRECTING).status_code, 409)
        self.assertEqual(Reorganisation.objects.count(), 1)
