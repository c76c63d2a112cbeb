"""What Kheo itself has to say about its state: the machine, the database, what runs beside it."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult, get_date_max

from kheo.audit.models import Entry
from kheo.lib import formats
from kheo.lib.nightly import nightly
from kheo.upkeep import at_night, faults, working
from kheo.upkeep.status import AMBER, GREEN, PLAIN, RED, Line, status
from kheo.upkeep.version import version

GIB = 1024**3
# Below these an upload or a backup may no longer fit.
LITTLE_ROOM, NO_ROOM = 5 * GIB, 1 * GIB
# A minute's work waits a minute; after these somebody waits in vain.
LONG_WAIT = timedelta(minutes=15)
SHOWN_DAYS = 7
MOST_FAULTS = 5
# A machine that is off at night does the night's work when it is next on.
NIGHTS = timedelta(days=2)
# The internal authority renews its certificate a month before the end; the office must renew its own.
SOON, NOW = timedelta(days=21), timedelta(days=5)


def disk() -> Iterator[Line]:
    """Room left where the data lie."""
    free = shutil.disk_usage(existing(settings.DATA)).free
    said = _("%(size)s free for the data folder.") % {"size": filesizeformat(free)}
    if free < NO_ROOM:
        yield Line(RED, said, _("Nothing can be kept soon: make room or move the data to a larger disk."))
    elif free < LITTLE_ROOM:
        yield Line(AMBER, said, _("Move old backups elsewhere or put in a larger disk."))
    else:
        yield Line(GREEN, said)


def worker() -> Iterator[Line]:
    """Whether the worker lives, and what waits for it."""
    alive = working.alive()
    restart = "sudo systemctl restart kheo-worker"
    if alive:
        yield Line(GREEN, _("The worker is running."))
    elif alive is False or settings.INSTALLED:
        when = working.last_sign()
        said = (
            _("The worker gave its last sign at %(when)s.") % {"when": spoken(when)}
            if when
            else _("The worker has never run.")
        )
        yield Line(RED, said, _("What takes long is not being done. Start it again:"), restart)
    now = timezone.now()
    ready = Q(status="READY", run_after__lte=now) | Q(status="READY", run_after=get_date_max())
    failed = Q(status="FAILED", finished_at__gte=now - timedelta(days=SHOWN_DAYS))
    found = DBTaskResult.objects.aggregate(
        waiting=Count("pk", filter=ready),
        oldest=Min("enqueued_at", filter=ready),
        running=Count("pk", filter=Q(status="RUNNING")),
        since=Min("started_at", filter=Q(status="RUNNING")),
        failed=Count("pk", filter=failed),
        last=Max("finished_at", filter=failed),
    )
    if found["running"]:
        said = ngettext(
            "%(n)s task is being done, since %(when)s.",
            "%(n)s tasks are being done, since %(when)s.",
            found["running"],
        )
        yield Line(PLAIN, said % {"n": found["running"], "when": spoken(found["since"])})
    if found["waiting"]:
        said = ngettext(
            "%(n)s task waits, since %(when)s.", "%(n)s tasks wait, since %(when)s.", found["waiting"]
        ) % {"n": found["waiting"], "when": spoken(found["oldest"])}
        late = now - found["oldest"] > LONG_WAIT and not found["running"]
        todo = _("It waits too long: start the worker again.") if late else ""
        yield Line(AMBER if late else PLAIN, said, todo, restart if late else "")
    if found["failed"]:
        said = ngettext(
            "%(n)s task of the last days failed, the latest at %(when)s.",
            "%(n)s tasks of the last days failed, the latest at %(when)s.",
            found["failed"],
        ) % {"n": found["failed"], "when": spoken(found["last"])}
        yield Line(AMBER, said, _("Ask for it once more; the errors below say what happened."))


def database() -> Iterator[Line]:
    """Kind and size of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            kind = "SQLite"
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            kind = f"PostgreSQL {str(connection.pg_version)[:-4]}"  # type: ignore[attr-defined]
            cursor.execute("SELECT pg_database_size(current_database())")
        (held,) = cursor.fetchone()
    yield Line(PLAIN, _("%(kind)s, %(size)s.") % {"kind": kind, "size": filesizeformat(held)})


