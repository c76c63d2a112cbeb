"""Catalogues: the numbered lists by which a committee approves or ends many initiatives at once."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.initiatives.models.enrolments import Enrolment
from kheo.initiatives.models.initiatives import DESK, HEADS, Initiative
from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.papers.models import keep_signed
from kheo.plans.models import Plan
from kheo.tallies.counting import counting
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet


class CatalogueQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"

    def issue(
        self,
        *,
        committee: Unit,
        by: Post,
        number: str,
        signed_on: date,
        signer: str,
        year: int,
        purpose: str = "approve",
        plan: Plan | None = None,
        signed_file: Attachment | None = None,
    ) -> "Catalogue":
        """Write down a list as the committee signed it. Part of the transaction that decides by it."""
        by.require(*HEADS, unit=committee)
        if not number.strip():
            raise Refused(gettext("Write the number the clerk has given the list."))
        if signed_on > today():
            raise Refused(gettext("The list cannot have been signed in the future. Check the date."))
        taken = self.filter(committee=committee, number=nfc(number.strip()), signed_on=signed_on)
        if taken.exists():
            raise Refused(
                gettext("A list with the number %(number)s of %(day)s already exists.")
                % {"number": number.strip(), "day": short_date(signed_on)}
            )
        with transaction.atomic():
            catalogue: Any = self.create(
                committee=committee,
                plan=plan,
                purpose=purpose,
                year=year,
                number=nfc(number.strip()),
                signed_on=signed_on,
                signer=nfc(signer.strip()),
                signed_file=signed_file,
                sample=committee.sample,
            )
            record(catalogue, "issued", by=by)
        return catalogue


class Catalogue(models.Model):
    """A numbered list (danh mục) by which a committee approves or ends many initiatives at once."""

    class Purpose(models.TextChoices):
        APPROVE = "approve", pgettext_lazy("catalogue", "approves")
        END = "end", pgettext_lazy("catalogue", "takes off the list")

    committee = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="catalogues", verbose_name=_("committee")
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="catalogues")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.APPROVE)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.CharField(_("number of the list"), max_length=60)
    signed_on = models.DateField(_("signed on"), default=today)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signed_file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sample = models.BooleanField(default=False)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.number}, {short_date(self.signed_on)}"

    def get_absolute_url(self) -> str:
        return reverse("catalogue", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.committee_id

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def entries(self) -> models.QuerySet[Enrolment]:
        """What it approved, in Vietnamese order."""
        return (
            Enrolment.objects.filter(steps__catalogue=self)
            .with_facts()
            .order_by("initiative__sort_key", "pk")
        )

    def approve_all(self, enrolments: Sequence[Enrolment], *, by: Post) -> int:
        """Approve every one by this list, or none: the list is one decision. Returns how many."""
        # Everyone locks enrolments in the order of their ids, so that no two lists wait for each other.
        ordered = sorted(enrolments, key=lambda enrolment: enrolment.pk)
        return self._all(ordered, lambda enrolment: enrolment.approve(by=by, catalogue=self))

    def end_all(self, initiatives: Sequence[Initiative], *, by: Post, on: date, reason: str) -> int:
        """Take every one off the list by this decision, or none. Returns how many."""
        ordered = sorted(initiatives, key=lambda initiative: initiative.pk)
        return self._all(ordered, lambda each: each.end(by=by, on=on, reason=reason, catalogue=self))

    def _all(self, things: Sequence[Any], verb: Callable[[Any], Any]) -> int:
        if not things:
            raise Refused(gettext("Choose at least one line for the list."))
        # Each verb counts its own; the cells are moved once, at the end of the list.
        with counting():
            for thing in things:
                try:
                    verb(thing)
                except FasterColleague as refusal:
                    raise FasterColleague(_named(thing, refusal))
                except Refused as refusal:
                    raise Refused(_named(thing, refusal))
        return len(things)

    def correct_signature(self, *, number: str, signed_on: date, signer: str, by: Post, reason: str) -> None:
        """The clerk mistyped what the paper says: the list follows, and what it approved counts from its day.

        Inside the paper's transaction.
        """
        approved = list(
            Enrolment.objects.filter(steps__catalogue=self, approved_on=self.signed_on).order_by("pk")
        )
        with counting(*approved):
            Catalogue.objects.filter(pk=self.pk).update(number=number, signed_on=signed_on, signer=signer)
            Enrolment.objects.filter(pk__in=[each.pk for each in approved]).update(approved_on=signed_on)
            record(self, "number_corrected", by=by, changes={"number": [self.number, number]}, reason=reason)
        self.number, self.signed_on, self.signer = number, signed_on, signer

    def attach_signed(self, upload: Any, *, by: Post) -> None:
        """The signed scan, or a phone photo of it, returns to the record."""
        by.require(*HEADS, *DESK, "clerk", unit=self.committee)
        file = Attachment.objects.store(upload, by=by, kind="signed")
        with transaction.atomic():
            draft = getattr(self, "draft", None)
            if draft is None or not keep_signed(draft, file, by=by):
                file.belong_to(self)
            Catalogue.objects.filter(pk=self.pk).update(signed_file=file)
            record(self, "signed_file_added", by=by)
        self.signed_file = file


def _named(thing: Any, refusal: Refused) -> str:
    name = thing.name if isinstance(thing, Initiative) else thing.initiative.name
    return gettext("“%(name)s”: %(why)s Nothing of the list was done.") % {"name": name, "why": refusal}
