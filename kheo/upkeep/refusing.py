"""Why an installation does not start as it is set: each reason one sentence that says what to do.

`kheo serve` and `kheo work` stop at the first; `kheo check --deploy` names them all.
"""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from kheo.lib import troubles
from kheo.lib.configuration import STOPPED
from kheo.lib.refusals import Refused
from kheo.upkeep import restoring

# A key of fewer letters can be found by trying.
SHORTEST_KEY = 32


def reasons() -> Iterator[str]:
    """Each reason why Kheo may not be reached by others as it is set now. Reads no database."""
    host = urlsplit(settings.SITE_ADDRESS).hostname or ""
    others = settings.INSTALLED or not is_loopback(host)
    if settings.DEMO and others:
        yield _("The demonstration answers its own machine only. Set KHEO_DEMO=0 in the settings file.")
    if settings.DEBUG and others:
        yield _("With KHEO_DEBUG=1 visitors would see the inside of Kheo. Set KHEO_DEBUG=0.")
    if others and len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield _(
            "KHEO_SECRET_KEY is too short to keep anything secret. Leave it empty and run script/start, "
            "which makes one."
        )
    if not others:
        return
    if not settings.SECURE and not is_loopback(host):
        yield _(
            "KHEO_ADDRESS begins with http://. Phones and passwords need https://; script/start sets it up."
        )
    if settings.INSTALLED and not set(settings.ALLOWED_HOSTS) & {host, f"[{host}]", "." + host}:
        yield _("KHEO_HOSTS lacks %(host)s, the name in KHEO_ADDRESS. Add it.") % {"host": host}
    if settings.INSTALLED and not settings.TRUSTED_PROXIES:
        yield _("A web server stands before Kheo. Set KHEO_PROXIES=1, or all visitors count as one.")


def stop_unless_safe() -> None:
    """Raise a CommandError with the first reason, or because the database is older than the program."""
    reason = next(reasons(), "") or waiting_migrations()
    if reason:
        raise CommandError(reason, returncode=STOPPED)


def hold_the_data() -> None:
    """Take the data folder into use until this process ends.

    Raises a CommandError while a restore is at work there, or was broken off half way.
    """
    try:
        restoring.take_into_use(Path(settings.DATA))
    except Refused as problem:
        raise CommandError(str(problem), returncode=STOPPED)


def waiting_migrations() -> str:
    """The sentence about a database older than the program; "" when both are of one age."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if not settings.INSTALLED:
            return str(troubles.OLD)
        return _("The database is older than the program. Run script/start, which brings it up to date.")
    return ""


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@register(Tags.security, deploy=True)
def check(**rest: Any) -> list[CheckMessage]:
    return [Error(reason, id=f"kheo.E{number:03}") for number, reason in enumerate(reasons(), start=1)]
