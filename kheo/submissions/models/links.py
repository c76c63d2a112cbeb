"""Registration links: the address and QR code through which a committee is sent registrations."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives.models.enrolments import standing_office
from kheo.initiatives.models.initiatives import DESK, HEADS
from kheo.lib.codes import new_code
from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.places.models import Area
from kheo.plans.acting import acts_for, require, waiting_at
from kheo.plans.models import CalendarEntry, Movement, Plan
from kheo.units.models import Level, Post, Unit
from kheo.units.reach import ScopedQuerySet

KEEPERS = (*DESK, *HEADS)


class RegistrationLinkQuerySet(ScopedQuerySet):
    scope_unit = "office"
    scope_area = "committee__area"

    def kept_by(self, post: Post) -> "RegistrationLinkQuerySet":
        """Those of the committees this post acts for."""
        return self.filter(waiting_at(post))

    def open(
        self,
        committee: Unit,
        movement: Movement,
        year: int,
        *,
        by: Post,
        opens: date | None = None,
        closes: date | None = None,
    ) -> "RegistrationLink":
        """Make the committee's link for a year. Without days it follows the window of the plan in force."""
        require(by, committee, *KEEPERS)
        with transaction.atomic():
            # The committee's row is the lock: two registrars opening at once make one link.
            Unit.objects.select_for_update().get(pk=committee.pk)
            if self.filter(committee=committee, movement=movement, year=year).exists():
                raise FasterColleague(gettext("There is already a link for %(year)s.") % {"year": year})
            if not movement.mandated().filter(committee=committee).exists():
                raise Refused(gettext("%(committee)s does not run this movement.") % {"committee": committee})
            link: Any = self.model(
                committee=committee,
                movement=movement,
                year=year,
                office=standing_office(committee),
                token=new_code(2).replace("-", ""),
                sample=committee.sample,
            )
            link.check_days(opens, closes)
            link.opens, link.closes = opens, closes
            link.save()
            link.steps.create(verb="opened", by=by)
            record(link, "opened", by=by)
        return link

    def behind(self, token: str) -> "RegistrationLink | None":
        """The link with this token today."""
        found: Any = self.filter(token=token).select_related("committee__area", "office", "movement")
        return found.first()

    def once_behind(self, token: str) -> "RegistrationLink | None":
        """The link that had this token before it was renewed."""
        found: Any = self.filter(steps__old_token=token).select_related("office", "committee__area")
        return found.first() if token else None


