"""The cast with a running initiative, photos of it, and Tuấn, who edits for the province."""

from typing import Any

from kheo.files.models import Photo
from kheo.files.tests.cast import telling_jpeg, upload
from kheo.initiatives.models import Initiative
from kheo.initiatives.tests import cast as initiatives
from kheo.recognition.tests.cast import running
from kheo.stories.models import Story
from kheo.units.models import Post

TOLD = {
    "title": "Tiếng kẻng giữ bình yên bản làng",
    "lead": "Mỗi bản một chiếc kẻng, bà con thay nhau canh giữ.",
    "text": "Khi có việc, tiếng kẻng gọi mọi người.\n\nTừ ngày có kẻng, bản yên hẳn.",
}
WORDS = {"caption": "Bà con bản Bãi Xa", "author": "Lô Văn Minh", "alt": "Nhiều người đứng quanh chiếc kẻng"}
# Answers with which a photo may be published.
NOBODY = {"public_activity": True, "recognisable_people": False, "children": False}

__all__ = [
    "NOBODY",
    "TOLD",
    "WORDS",
    "editor",
    "known",
    "photo",
    "proposed",
    "published",
    "running",
    "written",
]


def editor(cast: initiatives.Cast) -> Post:
    return Post.objects.get(user=cast.world.tuan)


def photo(cast: initiatives.Cast, initiative: Initiative, width: int = 64, **answers: Any) -> Photo:
    """A photo of the initiative with the answers given; each width is another picture."""
    kept = Photo.objects.store(
        upload(telling_jpeg(width=width, height=48)), by=cast.minh, owner=initiative, author="Lô Văn Minh"
    )
    if answers:
        kept.answer(cast.minh, **answers)
    return kept


def written(
    cast: initiatives.Cast, initiative: Initiative, *photos: Photo, by: Post | None = None, **words: str
) -> Story:
    """A complete draft, by Minh unless said otherwise."""
    by = by or cast.minh
    story = Story.objects.begin(initiative, by=by)
    story.write(by=by, **{**TOLD, **words})
    story.choose([{"photo": each, **WORDS} for each in photos], by=by)
    return story


def proposed(cast: initiatives.Cast, initiative: Initiative, *photos: Photo, **words: str) -> Story:
    deliberately = words.pop("deliberately", "")
    story = written(cast, initiative, *photos, **words)
    story.propose(by=cast.minh, deliberately=deliberately)
    return story


def published(cast: initiatives.Cast, initiative: Initiative, *photos: Photo, **words: str) -> Story:
    story = proposed(cast, initiative, *photos, **words)
    story.publish(by=editor(cast))
    return story


def known(cast: initiatives.Cast, name: str = "Thả cá xuống suối", **facts: Any) -> Initiative:
    """An initiative known from a newspaper only."""
    return Initiative.objects.known_from_publication(
        **{
            "year": 2021,
            "name": name,
            "movement": cast.movement,
            "field": cast.economy,
            "owner": cast.world.dang_uy_tam_quang,
            "owner_known": False,
            "area": cast.tam_quang,
            "source_url": "https://baonghean.vn/ (Báo Nghệ An, 29/05/2021)",
            **facts,
        }
    )
