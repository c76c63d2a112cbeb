from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class SubmissionsConfig(AppConfig):
    name = "kheo.submissions"
    label = "submissions"

    def ready(self) -> None:
        from kheo.lib.nightly import nightly
        from kheo.submissions import messages, panels
        from kheo.submissions.keeping import forget
        from kheo.ui.registry import Link, MenuEntry, links, menu, verbs
        from kheo.units import heirs
        from kheo.upkeep import closing

        panels.declare()
        messages.declare()
        nightly.add("submissions", _("Erase contacts of old submissions"), forget)
        closing.add_waiting("submissions", waiting_of_year)
        heirs.register(heirs.Question("submissions", _("submissions waiting to be taken"), waiting_at))
        menu.add(
            MenuEntry(
                _("Sent in"), "submission_list", "inbox", 33, visible=panels.at_desk, group="initiatives"
            )
        )
        menu.add(
            MenuEntry(
                _("Registration links"),
                "registration_links",
                "globe",
                34,
                visible=panels.at_desk,
                group="initiatives",
            )
        )
        links.add(
            "initiatives.enrolment",
            Link(
                _("How it was sent in"),
                "submission_of",
                "inbox",
                visible=lambda request, each: hasattr(each, "submission"),
            ),
        )
        verbs.add(
            {
                "taken": _("took it as a registration"),
                "merged": _("found it already registered"),
                "link_days_set": _("changed the days of the link"),
                "link_paused": _("paused the link"),
                "link_resumed": _("let the link go on"),
                "link_reopened": _("opened the link again"),
                "link_renewed": _("gave the link a new address"),
            }
        )


def waiting_at(units: Any, areas: Any) -> int:
    from kheo.submissions.models import Submission

    here = Q(link__office__in=units) | Q(link__committee__in=units) | Q(commune__in=areas)
    return Submission.objects.waiting().filter(here).count()


def waiting_of_year(year: int) -> Any:
    """What an archive of the year waits for: registrations sent in without an account that nobody took."""
    from kheo.submissions.models import Submission

    if n := Submission.objects.filter(link__year=year, state=Submission.State.RECEIVED).count():
        yield ngettext(
            "%(n)d registration sent in for %(year)d waits to be taken: take or refuse it.",
            "%(n)d registrations sent in for %(year)d wait to be taken: take or refuse them.",
            n,
        ) % {"n": n, "year": year}
