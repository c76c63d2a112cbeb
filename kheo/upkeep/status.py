"""How the installation stands, as lines of green, amber and red with what to do beside each.

Who has something to say adds a source, here or in a room above:

    status.add("backups", _("Backups"), lines, 20)

`lines()` gives any number of Lines from a fixed number of queries. A red line also stands on the first page
of the administrator, if its source is among those asked there (`urgent=True`; it must cost little).
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.units.models import Role

log = logging.getLogger("kheo.upkeep")
Text = str | Promise

GREEN, AMBER, RED, PLAIN = "ok", "wait", "warn", "info"
WORDS = {GREEN: _("good"), AMBER: _("soon"), RED: _("act now"), PLAIN: _("for information")}
_GRAVITY = (RED, AMBER, GREEN, PLAIN)


@dataclass(frozen=True)
class Line:
    """One fact: how it stands (`tone`), in a sentence, and what to do about it.

    `command` is what the administrator types on the machine; `url` and `label` a page that helps; `detail`
    what those who maintain Kheo will ask for.
    """

    tone: str
    said: Text
    todo: Text = ""
    command: str = ""
    url: str = ""
    label: Text = ""
    detail: str = ""

    @property
    def word(self) -> Text:
        return WORDS[self.tone]


Lines = Callable[[], Iterable[Line]]


@dataclass(frozen=True)
class Source:
    name: str
    title: Text
    lines: Lines
    order: int = 100
    urgent: bool = False

    def ask(self) -> list[Line]:
        """What this source says; where it fails, that is a red line of its own, and the rest still shows."""
        try:
            return list(self.lines())
        except Exception:
            log.exception("The state of “%s” could not be found out.", self.name)
            said = _("This could not be found out.")
            return [Line(RED, said, _("The journal of the system says why."), "journalctl -u kheo-web -n 50")]


@dataclass
class Status:
    sources: list[Source] = field(default_factory=list)

    def add(self, name: str, title: Text, lines: Lines, order: int = 100, *, urgent: bool = False) -> None:
        """Add a source once; the same name again replaces it."""
        kept = [each for each in self.sources if each.name != name]
        self.sources = sorted([*kept, Source(name, title, lines, order, urgent)], key=lambda s: s.order)

    def sections(self) -> list[tuple[Source, str, list[Line]]]:
        """Each source with its gravest tone and its lines, in order; silent ones are left out."""
        asked = [(source, source.ask()) for source in self.sources]
        return [(source, gravest(lines), lines) for source, lines in asked if lines]

    def red(self) -> list[tuple[Source, Line]]:
        """The red lines of the sources that are asked on the administrator's first page."""
        return [
            (source, line)
            for source in self.sources
            if source.urgent
            for line in source.ask()
            if line.tone == RED
        ]


def gravest(lines: Iterable[Line]) -> str:
    """The tone that matters most among the lines."""
    tones = {line.tone for line in lines}
    return next((tone for tone in _GRAVITY if tone in tones), PLAIN)


def looks_after(request: HttpRequest) -> bool:
    """Whether this person, as they act now, looks after the installation."""
    post = getattr(request, "post", None)
    return post is not None and post.role == Role.ADMIN


def urgent(request: HttpRequest) -> dict[str, Any] | None:
    """The panel of the first page: what is red, for the administrator alone."""
    if not looks_after(request):
        return None
    rows = status.red()
    return {"rows": rows} if rows else None


status = Status()
