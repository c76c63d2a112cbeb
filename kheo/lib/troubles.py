"""What a command says when the machine does not give it what it needs: its folder, its database, room on a
disk. One sentence with what to do, in place of the inside of the program.
"""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext_lazy as _

OLD = _(
    "The database holds nothing yet or is older than the program. Run kheo migrate; in an installation, "
    "script/start."
)
NO_DATA = _(
    "There is no data folder %(path)s. Connect its disk or restore a backup; script/start makes a new one."
)
_NOT_OURS = _("%(path)s cannot be read or written by this user. Run the command as kheo or as root.")
_FULL = _("The disk that holds %(path)s is full. Make room there and run the command again.")
_READ_ONLY = _("The disk that holds %(path)s can only be read. Look at the disk, then run the command again.")
_NO_FOLDER = _(
    "%(path)s is not a folder, or lies in something that is none. Put the right path into KHEO_DATA."
)

_OF_FILES = {
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
}
# SQLite names what is wrong by its own words, in every language of the machine the same.
_OF_SQLITE = {
    "no such table": OLD,
    "no such column": OLD,
    "has no column named": OLD,
    "unable to open database file": _NOT_OURS,
    "attempt to write a readonly database": _NOT_OURS,
    "database or disk is full": _FULL,
    "disk I/O error": _("The disk that holds %(path)s does not answer. Look whether it is full or damaged."),
    "database is locked": _(
        "Another command has been writing to %(path)s for too long. Wait until it ends, then run this one "
        "again."
    ),
    "file is not a database": _("%(path)s is damaged. Restore it from a backup: kheo restore FILE."),
    "database disk image is malformed": _(
        "%(path)s is damaged. Restore it from a backup: kheo restore FILE."
    ),
}
# PostgreSQL numbers it: Appendix A of its manual, "PostgreSQL Error Codes".
_OF_POSTGRESQL = {
    "42P01": OLD,
    "42703": OLD,
    "53100": _("The disk of PostgreSQL at %(where)s is full. Make room there and run the command again."),
    "42501": _(
        "The user of KHEO_DATABASE may not do this in the database %(name)s. Make that user its owner: "
        "ALTER DATABASE … OWNER TO …"
    ),
}
# What has no number happened before anything was asked. Nobody answered, in the words of the client, which
# speaks English everywhere; or the server refused, in the server's language.
_NOBODY = (
    "Is the server running",
    "failed to resolve host",
    "could not translate host",
    "timeout",
    "timed out",
)


def sentence(error: BaseException) -> str | None:
    """The sentence for the person at the command; None where the program itself is at fault."""
    if isinstance(error, DatabaseError):
        return _of_postgresql(error) if connection.vendor == "postgresql" else _of_sqlite(error)
    if isinstance(error, OSError):
        told = _OF_FILES.get(error.errno or 0)
        return str(told) % {"path": error.filename or "?"} if told is not None and error.filename else None
    return None


def _of_sqlite(error: DatabaseError) -> str | None:
    path = Path(connection.settings_dict["NAME"])
    said = str(error)
    told: Any = next((told for words, told in _OF_SQLITE.items() if words in said), None)
    if told is None:
        return None
    if "unable to open" in said and not path.parent.exists():
        told, path = NO_DATA, path.parent
    return str(told) % {"path": path}


def _of_postgresql(error: DatabaseError) -> str | None:
    settings = connection.settings_dict
    words = {"where": f"{settings['HOST']}:{settings['PORT'] or 5432}", "name": settings["NAME"]}
    number = next((number for each in _chain(error) if (number := getattr(each, "sqlstate", None))), None)
    if number is not None:
        told = _OF_POSTGRESQL.get(number)
        return None if told is None else str(told) % words
    said = str(error)
    if not connection.connection or connection.connection.closed:
        if any(mark in said for mark in _NOBODY):
            told = _(
                "PostgreSQL does not answer at %(where)s. Start it, or put the right address into "
                "KHEO_DATABASE."
            )
        elif "password" in said or 'role "' in said:
            told = _("PostgreSQL at %(where)s does not accept the user or the password in KHEO_DATABASE.")
        elif 'database "' in said:
            told = _(
                "PostgreSQL at %(where)s has no database %(name)s. Have it made, or put the right name into "
                "KHEO_DATABASE."
            )
        else:
            told = _("PostgreSQL at %(where)s does not let Kheo in: %(said)s")
            words["said"] = said.strip().splitlines()[-1]
        return str(told) % words
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
