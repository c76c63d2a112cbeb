"""What is written about plans: given back to be changed, and where an approved one is read."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.messaging.kinds import ANYONE, Kind, kinds
from kheo.plans.acting import DECIDE, bodies_of, require
from kheo.plans.models import Plan
from kheo.units.models import Unit


def declare() -> None:
    kinds.add(
        Kind(
            "plan_given_back",
            _("A plan was given back"),
            "return",
            _(
                "To [unit]. The draft “[what]” was given back for changes. What is to be changed is "
                "written here:\n[link]\nPlease change it and hand it in again. Respectfully, [sender]."
            ),
            rows=lambda post: (
                Plan.objects.visible_to(post)
                .filter(state=Plan.State.DRAFT, submitted_at=None)
                .select_related("committee", "movement")
            ),
            units=lambda post, plan: drafting(plan),
            words=lambda post, plan: {"what": str(plan), "link": reverse("plan", args=[plan.pk])},
            check=lambda post, plan: require(post, plan.committee, *DECIDE),
        ),
        Kind(
            "plan_link",
            _("An approved plan"),
            "link",
            _("Dear comrades, please look at [what] here:\n[link]\nRespectfully, [sender]."),
            rows=lambda post: Plan.objects.visible_to(post).in_force(),
            units=lambda post, plan: [],
            words=lambda post, plan: {"what": f"“{plan}”", "link": reverse("plan", args=[plan.pk])},
            roles=ANYONE,
        ),
    )


def drafting(plan: Any) -> list[Unit]:
    """Who writes the draft: the standing office where there is one."""
    bodies = bodies_of(plan.committee)
    return [(bodies[1] if len(bodies) > 1 else bodies[0]).today]
