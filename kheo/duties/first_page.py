"""What a person's first page offers: the main thing their role does, and how much there is within reach."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.formats import number
from kheo.lib.periods import today
from kheo.ui.context import url_or_nothing
from kheo.ui.lists import COUNT_TO, count_to
from kheo.units.models import Level, Post, Role


@dataclass(frozen=True)
class Action:
    """A button: what one does next."""

    label: str | Promise
    url: str


def actions(post: Post | None) -> list[Action]:
    """The main action of a role first; never one its pages would refuse."""
    if post is None:
        return []
    register = Action(_("Register an initiative"), reverse("enrolment_new"))
    report = Action(_("Write a report"), f"{reverse('initiative_list')}?state=running")
    arrivals = Action(_("See what is just in"), reverse("arrivals"))
    confirm = Action(_("Confirm registrations"), f"{reverse('enrolment_list')}?waiting=confirm")
    directive = Action(_("Enter a document"), reverse("directive_enter"))
    overview = Action(_("See the overview"), url_or_nothing("dashboard"))
    above = post.unit.level in (Level.PROVINCE, Level.DISTRICT)
    wanted = {
        Role.REPORTER: [register, report],
        Role.SPECIALIST: [arrivals, directive, overview] if above else [register, report],
        Role.REGISTRAR: [arrivals, register],
        Role.HEAD: [overview, arrivals, confirm],
        Role.DEPUTY: [overview, arrivals, confirm],
        Role.CLERK: [directive],
        Role.EDITOR: [Action(_("Read proposed stories"), url_or_nothing("story_list")), overview],
        Role.ADMIN: [Action(_("Bodies and posts"), reverse("unit_list")), overview],
        Role.UNIT_ADMIN: [Action(_("Our body and its posts"), reverse("unit", args=[post.unit_id]))],
    }
    chosen = wanted.get(Role(post.role), [overview])
    return [action for action in chosen if action.url]


def counts(who: Any) -> list[tuple[str, Any, str]]:
    """How much there is within reach: (number in words, label, address). One bounded query each."""
    if not isinstance(who, Post):
        return []
    year = today().year
    enrolments = Enrolment.objects.visible_to(who).filter(year=year)
    reports = FieldReport.objects.visible_to(who).accepted()
    asked = [
        (
            Initiative.objects.visible_to(who).running(),
            _("initiatives running"),
            "initiative_list",
            "state=running",
        ),
        (enrolments.counted(), _("enrolled this year"), "enrolment_list", f"year={year}"),
        (
            enrolments.filter(state__in=["sent", "received", "confirmed"]),
            _("registrations on their way up"),
            "enrolment_list",
            f"year={year}",
        ),
        (
            reports.filter(happened_on__year=year),
            _("accepted reports this year"),
            "field_report_list",
            f"state=accepted&year={year}",
        ),
    ]
    return [
        (_at_most(count_to(rows)), label, f"{reverse(name)}?{query}") for rows, label, name, query in asked
    ]


def _at_most(found: int) -> str:
    return f"{number(COUNT_TO)}+" if found > COUNT_TO else number(found)
