"""What Kheo itself has to say about its state: the machine, the database, what runs beside it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.upkeep.status import AMBER, GREEN, PLAIN, RED, Line, status

GIB = 1024**3
# Below these an upload or a backup may no longer fit.
LITTLE_ROOM, NO_ROOM = 5 * GIB, 1 * GIB


def disk() -> Iterator[Line]:
    """Room left where the data lie."""
    free = shutil.disk_usage(existing(settings.DATA)).free
    said = _("%(size)s free for the data folder.") % {"size": size(free)}
    if free < NO_ROOM:
        yield Line(RED, said, _("Nothing can be kept soon: make room or move the data to a larger disk."))
    elif free < LITTLE_ROOM:
        yield Line(AMBER, said, _("Move old backups elsewhere or put in a larger disk."))
    else:
        yield Line(GREEN, said)


def database() -> Iterator[Line]:
    """Kind and size of the database, and the size of the uploads."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            kind = "SQLite"
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            kind = f"PostgreSQL {str(connection.pg_version)[:-4]}"  # type: ignore[attr-defined]
            cursor.execute("SELECT pg_database_size(current_database())")
        (held,) = cursor.fetchone()
    yield Line(PLAIN, _("%(kind)s, %(size)s.") % {"kind": kind, "size": size(held)})


def size(octets: int) -> str:
    """Bytes as people say them: 1,5 GB."""
    from django.template.defaultfilters import filesizeformat

    return filesizeformat(octets)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def declare() -> None:
    status.add("disk", gettext_lazy("Disk"), disk, 10, urgent=True)
    status.add("database", gettext_lazy("Database"), database, 30)
