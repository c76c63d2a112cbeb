"""Assignments become duties of the bodies that answered for the function on the directive's day."""

from datetime import date

from django.test import TestCase

from kheo.audit.models import Entry
from kheo.directives import cascade
from kheo.directives.models import Addressee, Duty
from kheo.lib.refusals import Refused
from kheo.units.models import Function

from .circle import circle, directive, duties_today


class Cascade(TestCase):
    def setUp(self):
        self.at = circle()

    def test_a_duty_of_2021_goes_to_the_body_of_2021_and_is_answered_by_its_heir(self):
        made = directive(self.at)
        cascade.carry_out(made, self.at.hoa)
        duty = Duty.objects.get(assignment__directive=made, unit=self.at.old_board)
        self.assertEqual(duty.given_on, date(2021, 5, 4))
        self.assertFalse(Duty.objects.filter(unit=self.at.board).exists())
        self.assertIn(duty, Duty.objects.of_unit(self.at.board))
        self.assertTrue(duty.may_be_answered_by(self.at.hoa))

    def test_party_committees_of_every_level_are_asked_and_nobody_else(self):
        made = directive(self.at)
        cascade.carry_out(made, self.at.hoa)
        asked = Duty.objects.filter(assignment__directive=made, assignment__order=0)
        self.assertEqual({duty.unit.name for duty in asked}, {"Tỉnh ủy Nghệ An", "Đảng ủy xã Tam Đình"})

    def test_a_level_narrows(self):
        made = directive(self.at)
        Addressee.objects.filter(assignment__directive=made, function="cap_uy").update(level="commune")
        self.assertEqual(cascade.preview(made).lines[0].names, ["Đảng ủy xã Tam Đình"])

    def test_a_class_of_functions_reaches_its_members(self):
        made = directive(self.at)
        unions = Function.objects.create(code="doan_the", name="Đoàn thể", line="front")
        unions.includes.add("phu_nu")
        Addressee.objects.filter(assignment__directive=made, function="phu_nu").update(function=unions)
        plan = cascade.preview(made, on=date(2026, 1, 5))
        self.assertEqual(plan.lines[1].count, 2)

    def test_running_it_again_adds_only_what_is_missing(self):
        made = duties_today(self.at)
        there = Duty.objects.count()
        self.assertEqual(cascade.carry_out(made, self.at.hoa), 0)
        self.assertEqual(Duty.objects.count(), there)
        Duty.objects.filter(unit=self.at.dang_uy_tam_hop).delete()
        self.assertEqual(cascade.carry_out(made, self.at.binh), 1)
        self.assertEqual(Duty.objects.count(), there)
        self.assertEqual(Entry.objects.about(made).filter(verb="cascaded").count(), 2)

    def test_who_is_named_twice_answers_once_in_the_strongest_part(self):
        made = directive(self.at)
        task = made.assignments.first()
        Addressee.objects.create(
            assignment=task, written="Tỉnh ủy", function_id="cap_uy", level="province", part="cooperate"
        )
        plan = cascade.preview(made)
        self.assertEqual(plan.wanted[task.pk, self.at.tinh_uy.pk], "lead")

    def test_what_nobody_answers_for_is_listed(self):
        made = directive(self.at)
        task = made.assignments.first()
        Addressee.objects.create(assignment=task, written="các cơ quan liên quan")
        Addressee.objects.create(assignment=task, written="Đảng ủy xã", function_id="cap_uy", level="hamlet")
        names = [line.addressee.written for line in cascade.preview(made).unresolved]
        self.assertEqual(names, ["các cơ quan liên quan", "Đảng ủy xã", "phu_nu"])

    def test_withdrawn_tasks_and_bodies_are_left_out(self):
        made = directive(self.at)
        made.assignments.filter(order=0).update(withdrawn=True)
        Addressee.objects.filter(function="ban_dan_van").update(withdrawn=True)
        self.assertEqual(cascade.preview(made).total, 0)

    def test_rhythm_follows_deadline_and_words(self):
        made = duties_today(self.at)
        rhythms = dict(
            Duty.objects.filter(assignment__directive=made).values_list("assignment__order", "rhythm")
        )
        self.assertEqual(rhythms, {0: "once", 1: "year", 2: "half"})

    def test_it_tells_how_far_it_has_come(self):
        told = []
        cascade.carry_out(
            directive(self.at), self.at.hoa, progress=lambda done, all: told.append((done, all))
        )
        self.assertEqual(told, [(3, 3)])

    def test_the_preview_costs_one_query_for_each_different_body(self):
        made = directive(self.at)
        cascade.preview(made)
        for _again in range(2):
            with self.assertNumQueries(5):
                cascade.preview(made)
            for task in made.assignments.all():
                Addressee.objects.create(assignment=task, written="lần nữa", function_id="cap_uy")

    def test_only_a_confirmed_document_is_given_out(self):
        with self.assertRaisesMessage(Refused, "Xác nhận văn bản trước"):
            cascade.carry_out(directive(self.at, confirmed=False), self.at.hoa)

    def test_a_reader_and_a_neighbour_are_refused(self):
        made = directive(self.at)
        for post in (self.at.duc, self.at.minh):
            with self.assertRaises(Refused):
                cascade.carry_out(made, post)

    def test_pages(self):
        made = directive(self.at)
        address = f"/chi-dao/{made.pk}/giao-viec/"
        self.client.force_login(self.at.minh.user)
        self.assertEqual(self.client.get(address).status_code, 404)
        self.client.force_login(self.at.duc.user)
        self.assertEqual(self.client.post(address).status_code, 409)
        self.client.force_login(self.at.hoa.user)
        self.assertContains(self.client.get(address), "3 nhiệm vụ")
        self.assertRedirects(self.client.post(address), f"/chi-dao/{made.pk}/")
        self.assertEqual(Duty.objects.count(), 3)
