"""What an administrator is told about backups: on the page of the system, and in red on the first page."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.ui.context import url_or_nothing
from kheo.upkeep.destinations import Destination, chosen
from kheo.upkeep.models import Backup
from kheo.upkeep.status import AMBER, GREEN, PLAIN, RED, Line, status

# A night may be late, the machine may have been off for one; not for two.
OVERDUE = timedelta(hours=36)
TIMER = "systemctl status kheo-nightly.timer"


def lines() -> Iterator[Line]:
    """One line or two for each place; at most two queries a place."""
    if settings.DEMO:
        yield Line(PLAIN, _("The demonstration is not backed up."))
        return
    try:
        places = chosen()
    except Refused as problem:
        yield Line(RED, str(problem), _("Correct KHEO_BACKUP_TO in the settings file."))
        return
    for place in places:
        yield from _of(place)


def _of(place: Destination) -> Iterator[Line]:
    page = {"url": url_or_nothing("backups"), "label": _("To the backups")}
    rows = Backup.objects.at(str(place))
    last, good = rows.finished().first(), rows.good().first()
    named = {"place": place}
    if last and last.outcome == Backup.Outcome.FAILED:
        yield Line(RED, _("The last backup to %(place)s failed.") % named, last.sentence, **page)
    elif last and last.outcome == Backup.Outcome.FAULTY:
        yield Line(
            RED, _("The last backup to %(place)s was made, with faults.") % named, last.sentence, **page
        )
    if good is None:
        if last is None:
            tone = RED if installed_before(timezone.now() - OVERDUE) else AMBER
            yield Line(
                tone,
                _("There is no backup at %(place)s yet.") % named,
                _("Make one now; every night makes another."),
                **page,
            )
        return
    when = {**named, "when": formats.moment(good.begun_at, get_language() or "vi")}
    if good.begun_at < timezone.now() - OVERDUE:
        yield Line(
            RED,
            _("The last good backup at %(place)s is of %(when)s.") % when,
            _(
                "The nightly work does not run, or the machine is off at night. Back up now, "
                "then look at the timer."
            ),
            TIMER,
            **page,
        )
    elif last == good and last.outcome == Backup.Outcome.MADE:
        yield Line(GREEN, _("Backed up to %(place)s on %(when)s, and read again whole.") % when, **page)
    if place.same_disk_as(Path(settings.DATA)):
        yield Line(
            AMBER,
            _("%(place)s lies on the same disk as the data: when the disk breaks, both are gone.") % named,
            _("Connect a second disk and name its folder in KHEO_BACKUP_TO, or a store (s3://…)."),
        )
    elif place.remote and not settings.BACKUP_PASSPHRASE_FILE:
        yield Line(
            AMBER,
            _("Backups leave the house for %(place)s unsealed: whoever runs the store can read them.")
            % named,
            _("Name a file with a passphrase in KHEO_BACKUP_PASSPHRASE_FILE."),
        )


def installed_before(moment: datetime) -> bool:
    """Whether this installation is older than that: by its first migration."""
    first = MigrationRecorder.Migration.objects.order_by("applied").values_list("applied", flat=True).first()
    return first is not None and first < moment


def declare() -> None:
    status.add("backups", gettext_lazy("Backups"), lines, 20, urgent=True)
