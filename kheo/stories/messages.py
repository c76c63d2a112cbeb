"""What is written about stories that editors returned."""

from django.utils.translation import gettext_lazy as _

from kheo.initiatives.messages import called, owner_of
from kheo.messaging.kinds import Kind, kinds
from kheo.stories.models import Story
from kheo.units.models import Role


def declare() -> None:
    kinds.add(
        Kind(
            "story_returned",
            _("A story was returned"),
            "return",
            _(
                "To [unit]. The story about [what] was returned to be completed. What is missing is "
                "written here:\n[link]\nPlease complete it and propose it again. Respectfully, [sender]."
            ),
            rows=lambda post: (
                Story.objects.visible_to(post)
                .filter(state=Story.State.RETURNED)
                .select_related("initiative__owner__parent")
            ),
            units=lambda post, story: [owner_of(story.initiative)],
            words=lambda post, story: {
                "what": called(story.initiative),
                "link": story.get_absolute_url(),
            },
            roles=(Role.EDITOR,),
        )
    )