def night() -> Iterator[Line]:
    """What was done in the last night, and what failed."""
    known = {work.name: work.label for work in nightly.works}
    done = [outcome for outcome in at_night.outcomes() if outcome.name in known]
    run = "sudo systemctl start kheo-nightly"
    if not done:
        if settings.INSTALLED:
            yield Line(AMBER, _("No night's work was done yet."), _("To do it now:"), run)
        return
    for outcome in done:
        if outcome.well:
            continue
        well = _("last done on %(when)s") % {"when": spoken(_at(outcome.well_on))} if outcome.well_on else ""
        said = f"{known[outcome.name]}: {outcome.said}{f' ({well})' if well else ''}"
        yield Line(RED, said, _("Once its cause is mended, do it again:"), run)
    last = max(outcome.began_at for outcome in done)
    said = _("The last night's work began at %(when)s.") % {"when": spoken(last)}
    if timezone.now() - last > NIGHTS:
        yield Line(AMBER, said, _("It is done when the machine is on; to do it now:"), run)
    elif all(outcome.well for outcome in done):
        yield Line(GREEN, said)


def errors() -> Iterator[Line]:
    """What went wrong in the last days, each thing once."""
    found = faults.recent(SHOWN_DAYS)
    if not found:
        yield Line(GREEN, _("No errors in the last %(days)s days.") % {"days": SHOWN_DAYS})
    today = timezone.now() - timedelta(days=1)
    for fault in found[:MOST_FAULTS]:
        times = ngettext("%(n)s time, last at %(when)s", "%(n)s times, last at %(when)s", fault.times) % {
            "n": fault.times,
            "when": spoken(fault.last),
        }
        grave = fault.kind in ("disk", "damaged", "database") and fault.last > today
        detail = ", ".join(part for part in (fault.what, fault.place, fault.page) if part)
        yield Line(RED if grave else AMBER, f"{fault.said} ({times})", fault.todo, detail=detail)
    if len(found) > MOST_FAULTS:
        more = len(found) - MOST_FAULTS
        yield Line(
            AMBER,
            _("%(n)s more kinds of error.") % {"n": more},
            "",
            "journalctl -u 'kheo-*' -p err --since -7d",
        )


def certificate() -> Iterator[Line]:
    """When the certificate ends, and whether phones must be given the authority."""
    if not settings.CERTIFICATE:
        return
    held = x509.load_pem_x509_certificate(Path(settings.CERTIFICATE).read_bytes())
    left = held.not_valid_after_utc - timezone.now()
    said = _("The certificate is valid until %(when)s.") % {"when": spoken(held.not_valid_after_utc)}
    if left > SOON:
        yield Line(GREEN, said)
    else:
        todo = (
            _("The night's work should have renewed it. Renew it now:")
            if settings.AUTHORITY
            else _("Put the office's new certificate in place of the old one, then:")
        )
        yield Line(RED if left < NOW else AMBER, said, todo, "sudo systemctl start kheo-nightly")
    if settings.AUTHORITY:
        yield Line(
            PLAIN,
            _("It comes from this machine's own authority, which each phone and PC must be told to trust."),
            url=reverse("trust"),
            label=_("How that is done, step by step"),
        )


def clock() -> Iterator[Line]:
    """Whether the machine's clock can be right: deadlines and signatures stand on it."""
    now = timezone.now()
    latest = Entry.objects.aggregate(latest=Max("at"))["latest"]
    said = _("The machine's clock says %(when)s.") % {"when": spoken(now)}
    set_right = "sudo timedatectl set-ntp true"
    if latest and latest > now + timedelta(minutes=5):
        yield Line(
            RED, said, _("Something was entered later than that: the clock is slow. Set it right:"), set_right
        )
    elif Path("/run/systemd/timesync").exists() and not Path("/run/systemd/timesync/synchronized").exists():
        yield Line(
            AMBER, said, _("No time server has been reached since the start. Is this right? Else:"), set_right
        )
    else:
        yield Line(GREEN, said)


def program() -> Iterator[Line]:
    yield Line(PLAIN, _("Kheo %(version)s.") % {"version": version()})


def spoken(when: datetime | None) -> str:
    return formats.moment(when, get_language() or "vi") if when else "?"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def declare() -> None:
    status.add("disk", gettext_lazy("Disk"), disk, 10, urgent=True)
    status.add("worker", gettext_lazy("Work in the background"), worker, 30, urgent=True)
    status.add("night", gettext_lazy("The night's work"), night, 40, urgent=True)
    status.add("errors", gettext_lazy("Errors"), errors, 50, urgent=True)
    status.add("certificate", gettext_lazy("Certificate"), certificate, 60, urgent=True)
    status.add("database", gettext_lazy("Database"), database, 70)
    status.add("clock", gettext_lazy("Clock"), clock, 80)
    status.add("program", pgettext_lazy("of a program", "Version"), program, 90)
