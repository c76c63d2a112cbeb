"""The errors of the last days, each told once, in plain words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from kheo.lib.logs import KINDS

DAYS = 7


@dataclass
class Fault:
    """One error, however often it returned."""

    kind: str
    what: str
    place: str
    page: str
    first: datetime
    last: datetime
    times: int = 1

    @property
    def said(self) -> Any:
        return KINDS[self.kind][0]

    @property
    def todo(self) -> Any:
        return KINDS[self.kind][1]


def recent(days: int = DAYS) -> list[Fault]:
    """What went wrong in the last days, the latest first."""
    since = timezone.now() - timedelta(days=days)
    found: dict[tuple[str, str, str], Fault] = {}
    for entry in _kept():
        at = datetime.fromisoformat(entry["at"])
        if at < since or entry["kind"] not in KINDS:
            continue
        key = entry["kind"], entry["what"], entry["place"]
        if fault := found.get(key):
            fault.first, fault.last = min(fault.first, at), max(fault.last, at)
            fault.times += 1
        else:
            found[key] = Fault(*key, entry["page"], at, at)
    return sorted(found.values(), key=lambda fault: fault.last, reverse=True)


def _kept() -> Iterator[dict[str, str]]:
    folder = Path(settings.RUN)
    for path in (folder / "faults.old", folder / "faults.jsonl"):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                # Cut off by a crash or a full disk.
                continue
