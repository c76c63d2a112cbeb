"""Long work that may be broken off anywhere: what is being done lies in a file, made first and gone last."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Self

from django.utils import timezone

from kheo.lib.periods import VIETNAM
from kheo.upkeep.destinations import sync_folder

PLAN = "plan.json"


@dataclass
class Remembered:
    """A plan in the folder WORK of the data folder: a second run does the same and not something else."""

    WORK: ClassVar[str]

    def keep(self, work: Path) -> None:
        """On the disk as it is now, or as it was before: never half."""
        hidden = work / f".{PLAN}"
        with open(hidden, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, work / PLAN)
        sync_folder(work)

    @classmethod
    def found(cls, data: Path) -> Self | None:
        try:
            return cls(**json.loads((data / cls.WORK / PLAN).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def unused(data: Path, why: str) -> str:
    """A name for the folder of what stood here before: before-restore-20261128-190000."""
    name = f"before-{why}-{timezone.now().astimezone(VIETNAM):%Y%m%d-%H%M%S}"
    count = 1
    while (data / name).exists():
        count += 1
        name = f"{name.partition('_')[0]}_{count}"
    return name
