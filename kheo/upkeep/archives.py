"""What an administrator is told about archives of years, and their being read again from time to time."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kheo.lib import formats
from kheo.lib.nightly import nightly
from kheo.lib.refusals import Refused
from kheo.upkeep import archiving, locks, snapshot
from kheo.upkeep.destinations import Destination
from kheo.upkeep.models import ArchiveCopy, YearArchive
from kheo.upkeep.progress import Progress
from kheo.upkeep.status import AMBER, GREEN, RED, Line, status

# What lies in a safe is not read every night; not read for longer, nobody knows whether it still can be.
READ_AGAIN = timedelta(days=400)


def standing() -> QuerySet[YearArchive]:
    """Those that hold something, with their copies: two queries."""
    return YearArchive.objects.holding().prefetch_related("copies")


def years() -> list[tuple[int, str]]:
    """The years whose journal lies elsewhere, with the file's name. One query."""
    return list(YearArchive.objects.holding().order_by("year").values_list("year", "name"))


def verify(
    place: Destination, name: str, passphrase: str, progress: Progress | None = None
) -> dict[str, Any]:
    """Read an archive to its end and write down how it was. Refused, with what is wrong, unless whole."""
    copies = ArchiveCopy.objects.filter(place=str(place), archive__name=name)
    with locks.alone(settings.DATA):
        work = snapshot.private_folder(settings.DATA / archiving.WORK)
        try:
            head, _manifest = archiving.prove(place, name, passphrase, work, progress)
        except Refused as problem:
            for copy in copies:
                copy.found_bad(str(problem))
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    for copy in copies:
        copy.found_whole()
    return head


def every_night() -> None:
    """An archive that a power cut ended while it was written keeps its year closed no longer."""
    with suppress(Refused), locks.alone(settings.DATA):
        YearArchive.objects.drop_interrupted()


def lines() -> Iterator[Line]:
    """A line or two for each archive that holds something."""
    for row in standing():
        yield from _about(row)


def _about(row: YearArchive) -> Iterator[Line]:
    if row.half_way:
        again = (
            f"kheo archive {row.year} --take-out"
            if row.state == YearArchive.State.TAKING
            else f"kheo archive back {row.name}"
        )
        yield Line(
            RED,
            _("%(year)d is half in its archive: the work was broken off.") % {"year": row.year},
            _("Run the same command again; it goes on."),
            again,
        )
    good = [copy for copy in row.copies.all() if not copy.sentence]
    for copy in row.copies.all():
        if copy.sentence:
            yield Line(
                RED if not good else AMBER,
                _("The archive %(copy)s is damaged: %(sentence)s")
                % {"copy": copy, "sentence": copy.sentence},
                _("Copy the other file of the same name over it, then have it read again."),
                f"kheo archive verify {copy}",
            )
    if not good:
        return
    last = max(copy.verified_at for copy in good if copy.verified_at)
    told = {
        "year": row.year,
        "places": ", ".join(copy.place for copy in good),
        "when": formats.moment(last, get_language() or "vi"),
    }
    if last < timezone.now() - READ_AGAIN:
        yield Line(
            AMBER,
            _("The archive of %(year)d at %(places)s was last read whole on %(when)s.") % told,
            _("Connect the disk and have it read again."),
            f"kheo archive verify {good[0]}",
        )
    elif not row.half_way:
        yield Line(
            GREEN, _("%(year)d lies in its archive at %(places)s, last read whole on %(when)s.") % told
        )


def declare() -> None:
    nightly.add("archives", gettext_lazy("Open years whose archive came to nothing"), every_night, 230)
    status.add("archives", gettext_lazy("Archives of years"), lines, 25, urgent=True)
