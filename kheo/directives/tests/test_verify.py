"""States follow from rows, and a difference is named."""

from django.test import TestCase

from kheo.directives.models import Directive, Duty
from kheo.directives.verify import faults

from .circle import circle, duties_today, duty_of


class Verifying(TestCase):
    def setUp(self):
        self.at = circle()
        self.made = duties_today(self.at)
        self.duty = duty_of(self.made, self.at.dang_uy_tam_quang)

    def test_the_verbs_leave_no_fault(self):
        self.duty.reply(self.at.minh, status="under_way", results="một")
        self.duty.reply(self.at.minh, status="done", results="hai").accept(self.at.hoa)
        other = duty_of(self.made, self.at.board, order=2)
        other.reply(self.at.hoa, status="under_way", results="ba").return_(self.at.binh, "Thiếu")
        self.assertEqual(list(faults()), [])

    def test_each_difference_is_named(self):
        self.duty.reply(self.at.minh, status="done", results="một")
        Duty.objects.filter(pk=self.duty.pk).update(state="accepted", answers=7, progress="not_started")
        Duty.objects.filter(unit=self.at.dang_uy_tam_hop).update(state="returned")
        Directive.objects.update(state="withdrawn")
        self.assertEqual(len(list(faults())), 5)
