"""What is written about registration links and public lists: where they open."""

from django.utils.translation import gettext_lazy as _

from kheo.messaging.kinds import Kind, kinds
from kheo.submissions.models import PublicList, RegistrationLink


def declare() -> None:
    kinds.add(
        Kind(
            "registration_link",
            _("A registration link"),
            "link",
            _(
                "To hamlets, schools and party cells. Please register for [what] here: [link] "
                "About two minutes on a phone, no account is needed. Until: [until]. Respectfully, [sender]."
            ),
            rows=lambda post: RegistrationLink.objects.visible_to(post).select_related("movement"),
            units=lambda post, link: [],
            words=lambda post, link: {
                "what": f"“{link.movement}” {link.year}", "link": link.path, "until": link.span()[1],
            },
        ),
        Kind(
            "public_list",
            _("A public list"),
            "link",
            _("Please read what has been accepted for [what] here: [link] Respectfully, [sender]."),
            rows=lambda post: PublicList.objects.visible_to(post).shown().select_related("movement"),
            units=lambda post, shown: [],
            words=lambda post, shown: {"what": f"“{shown.movement}” {shown.year}", "link": shown.path},
        ),
    )  # fmt: skip
