"""What is written to those who have not registered, and to committees that wait for their renewal."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.duties.due import committees_to_renew, plans_chased_by, registering, without_registration
from kheo.lib.periods import today
from kheo.messaging.kinds import Kind, kinds
from kheo.places.models import Area
from kheo.plans.models import CalendarEntry, Plan
from kheo.units.models import Committee, Post, Unit


def declare() -> None:
    kinds.add(
        Kind(
            "registration_due",
            _("A registration is owed"),
            "reminder",
            _(
                "To [unit]. We have not yet received a registration from your commune for [what] (until: "
                "[until]). Please register here:\n[link]\nIf it has been sent already, please let us know. "
                "Respectfully, [sender]."
            ),
            rows=plans_chased_by,
            units=lambda post, plan: bodies_for(without_registration(plan)),
            words=about_plan,
            group_text=_(
                "Dear comrades, until today [done] communes have registered for [what] (until: [until]). "
                "These have not yet:\n[list]\nPlease register here after signing "
                "in:\n[link]\nRespectfully, [sender]."
            ),
        ),
        Kind(
            "committee_renewal",
            _("A steering committee waits for its renewal"),
            "reminder",
            _(
                "To [unit]. Your steering committee has not been renewed for longer than its rule says "
                "([what]). Please renew it and enter the decision here:\n[link]\nRespectfully, [sender]."
            ),
            rows=waiting_for_renewal,
            units=lambda post, committee: [committee.unit],
            words=about_committee,
        ),
    )  # fmt: skip


def waiting_for_renewal(post: Post) -> Any:
    return Committee.objects.filter(pk__in=[each.pk for each in committees_to_renew(post)])


def bodies_for(communes: Sequence[Area]) -> list[Unit]:
    """Who is written to for each commune: its Party committee, in the order of the communes. One query."""
    order = {area.pk: number for number, area in enumerate(communes)}
    bodies = Unit.objects.answering("cap_uy", on=today(), level="commune").filter(area__in=order)
    return sorted(bodies.select_related("area"), key=lambda unit: (order[unit.area_id], unit.pk))


def about_plan(post: Post, plan: Plan) -> Mapping[str, Any]:
    windows = plan.calendar.filter(kind=CalendarEntry.Kind.REGISTRATION)
    window = windows.filter(opens__lte=today()).order_by("-closes").first()
    registered, communes = registering(plan)
    return {
        "what": f"{plan.movement}, {plan.year}",
        "until": window.closes if window else None,
        "done": f"{len(registered & communes)}/{len(communes)}",
        "link": reverse("enrolment_new"),
    }


def about_committee(post: Post, committee: Committee) -> Mapping[str, Any]:
    last = committee.last_renewal
    words = (
        gettext("last: %(decision)s") % {"decision": last} if last else gettext("none since it was founded")
    )
    return {"what": words, "link": reverse("unit", args=[committee.unit_id])}
