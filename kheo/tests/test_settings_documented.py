"""docs/settings.md names every variable that is read, and none that isn't."""

import re
from collections.abc import Iterator
from pathlib import Path

from kheo.lib.configuration import SETTINGS

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLE = re.compile(r"\bKHEO_[A-Z_0-9]+\b")


def readers() -> Iterator[Path]:
    yield from (path for path in (ROOT / "kheo").rglob("*.py") if path != Path(__file__))
    yield from (path for folder in ("script", ".ci") for path in (ROOT / folder).iterdir() if path.is_file())


def test_the_page_names_every_variable():
    read = {name for path in readers() for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    told = set(VARIABLE.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert told == read


def test_the_settings_file_knows_every_setting():
    """Each line of the page's first table is a Setting of kheo/lib/configuration.py, in the same order."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    first_table = page.split("Beside the file:")[0]
    assert re.findall(r"^\| `(KHEO_[A-Z_0-9]+)`", first_table, re.M) == [setting.name for setting in SETTINGS]
