"""What is written about registrations, initiatives and catalogues."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.models import Catalogue, Enrolment, Initiative
from kheo.lib.refusals import Refused
from kheo.messaging.kinds import ANYONE, Kind, kinds
from kheo.units.models import Post, Unit

LINK = _("Dear comrades, please look at [what] here:\n[link]\nRespectfully, [sender].")


def declare() -> None:
    kinds.add(
        Kind(
            "enrolment_returned",
            _("A registration was returned"),
            "return",
            _(
                "To [unit]. The registration of [what] was returned to be completed. What is missing is "
                "written here:\n[link]\nPlease complete it and send it again. Respectfully, [sender]."
            ),
            rows=lambda post: (
                Enrolment.objects.visible_to(post)
                .filter(state=Enrolment.State.RETURNED)
                .select_related("initiative__owner__parent", "initiative__area")
            ),
            units=lambda post, enrolment: [owner_of(enrolment.initiative)],
            words=lambda post, enrolment: {
                "what": f"{called(enrolment.initiative)} ({enrolment.year})",
                "link": enrolment.get_absolute_url(),
            },
            check=lambda post, enrolment: not_their_own(post, enrolment.initiative),
        ),
        Kind(
            "on_behalf",
            _("A registration typed for a unit"),
            "reminder",
            _(
                "To [unit]. [what] was typed for you and waits for your confirmation: [link]. Please confirm "
                "or correct it. Until: [until]. Respectfully, [sender]."
            ),
            rows=lambda post: (
                Enrolment.objects.visible_to(post)
                .typed_for_others()
                .select_related("initiative__owner__parent", "initiative__area", "on_behalf")
            ),
            units=lambda post, enrolment: [owner_of(enrolment.initiative)],
            words=lambda post, enrolment: {
                "what": f"{called(enrolment.initiative)} ({enrolment.year})",
                "until": enrolment.on_behalf.answer_by,
                "link": enrolment.get_absolute_url(),
            },
            check=lambda post, enrolment: enrolment.initiative.check_writing(post),
        ),
        Kind(
            "initiative_link",
            _("An initiative's page"),
            "link",
            LINK,
            rows=lambda post: Initiative.objects.visible_to(post),
            units=lambda post, initiative: [],
            words=lambda post, initiative: {
                "what": called(initiative),
                "link": initiative.get_absolute_url(),
            },
            roles=ANYONE,
        ),
        Kind(
            "catalogue_link",
            _("A catalogue"),
            "link",
            LINK,
            rows=lambda post: Catalogue.objects.visible_to(post),
            units=lambda post, catalogue: [],
            words=about_catalogue,
            roles=ANYONE,
        ),
    )


def called(initiative: Initiative) -> str:
    """The name in a message that leaves Kheo; a person is not named there."""
    return gettext("an exemplary person") if initiative.is_person else f"“{initiative.name}”"


def owner_of(initiative: Initiative) -> Unit:
    """Who is written to: the leading body, or the one that keeps it where the commune typed it in."""
    owner = initiative.owner
    return (owner.parent if owner.kind == Unit.Kind.TYPED and owner.parent else owner).today


def not_their_own(post: Post, initiative: Initiative) -> None:
    if initiative.answered_for_by(post):
        raise Refused(gettext("It is your own body's: nobody needs to be told."))


def about_catalogue(post: Post, catalogue: Catalogue) -> Mapping[str, Any]:
    words = gettext("catalogue %(number)s of %(committee)s")
    return {
        "what": words % {"number": catalogue.number, "committee": catalogue.committee},
        "link": catalogue.get_absolute_url(),
    }
