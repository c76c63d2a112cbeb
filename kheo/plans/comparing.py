"""What a version of a plan changed against the one before it, section by section."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.plans.models import Plan

TITLES: dict[str, str | Promise] = {
    "about": _("Basis, theme and content"),
    "fields": _("Chosen fields"),
    "tasks": _("Task table"),
    "targets": _("Targets and quotas"),
    "criteria": _("Criteria"),
    "calendar": _("Calendar"),
    "form": _("Registration form"),
}


@dataclass(frozen=True)
class Change:
    """Lines of one section: (sign, text) with "+" for new, "-" for gone, " " for a line kept beside them."""

    title: str | Promise
    lines: list[tuple[str, str]]

    @property
    def came(self) -> int:
        return sum(sign == "+" for sign, _text in self.lines)

    @property
    def went(self) -> int:
        return sum(sign == "-" for sign, _text in self.lines)


def changes(before: Plan, after: Plan) -> list[Change]:
    """The sections that differ, in the order of the plan."""
    found = []
    for section, title in TITLES.items():
        old, new = before.lines(section), after.lines(section)
        if old == new:
            continue
        lines: list[tuple[str, str]] = []
        for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if step == "equal":
                continue
            lines += [("-", line) for line in old[a:b]] + [("+", line) for line in new[c:d]]
        found.append(Change(title, lines))
    return found
