"""`kheo sweep_files`: remove from the disk what no record needs; run it once a day."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from kheo.files.models import Blob

A_DAY = 24 * 60 * 60


class Command(BaseCommand):
    help = "Remove unfinished uploads, bytes no record needs, and those an interrupted erasure left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = 0
        for sha256 in Blob.objects.unneeded().values_list("pk", flat=True):
            removed += Blob.release(sha256)
        known = Blob.objects.filter(gone=False)
        # A day's grace: an upload's bytes are in place before its row is committed.
        before = time.time() - A_DAY
        root = Path(settings.MEDIA_ROOT)
        for path in [*root.glob("incoming/*"), *root.glob("??/??/*")]:
            try:
                old = path.stat().st_mtime < before
            except FileNotFoundError:
                continue
            if old and (path.parent.name == "incoming" or not known.filter(pk=path.name).exists()):
                path.unlink(missing_ok=True)
                removed += 1
        self.stdout.write(_("%(number)d files removed.") % {"number": removed})
