"""Public lists: what a committee has accepted, shown to everyone by the decision of a person."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives.models import Catalogue, Consent, Enrolment, Initiative
from kheo.lib.codes import new_code
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.plans.acting import acts_for, require, waiting_at
from kheo.plans.models import Movement
from kheo.submissions.models.links import KEEPERS
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet


class PublicListQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"

    def shown(self) -> "PublicListQuerySet":
        return self.filter(taken_down_at=None)

    def kept_by(self, post: Post) -> "PublicListQuerySet":
        return self.filter(waiting_at(post))

    def show(
        self,
        committee: Unit,
        movement: Movement,
        year: int,
        *,
        by: Post,
        catalogue: Catalogue | None = None,
    ) -> "PublicList":
        """Show what the committee accepted for a year, or by one of its lists, to everyone."""
        require(by, committee, *KEEPERS)
        if catalogue is not None and catalogue.committee_id != committee.pk:
            raise Refused(gettext("This list was signed by another committee."))
        with transaction.atomic():
            Unit.objects.select_for_update().get(pk=committee.pk)
            same = self.shown().filter(committee=committee, movement=movement, year=year, catalogue=catalogue)
            if same.exists():
                raise FasterColleague(gettext("This list is already public."))
            shown: Any = self.create(
                committee=committee,
                movement=movement,
                year=year,
                catalogue=catalogue,
                token=new_code(2).replace("-", ""),
                shown_by=by,
                sample=committee.sample,
            )
            record(shown, "published", by=by)
        return shown


class PublicList(models.Model):
    """The accepted list (danh sách công khai) of a committee's year, or of one catalogue, with its address.

    It holds no rows of its own: it shows what is accepted at the moment, names of bodies and initiatives
    only. People and households appear with their consent alone, internal fields not at all.
    """

    committee = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="public_lists")
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    catalogue = models.ForeignKey(
        Catalogue, on_delete=models.PROTECT, null=True, blank=True, related_name="public_lists"
    )
    token = models.CharField(max_length=16, unique=True)
    shown_at = models.DateTimeField(default=timezone.now)
    shown_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    taken_down_at = models.DateTimeField(null=True, blank=True)
    taken_down_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_down_reason = models.TextField(blank=True)
    sample = models.BooleanField(default=False)

    objects = PublicListQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-pk"]

    def __str__(self) -> str:
        return f"{self.movement} {self.year}, {self.committee}" + (
            f" ({self.catalogue})" if self.catalogue else ""
        )

    @property
    def path(self) -> str:
        return reverse("public_accepted", args=[self.token])

    @property
    def address(self) -> str:
        return settings.SITE_ADDRESS.rstrip("/") + self.path

    def may_be_kept_by(self, post: Post | None) -> bool:
        return acts_for(post, self.committee, *KEEPERS)

    def accepted(self) -> Any:
        """All that the committee has accepted, shown or not."""
        found = Enrolment.objects.filter(
            state=Enrolment.State.APPROVED,
            committee=self.committee,
            initiative__movement=self.movement,
            year=self.year,
        )
        if self.catalogue_id:
            found = found.filter(Exists(self.catalogue.steps.filter(enrolment=OuterRef("pk"))))  # type: ignore[union-attr]
        return found

    def rows(self) -> Any:
        """What everyone may read, in Vietnamese order."""
        agreed = Consent.objects.filter(initiative=OuterRef("initiative"), taken_back_on=None)
        named = Q(initiative__subject=Initiative.Subject.COLLECTIVE) | Q(Exists(agreed))
        return (
            self.accepted()
            .filter(named, field__internal_by_default=False)
            .prefetch_related("initiative__owner", "initiative__area__parent__parent__parent", "field")
            .order_by("sort_key", "pk")
        )

    def take_down(self, *, by: Post, reason: str) -> None:
        """It is public no longer; its address leads nowhere."""
        require(by, self.committee, *KEEPERS)
        if not reason.strip():
            raise Refused(gettext("Say why the list is taken down."))
        now = timezone.now()
        with transaction.atomic():
            values = {"taken_down_at": now, "taken_down_by": by, "taken_down_reason": nfc(reason)}
            if PublicList.objects.filter(pk=self.pk, taken_down_at=None).update(**values) != 1:
                raise FasterColleague(gettext("Somebody was faster: the list is already taken down."))
            record(self, "unpublished", by=by, reason=nfc(reason))
        self.taken_down_at = now
