"""What the ground needs every night: sessions that ran out, sign-ins past keeping, files nobody needs."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from kheo.accounts.models import SignIn
from kheo.lib.nightly import nightly

TASKS_KEPT = timedelta(days=30)


def clear_sign_ins() -> None:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    SignIn.objects.past_keeping().delete()


def clear_tasks() -> None:
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - TASKS_KEPT).delete()


def sweep_files() -> None:
    call_command("sweep_files")


def declare() -> None:
    nightly.add("sign_ins", _("Forget old sign-ins"), clear_sign_ins, 200)
    nightly.add("tasks", _("Forget finished work"), clear_tasks, 210)
    nightly.add("files", _("Remove files nobody needs"), sweep_files, 220)
