"""What people write to each other about: one of the house's registries, filled from the rooms above.

A kind says which records it is about, whom it concerns and what its text says. Kheo writes the text and
remembers that a person sent it; it sends nothing itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.units.models import Post, Role, Unit

Text = str | Promise

# Who reminds and answers others for their body. A reader only reads.
FOLLOWING = (
    Role.REPORTER,
    Role.SPECIALIST,
    Role.REGISTRAR,
    Role.HEAD,
    Role.DEPUTY,
    Role.CLERK,
    Role.INSPECTOR,
    Role.UNIT_ADMIN,
    Role.ADMIN,
)
ANYONE = tuple(role for role in Role if role != Role.READER)
# The words a text may hold between square brackets, in both languages, each with what it stands for.
WORDS: dict[str, tuple[str, Text]] = {
    "unit": ("đơn vị", _("to whom it goes")),
    "what": ("việc", _("what it is about")),
    "until": ("hạn", _("by which day")),
    "link": ("liên kết", _("the address that opens it")),
    "sender": ("người gửi", _("your name and your body")),
    "list": ("danh sách", _("the bodies that have not sent, one a line")),
    "done": ("đã gửi", _("how many have sent, of how many")),
}
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,40})\]")
# A list of names longer than this does not fit into a chat; the rest is told by number.
MOST_NAMED = 150


@dataclass(frozen=True)
class Kind:
    """One thing people write about.

    `rows(post)`: the records this post may look up. `check(post, thing)`: raises Refused where it may not
    write about one. `units(post, thing)`: the bodies it concerns. `words(post, thing)`: what, until, done
    and link (an address of this site, without its host). `group_text` names many bodies at once.
    """

    name: str
    label: Text
    purpose: str
    text: Text
    rows: Callable[[Post], models.QuerySet]
    units: Callable[[Post, Any], Sequence[Unit]]
    words: Callable[[Post, Any], Mapping[str, Any]]
    check: Callable[[Post, Any], None] = lambda post, thing: None
    group_text: Text = ""
    roles: tuple[str, ...] = FOLLOWING

    def require(self, post: Post, thing: Any, units: Sequence[Unit]) -> None:
        """Refuse whoever may not write about it. A reminder to one's own body needs no rank above it."""
        post.require(*self.roles)
        if not self.is_own(post, units):
            self.check(post, thing)

    def allows(self, post: Post | None, thing: Any, units: Sequence[Unit]) -> bool:
        """The same, asked without refusing."""
        if post is None:
            return False
        try:
            self.require(post, thing, units)
        except Refused:
            return False
        return True

    def is_own(self, post: Post, units: Sequence[Unit]) -> bool:
        """Whether it is a note to one's own body (nhắc việc): urging (đôn đốc) goes downward only."""
        return (
            self.purpose == "reminder"
            and bool(units)
            and all(unit.path_now == post.unit.path_now for unit in units)
        )

    @property
    def known_words(self) -> list[str]:
        """The words its texts hold, by which one sees what an office may use."""
        with override("en"):
            used = set(_BRACKETS.findall(f"{self.text} {self.group_text}"))
        return [name for name in WORDS if name in used]

    @property
    def vietnamese_words(self) -> list[str]:
        return [WORDS[name][0] for name in self.known_words]


@dataclass
class Kinds:
    kinds: dict[str, Kind] = field(default_factory=dict)

    def add(self, *kinds: Kind) -> None:
        """Add kinds once; the same name again replaces it, so that `ready()` may run twice."""
        for kind in kinds:
            self.kinds[kind.name] = kind

    def __getitem__(self, name: str) -> Kind:
        return self.kinds[name]

    def get(self, name: str) -> Kind | None:
        return self.kinds.get(name)

    def label(self, name: str) -> str:
        """What a kind is called; its bare name where its room is gone."""
        kind = self.kinds.get(name)
        return str(kind.label) if kind else name


kinds = Kinds()


# To one's own body: a plain note, nobody is asked politely to do their own work.
OWN_TEXT = _("Reminder: [what]. Until: [until]. Open: [link]")


def house_text(kind: Kind, *, group: bool = False, own: bool = False) -> str:
    """Kheo's own text, in Vietnamese whatever the reader's language: those it goes to read Vietnamese."""
    with override("vi"):
        return str(OWN_TEXT if own else kind.group_text if group else kind.text)


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its brackets replaced; a word that is not known stays as it was written."""
    names = {vietnamese: name for name, (vietnamese, _meaning) in WORDS.items()}

    def word(match: re.Match[str]) -> str:
        written = match[1].strip().lower()
        return words.get(names.get(written, written), match[0])

    return _BRACKETS.sub(word, text).strip()


def unknown_words(text: str, kind: Kind) -> list[str]:
    """What stands between brackets and means nothing to this kind."""
    known = {*kind.vietnamese_words, *kind.known_words}
    return [word for word in dict.fromkeys(_BRACKETS.findall(text)) if word.strip().lower() not in known]


def written(
    template: str, post: Post, about: Mapping[str, Any], units: Sequence[Unit], *, group: bool = False
) -> str:
    """The ready text of one message; `about` is what its kind says of the record."""
    with override("vi"):
        told = dict(about)
        link = told.pop("link", "")
        until = told.pop("until", None)
        words = {
            "unit": ", ".join(unit.with_area for unit in units) or gettext("the unit"),
            "until": _until(until),
            "link": absolute(link),
            "sender": f"{post.user}, {post.unit}",
            **{name: str(value) for name, value in told.items()},
        }
        if group:
            words["list"] = named(units)
        return filled(template, words)


def named(units: Sequence[Unit]) -> str:
    """Bodies one a line; a very long list ends with how many are left out."""
    lines = [f"- {unit.with_area}" for unit in units[:MOST_NAMED]]
    if len(units) > MOST_NAMED:
        lines.append(gettext("and %(n)s more bodies") % {"n": len(units) - MOST_NAMED})
    return "\n".join(lines)


def absolute(path: str) -> str:
    """An address that opens from outside; nothing is added to it that could follow a person."""
    return f"{settings.SITE_ADDRESS.rstrip('/')}{path}" if path.startswith("/") else path


def _until(day: date | None) -> str:
    if day is None:
        return gettext("regularly")
    told = short_date(day)
    return gettext("%(day)s, now overdue") % {"day": told} if day < today() else told
