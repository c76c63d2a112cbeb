"""The story of a night: what rooms asked to have done (`kheo.lib.nightly`) is done, each for itself."""

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.lib.nightly import nightly
from kheo.lib.refusals import Refused

log = logging.getLogger("kheo.upkeep")


@dataclass
class Outcome:
    """How one work of the last night went. `well_on` is when it last went well ("" for never)."""

    name: str
    began: str
    well: bool
    said: str
    well_on: str = ""

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(self.began)


def do_all(say: Callable[[str], None], only: list[str] | None = None) -> bool:
    """Do each work; one that fails stops no other. Whether all went well."""
    before = {outcome.name: outcome for outcome in outcomes()}
    for work in nightly.works:
        if only and work.name not in only:
            continue
        close_old_connections()
        began = timezone.now().isoformat(timespec="seconds")
        try:
            said = work.run() or ""
            outcome = Outcome(work.name, began, True, said, began)
        except Refused as refused:
            log.error("At night, “%s” was not done: %s", work.name, refused)
            outcome = Outcome(work.name, began, False, str(refused))
        except Exception:
            log.exception("At night, “%s” failed.", work.name)
            outcome = Outcome(work.name, began, False, _("It failed; the journal of the system says why."))
        if not outcome.well and work.name in before:
            outcome.well_on = before[work.name].well_on
        before[work.name] = outcome
        _keep(list(before.values()))
        told = outcome.said or _("finished well")
        say(f"{work.label}: {told}")
    known = {work.name for work in nightly.works}
    return all(outcome.well for name, outcome in before.items() if name in known)


def outcomes() -> list[Outcome]:
    """How each work went when it was last done; of this machine, so a file and not the database."""
    try:
        return [Outcome(**each) for each in json.loads(_file().read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _keep(outcomes: list[Outcome]) -> None:
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(each) for each in outcomes], ensure_ascii=False), encoding="utf-8")
    os.replace(fresh, path)


def _file() -> Path:
    return Path(settings.RUN) / "nightly.json"
