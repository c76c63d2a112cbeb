"""What the rooms above know of a year: what in it still waits for somebody, and which photos are its own.

Each says so in `apps.py`, before a year can leave for an archive (`archiving`):

    closing.add_waiting(lambda year: ["3 reports of 2021 wait to be accepted."])
    closing.add_owner("fieldwork.fieldreport", lambda year, ids: …the ids among them that are of the year…)
    closing.add_needing(lambda photos: …the ids among them that are shown elsewhere…)
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date

from kheo.files.models import Attachment, Photo

Waiting = Callable[[int], Iterable[str]]
Owner = Callable[[int, Collection[int]], Iterable[int]]
Needing = Callable[[Collection[int]], Iterable[int]]
AT_ONCE = 500

_waiting: dict[str, Waiting] = {}
_owners: dict[str, Owner] = {}
_needing: dict[str, Needing] = {}


def add_waiting(name: str, question: Waiting) -> None:
    """`question(year)` gives a sentence for each thing somebody still has to decide about in that year."""
    _waiting[name] = question


def add_owner(label: str, question: Owner) -> None:
    """Records of this label own photos; `question(year, ids)` narrows ids to the settled ones of a year."""
    _owners[label] = question


def add_needing(name: str, question: Needing) -> None:
    """`question(photos)` narrows ids of photos to those that are shown elsewhere, so that they stay."""
    _needing[name] = question


def waiting(year: int) -> list[str]:
    """What still waits in a year, a sentence for each kind of thing."""
    return [sentence for question in _waiting.values() for sentence in question(year)]


def first_and_last(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def photos_of(year: int) -> Iterator[Photo]:
    """The photos handed in with settled records of the year and shown nowhere else."""
    last = 0
    while found := list(
        Photo.objects.filter(pk__gt=last, owner_type__in=_owners, erased_at=None).order_by("pk")[:AT_ONCE]
    ):
        last = found[-1].pk
        yield from own(year, found)


def own(year: int, photos: Collection[Photo]) -> list[Photo]:
    """Those among the photos that are of the year and shown nowhere else."""
    by_label: dict[str, set[int]] = {}
    for photo in photos:
        if photo.owner_type in _owners and photo.owner_id.isdecimal():
            by_label.setdefault(photo.owner_type, set()).add(int(photo.owner_id))
    settled = {(label, str(pk)) for label, ids in by_label.items() for pk in _owners[label](year, ids)}
    found = [photo for photo in photos if (photo.owner_type, photo.owner_id) in settled]
    ids = [photo.pk for photo in found]
    needed = {pk for question in _needing.values() for pk in question(ids)}
    return [photo for photo in found if photo.pk not in needed]


def free(year: int, contents: Collection[str]) -> set[str]:
    """Those among these hashes that are large copies of the year's photos and needed by nothing else."""
    rows: dict[int, Photo] = {}
    for copy in ("full", "web", "thumb"):
        for photo in Photo.objects.filter(**{f"{copy}__in": list(contents)}, erased_at=None):
            rows[photo.pk] = photo
    going = {photo.pk for photo in own(year, list(rows.values()))}
    found: set[str] = set()
    stays = set(
        Attachment.objects.filter(blob__in=list(contents), erased_at=None).values_list("blob", flat=True)
    )
    for photo in rows.values():
        stays.add(photo.thumb_id)
        (found if photo.pk in going else stays).update((photo.full_id, photo.web_id))
    return (found - stays) & set(contents)
