from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.apps import seen_by


class StoriesConfig(AppConfig):
    name = "kheo.stories"
    label = "stories"

    def ready(self) -> None:
        from kheo.search import index
        from kheo.stories import messages, panels
        from kheo.ui.registry import Link, MenuEntry, links, menu, things, verbs
        from kheo.upkeep import closing

        panels.declare()
        messages.declare()
        index.register(
            index.Searchable(
                kind="story",
                label=_("Story"),
                model="stories.Story",
                url_name="story",
                words=words_of_story,
                reached=seen_by,
                things=stories_for_search,
            )
        )
        things.add({"stories.story": "story"})
        closing.add_needing("stories", shown_in_stories)
        verbs.add({"replaced": _("replaced it by a newer version"), "photos_chosen": _("chose the photos")})
        links.add("initiatives.initiative", Link(_("Told to the public"), "initiative_stories", "story", 40))
        menu.add(MenuEntry(_("Stories"), "story_list", "story", 50, group="results"))


def shown_in_stories(photos: Any) -> Any:
    """Those among these ids of photos that a story shows or once showed: no archive takes them out."""
    from kheo.stories.models import StoryPhoto

    return StoryPhoto.objects.filter(photo__in=list(photos)).values_list("photo", flat=True)


def stories_for_search() -> Any:
    from kheo.stories.models import Story

    return Story.objects.with_facts().order_by("pk")


def words_of_story(story: Any) -> Any:
    from kheo.lib.periods import BEGINNING, VIETNAM
    from kheo.search.index import Words

    if story.state in ("withdrawn", "replaced"):
        return None
    initiative = story.initiative
    day = story.published_at.astimezone(VIETNAM).date() if story.published_at else BEGINNING
    return Words(
        title=story.title,
        text=f"{story.lead}\n{story.text}",
        place=initiative.area.short_place,
        area_id=initiative.area_id,
        unit_id=initiative.owner_id,
        # A person's consent can be taken back where this row is not renewed: then only the initiative's
        # own row, which is, says what is public.
        public=story.is_shown and not initiative.is_person,
        day=day,
    )
