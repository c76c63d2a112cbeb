from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutiesConfig(AppConfig):
    name = "kheo.duties"
    label = "duties"

    def ready(self) -> None:
        from kheo.duties import arrivals, messages, panels
        from kheo.ui.registry import Link, MenuEntry, links, menu, things

        panels.declare()
        messages.declare()
        arrivals.others.add("submissions", arrivals.submissions)
        menu.add(MenuEntry(_("My work"), "home", "home", 10))
        menu.add(MenuEntry(_("Just in"), "arrivals", "inbox", 12, visible=looks))
        menu.add(MenuEntry(_("Our unit"), "our_unit", "building", 15, visible=holds_post))
        menu.add(MenuEntry(_("Who has not sent"), "due", "bell", 60, visible=follows))
        things.add(
            {
                "initiatives.initiative": "initiative",
                "initiatives.enrolment": "enrolment",
                "initiatives.catalogue": "catalogue",
                "fieldwork.fieldreport": "field_report",
                "fieldwork.unitreport": "unit_report",
                "directives.directive": "directive",
                "directives.duty": "duty",
                "plans.plan": "plan",
                "recognition.decision": "decision",
                "units.unit": "unit",
            }
        )
        links.add("units.unit", Link(_("The work of this unit"), "unit_page", "home", 10, visible=reaches))


def holds_post(request: Any) -> bool:
    return getattr(request, "post", None) is not None


def reaches(request: Any, unit: Any) -> bool:
    from kheo.units.models import Unit
    from kheo.units.reach import scope

    here = Unit.objects.filter(pk=unit.pk)
    return scope(here, request.user, unit="self", area="area").exists()


def follows(request: Any) -> bool:
    from kheo.duties.panels import FOLLOWING

    post = getattr(request, "post", None)
    return post is not None and post.role in FOLLOWING


def looks(request: Any) -> bool:
    from kheo.duties.arrivals import LOOKING

    post = getattr(request, "post", None)
    return post is not None and post.role in LOOKING
