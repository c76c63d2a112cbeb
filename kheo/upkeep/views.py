"""The pages of whoever looks after the installation."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.units.acting import Request
from kheo.units.models import Role
from kheo.upkeep import tasks
from kheo.upkeep.backups import lines as backup_lines
from kheo.upkeep.destinations import chosen
from kheo.upkeep.models import Backup
from kheo.upkeep.status import gravest, status

# Older ones stand in the journal.
MOST = 60


@require_safe
def state(request: Request) -> HttpResponseBase:
    request.post_or_refuse().require(Role.ADMIN)
    sections = status.sections()
    overall = gravest(line for _source, _tone, lines in sections for line in lines)
    return render(request, "upkeep/status.html", {"sections": sections, "overall": overall})


@require_safe
def backups(request: Request) -> HttpResponseBase:
    """What was backed up, where it lies, and how it comes back."""
    request.post_or_refuse().require(Role.ADMIN)
    rows = list(Backup.objects.select_related("asked_by")[:MOST])
    return render(
        request,
        "upkeep/backups.html",
        {
            "rows": rows,
            "under_way": any(row.under_way or row.verifying for row in rows),
            "lines": list(backup_lines()),
            "places": [str(place) for place in chosen()],
            "rule": settings.BACKUP_KEEP,
            "sealed": bool(settings.BACKUP_PASSPHRASE_FILE),
        },
    )


@require_POST
def backup_now(request: Request) -> HttpResponseBase:
    post = request.post_or_refuse()
    post.require(Role.ADMIN)
    rows = Backup.ask([str(place) for place in chosen()], by=post)
    tasks.make_backups.enqueue([row.pk for row in rows], post.pk)
    messages.success(request, _("The backup begins. People can go on working."))
    return redirect("backups")


@require_POST
def backup_verify(request: Request, pk: int) -> HttpResponseBase:
    post = request.post_or_refuse()
    post.require(Role.ADMIN)
    row = get_object_or_404(Backup, pk=pk)
    row.ask_to_verify(by=post)
    tasks.verify_backup.enqueue(row.pk, post.pk)
    messages.success(
        request, _("The backup is being read from beginning to end. The result will stand here.")
    )
    return redirect("backups")
