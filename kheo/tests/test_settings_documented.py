"""docs/settings.md names every variable that is read, and none that isn't."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLE = re.compile(r"\bKHEO_[A-Z_]+\b")


def readers() -> Iterator[Path]:
    yield from (path for path in (ROOT / "kheo").rglob("*.py") if path != Path(__file__))
    yield from (path for folder in ("script", ".ci") for path in (ROOT / folder).iterdir() if path.is_file())


def test_the_page_names_every_variable():
    read = {name for path in readers() for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    told = set(VARIABLE.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert told == read
