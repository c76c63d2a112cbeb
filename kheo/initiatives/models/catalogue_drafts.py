"""A list on its way to the signature: what a head has chosen, before the clerk has given it a number.

Nothing is approved or ended by it. When its paper gets its number, the list is issued and everything on it is
decided, in one transaction, as the head who prepared it wanted it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives.models.catalogues import Catalogue
from kheo.initiatives.models.enrolments import Enrolment
from kheo.initiatives.models.initiatives import DESK, HEADS, Initiative
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.plans.models import Plan
from kheo.units.committees import acts_for
from kheo.units.guarded import Guarded
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet


class CatalogueDraftQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"

    def prepare(
        self,
        rows: Sequence[Any],
        *,
        committee: Unit,
        by: Post,
        year: int,
        purpose: str = Catalogue.Purpose.APPROVE,
        plan: Plan | None = None,
        on: date | None = None,
        reason: str = "",
    ) -> "CatalogueDraft":
        """Keep what was chosen as a draft: enrolments to approve, or initiatives to take off the list."""
        by.require(*HEADS, unit=committee)
        if not rows:
            raise Refused(gettext("Choose at least one line for the list."))
        ends = purpose == Catalogue.Purpose.END
        if ends and not reason.strip():
            raise Refused(gettext("Say why they are taken off the list."))
        for row in rows:
            if not ends:
                row.check_approve(by)
        with transaction.atomic():
            draft: Any = self.create(
                committee=committee,
                purpose=purpose,
                year=year,
                plan=plan,
                on=on,
                reason=nfc(reason.strip()),
                prepared_by=by,
                sample=committee.sample,
            )
            (draft.initiatives if ends else draft.enrolments).set(rows)
            record(draft, "prepared", by=by)
        return draft  # type: ignore[no-any-return]


class CatalogueDraft(Guarded, models.Model):
    """A list that waits for its number (dự thảo danh mục)."""

    class State(models.TextChoices):
        PREPARED = "prepared", pgettext_lazy("draft of a list", "prepared")
        ISSUED = "issued", pgettext_lazy("draft of a list", "issued")
        WITHDRAWN = "withdrawn", pgettext_lazy("draft of a list", "withdrawn")

    TONES = {State.PREPARED: "wait", State.ISSUED: "ok", State.WITHDRAWN: "off"}

    committee = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="catalogue_drafts", verbose_name=_("committee")
    )
    purpose = models.CharField(max_length=10, choices=Catalogue.Purpose.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    enrolments = models.ManyToManyField(Enrolment, blank=True, related_name="catalogue_drafts")
    initiatives = models.ManyToManyField(Initiative, blank=True, related_name="catalogue_drafts")
    # Of a list that ends: when, and why.
    on = models.DateField(_("ended on"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    prepared_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    # What became of it.
    catalogue = models.OneToOneField(
        Catalogue, on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )
    sample = models.BooleanField(default=False)

    objects = CatalogueDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"], name="catalogue_draft_state")]

    def __str__(self) -> str:
        return gettext("Draft of a list for %(year)d, %(committee)s") % {
            "year": self.year,
            "committee": self.committee,
        }

    def get_absolute_url(self) -> str:
        return reverse("catalogue_draft", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def ends(self) -> bool:
        return self.purpose == Catalogue.Purpose.END

    def rows(self) -> list[Any]:
        """What stands on it, in Vietnamese order."""
        if self.ends:
            return list(self.initiatives.with_facts().order_by("sort_key", "pk"))
        return list(self.enrolments.with_facts().order_by("initiative__sort_key", "pk"))

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def check_author(self, by: Post) -> None:
        """Refuse whoever may not put it on paper: the committee's heads, its desk and clerk may."""
        by.require(*HEADS, *DESK, "clerk")
        if not acts_for(by, self.committee):
            raise Refused(gettext("Only %(unit)s may do this.") % {"unit": self.committee})
        if self.state != self.State.PREPARED:
            raise FasterColleague(gettext("This list is already issued, or was withdrawn."))

    def issue(self, *, number: str, signed_on: date, signer: str) -> Catalogue:
        """The list has its number: it is issued as its head prepared it, all of it or nothing."""
        by = self.prepared_by
        with transaction.atomic():
            self._move(self.State.ISSUED)
            catalogue = Catalogue.objects.issue(
                committee=self.committee,
                by=by,
                number=number,
                signed_on=signed_on,
                signer=signer,
                year=self.year,
                purpose=self.purpose,
                plan=self.plan,
            )
            if self.ends:
                catalogue.end_all(
                    list(self.initiatives.all()), by=by, on=self.on or signed_on, reason=self.reason
                )
            else:
                rows = self.enrolments.select_related("initiative__owner", "initiative__area", "committee")
                catalogue.approve_all(list(rows), by=by)
            CatalogueDraft.objects.filter(pk=self.pk).update(catalogue=catalogue)
        self.catalogue = catalogue
        return catalogue

    def check_withdraw(self, by: Post) -> None:
        self.check_author(by)
        by.require(*HEADS)

    def withdraw(self, *, by: Post, reason: str) -> None:
        """The list is given up before it has a number; nothing on it changes."""
        self.check_withdraw(by)
        if not reason.strip():
            raise Refused(gettext("Say why it is withdrawn."))
        with transaction.atomic():
            self._move(self.State.WITHDRAWN)
            record(self, "withdrawn", by=by, reason=nfc(reason))

    def _move(self, to: str) -> None:
        moved = CatalogueDraft.objects.filter(pk=self.pk, state=self.State.PREPARED).update(state=to)
        if moved != 1:
            raise FasterColleague(gettext("This list is already issued, or was withdrawn."))
        self.state = to