class RegistrationLink(models.Model):
    """One committee's link (đường dẫn đăng ký) for a year of a movement.

    It belongs to the committee and the year, not to a version of the plan: when the plan gets a new version
    the poster on the wall stays right. Its days are the plan's window unless the registrar sets others.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("registration link", "open")
        PAUSED = "paused", pgettext_lazy("registration link", "paused")
        CLOSED = "closed", pgettext_lazy("registration link", "closed early")

    committee = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="registration_links")
    # The body that receives: the committee's standing office when the link was made.
    office = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="registration_links")
    year = models.PositiveSmallIntegerField(_("year"))
    token = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    # Its own days; empty: those of the plan's registration window.
    opens = models.DateField(_("from"), null=True, blank=True)
    closes = models.DateField(_("until"), null=True, blank=True)
    sample = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = RegistrationLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "movement", "year"], name="one_link_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.movement} {self.year}, {self.committee}"

    def get_absolute_url(self) -> str:
        return reverse("registration_link", args=[self.pk])

    @property
    def path(self) -> str:
        return reverse("register_openly", args=[self.token])

    @property
    def address(self) -> str:
        """What stands on the poster; a visitor's own Host header is not believed."""
        return settings.SITE_ADDRESS.rstrip("/") + self.path

    @property
    def commune(self) -> Area | None:
        """The commune it is for; None where it takes registrations from a whole province."""
        return self.committee.area.commune

    @property
    def goes_upward(self) -> bool:
        return self.committee.level in (Level.PROVINCE, Level.DISTRICT)

    @property
    def level_asked(self) -> str:
        return Level.PROVINCE if self.goes_upward else Level.COMMUNE

    def plan(self) -> Plan | None:
        """The committee's plan in force for the year."""
        return Plan.objects.current(self.movement, self.year).filter(committee=self.committee).first()

    def window(self) -> tuple[date, date] | None:
        """The plan's registration window that is open today, else the next one, else the last one."""
        plan = self.plan()
        if plan is None:
            return None
        kept = plan.calendar.filter(kind=CalendarEntry.Kind.REGISTRATION).order_by("closes", "pk")
        spans = list(kept.values_list("opens", "closes"))
        return next((span for span in spans if span[1] >= today()), spans[-1] if spans else None)

    def span(self) -> tuple[date | None, date | None]:
        """Its first and last day."""
        if self.opens and self.closes:
            return self.opens, self.closes
        first, last = self.window() or (None, None)
        return self.opens or first, self.closes or last

    def standing(self, on: date | None = None) -> str:
        """ "open", "early", "over", "paused" or "closed" on a day."""
        if self.state != RegistrationLink.State.OPEN:
            return self.state
        on = on or today()
        first, last = self.span()
        if first and on < first:
            return "early"
        return "over" if last and on > last else "open"

    def sentence(self) -> str:
        """Why nothing can be sent now, for the sender; empty while it is open."""
        first, last = self.span()
        office = {"office": self.office.today}
        match self.standing():
            case "early":
                return gettext("Registration begins on %(day)s. Come back then.") % {
                    "day": short_date(first) if first else ""
                }
            case "over":
                return gettext("Registration ended on %(day)s. Ask %(office)s.") % {
                    **office,
                    "day": short_date(last) if last else "",
                }
            case "paused":
                return gettext("%(office)s has paused this link for a while. Try again later.") % office
            case "closed":
                return gettext("%(office)s has closed this registration.") % office
        return ""

    @property
    def sign(self) -> tuple[str, str]:
        """How it stands today, in words and with the tone it is shown in."""
        words = {
            "open": (gettext("open"), "ok"),
            "early": (gettext("not open yet"), "wait"),
            "over": (gettext("over"), "off"),
            "paused": (gettext("paused"), "warn"),
            "closed": (gettext("closed early"), "off"),
        }
        return words[self.standing()]

    @property
    def plain_tone(self) -> str:
        """The tone of its own state, without asking the plan for the days."""
        return {"open": "ok", "paused": "warn"}.get(self.state, "off")

    def may_be_kept_by(self, post: Post | None) -> bool:
        return acts_for(post, self.committee, *KEEPERS)

    def check_days(self, opens: date | None, closes: date | None) -> None:
        """Refuse days that end before they begin, or that nobody has set: neither here nor in a plan."""
        first, last = self.window() or (None, None)
        first, last = opens or first, closes or last
        if last is None:
            raise Refused(
                gettext(
                    "No plan in force sets a registration window for %(year)s. Say until when it is open."
                )
                % {"year": self.year}
            )
        if first and last < first:
            raise Refused(gettext("It ends before it begins. Check the two days."))

    # The verbs, each with who, when and why

    def set_days(self, opens: date | None, closes: date | None, *, by: Post, reason: str) -> None:
        """Open it longer or shorter than the plan says; without days it follows the plan again."""
        self._require(by, reason)
        self.check_days(opens, closes)
        with transaction.atomic():
            RegistrationLink.objects.filter(pk=self.pk).update(opens=opens, closes=closes)
            before = [str(self.opens or ""), str(self.closes or "")]
            self.opens, self.closes = opens, closes
            self.steps.create(verb="days_set", by=by, reason=nfc(reason))
            after = [str(opens or ""), str(closes or "")]
            changes = {"opens": [before[0], after[0]], "closes": [before[1], after[1]]}
            record(self, "link_days_set", by=by, changes=changes, reason=nfc(reason))

    def pause(self, *, by: Post, reason: str) -> None:
        """Nothing comes in until it goes on; what has come stays."""
        self._move(self.State.OPEN, self.State.PAUSED, "link_paused", by, reason)

    def resume(self, *, by: Post, reason: str) -> None:
        self._move(self.State.PAUSED, self.State.OPEN, "link_resumed", by, reason)

    def close(self, *, by: Post, reason: str) -> None:
        """It ends before its last day."""
        before = self.state if self.state != self.State.CLOSED else self.State.OPEN
        self._move(before, self.State.CLOSED, "closed", by, reason)

    def reopen(self, *, by: Post, reason: str) -> None:
        self._move(self.State.CLOSED, self.State.OPEN, "link_reopened", by, reason)

    def renew(self, *, by: Post, reason: str) -> None:
        """A new address and QR code; the old ones say so and lead nowhere."""
        self._require(by, reason)
        fresh = new_code(2).replace("-", "")
        with transaction.atomic():
            mine = RegistrationLink.objects.filter(pk=self.pk, token=self.token)
            if mine.update(token=fresh) != 1:
                raise FasterColleague(self._what_happened())
            self.steps.create(verb="link_renewed", by=by, reason=nfc(reason), old_token=self.token)
            self.token = fresh
            record(self, "link_renewed", by=by, reason=nfc(reason))

    def _move(self, expected: str, to: str, verb: str, by: Post, reason: str) -> None:
        self._require(by, reason)
        with transaction.atomic():
            mine = RegistrationLink.objects.filter(pk=self.pk, state=expected)
            if mine.update(state=to) != 1:
                raise FasterColleague(self._what_happened())
            self.steps.create(verb=verb, by=by, reason=nfc(reason))
            record(self, verb, by=by, changes={"state": [str(expected), str(to)]}, reason=nfc(reason))
        self.state = to

    def require_keeper(self, by: Post) -> None:
        require(by, self.committee, *KEEPERS)

    def _require(self, by: Post, reason: str) -> None:
        self.require_keeper(by)
        if not reason.strip():
            raise Refused(gettext("Say why, so that colleagues understand it later."))

    def _what_happened(self) -> str:
        last = self.steps.select_related("by__user", "by__unit").order_by("-pk").first()
        who = last.by if last else "–"
        return gettext("%(who)s was faster: the link has changed. Look at it again.") % {"who": who}


class LinkStep(models.Model):
    """What was done to a link: by whom, when and why."""

    link = models.ForeignKey(RegistrationLink, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    # Of a renewal: the token that no longer leads anywhere.
    old_token = models.CharField(max_length=16, blank=True, db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.link}: {self.verb}"
