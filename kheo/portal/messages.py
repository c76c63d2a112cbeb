"""The link to a public page, to be sent to anybody."""

from django.utils.translation import gettext_lazy as _

from kheo.initiatives.messages import called
from kheo.messaging.kinds import ANYONE, Kind, kinds
from kheo.portal.published import address
from kheo.stories.models import Story


def declare() -> None:
    kinds.add(
        Kind(
            "public_link",
            _("A public page"),
            "link",
            _("Please read about [what], which anyone may read here:\n[link]"),
            rows=lambda post: Story.objects.published().select_related("initiative"),
            units=lambda post, story: [],
            words=lambda post, story: {
                "what": called(story.initiative),
                "link": address(story.initiative),
            },
            roles=ANYONE,
        )
    )
