"""What the worker does when somebody asks on a page and does not wait for it."""

from pathlib import Path

from django.conf import settings
from django_tasks import task

from kheo.lib.refusals import Refused
from kheo.units.models import Post
from kheo.upkeep import backing_up, verifying
from kheo.upkeep.destinations import destination, located
from kheo.upkeep.models import Backup


@task()
def make_backups(ids: list[int], post_id: int) -> None:
    """Make the backups whose rows wait, on behalf of the post that asked."""
    # Still running: a worker that died had begun with it.
    under_way = [Backup.Outcome.WAITING, Backup.Outcome.RUNNING]
    rows = list(Backup.objects.filter(pk__in=ids, outcome__in=under_way).order_by("pk"))
    by = Post.objects.get(pk=post_id)
    try:
        backing_up.back_up([destination(row.place) for row in rows], waiting=rows, by=by)
    except Refused as problem:
        for row in rows:
            row.fail(str(problem), by=by)


@task()
def verify_backup(backup_id: int, post_id: int) -> None:
    """Read a backup again from its place, and write down what was found."""
    row, by = Backup.objects.get(pk=backup_id), Post.objects.get(pk=post_id)
    try:
        place, name = located(row.address)
        passphrase = backing_up.passphrase_of_settings() if row.sealed else ""
        with place.read(name) as raw:
            verifying.verify(raw, passphrase, Path(settings.DATA) / backing_up.WORK / f"verify-{row.pk}")
    except (Refused, OSError) as problem:
        row.found_bad(str(problem), by=by)
    else:
        row.found_whole(by=by)
