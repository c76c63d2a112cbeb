"""What the law expects of the organisation of an emulation movement, held against a plan.

Expectations are dated: a plan is held only against those of its own year. They are shown, never enforced:
what was signed on paper is recorded as it was signed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import FOREVER, Period
from kheo.lib.vietnamese import fold
from kheo.plans.models import CalendarEntry, Plan


@dataclass
class Facts:
    """What a plan holds, read once: its words folded, the kinds of its dates, what its parts contain."""

    plan: Plan
    words: str
    dates: set[str]
    fields: bool
    criteria: bool
    tasks: bool


@dataclass(frozen=True)
class Expectation:
    """One thing the law expects from `since` until `until`; `met` answers for a plan."""

    sentence: str | Promise
    basis: str
    met: Callable[[Facts], bool]
    since: date = date(2024, 1, 1)
    until: date = FOREVER


@dataclass(frozen=True)
class Lack:
    """One thing a plan lacks, and where the law says so."""

    sentence: str
    basis: str

    def __str__(self) -> str:
        return f"{self.sentence} ({self.basis})"


def _says(facts: Facts, *phrases: str) -> bool:
    return any(phrase in facts.words for phrase in phrases)


def _dated(facts: Facts, *kinds: str) -> bool:
    return bool(facts.dates.intersection(kinds))


LAW = "Luật Thi đua, khen thưởng 2022, Điều 17"
Kind = CalendarEntry.Kind

# Luật 06/2022/QH15, in force since 1/1/2024.
EXPECTED = [
    Expectation(
        _("It does not say what it is to achieve."),
        f"{LAW}, khoản 1",
        lambda facts: bool(facts.plan.objective or facts.plan.movement.objective),
    ),
    Expectation(
        _("It does not say where it applies and who takes part."),
        f"{LAW}, khoản 1",
        lambda facts: bool(
            facts.plan.participants
            or (facts.plan.movement.scope_text and facts.plan.movement.participants)
        ),
    ),
    Expectation(
        _("It names no content for the year: neither chosen fields nor content of its own."),
        f"{LAW}, khoản 1",
        lambda facts: facts.fields or bool(facts.plan.content),
    ),
    Expectation(_("It has no criteria."), f"{LAW}, khoản 1", lambda facts: facts.criteria),
    Expectation(
        _("It has no timetable: no date for registration, reports or reviews."),
        f"{LAW}, khoản 1",
        lambda facts: bool(facts.dates),
    ),
    Expectation(
        _("It does not say how it is carried out: neither ways nor a task table."),
        f"{LAW}, khoản 1",
        lambda facts: facts.tasks or bool(facts.plan.methods),
    ),
    Expectation(
        _("It does not say how the movement is launched and registered for."),
        f"{LAW}, khoản 2",
        lambda facts: _dated(facts, Kind.REGISTRATION) or _says(facts, "phat dong", "dang ky"),
    ),
    Expectation(
        _("It plans no inspection or supervision."),
        f"{LAW}, khoản 3",
        lambda facts: _dated(facts, Kind.INSPECTION) or _says(facts, "kiem tra", "giam sat"),
    ),
    Expectation(
        _("It does not say how good examples are made known, fostered and replicated."),
        f"{LAW}, khoản 4",
        lambda facts: _says(facts, "tuyen truyen", "nhan rong", "boi duong"),
    ),
    Expectation(
        _("It sets no interim or final review."),
        f"{LAW}, khoản 5",
        lambda facts: _dated(facts, Kind.REVIEW) or _says(facts, "so ket", "tong ket"),
    ),
    Expectation(
        _("It does not say how those who did well are commended."),
        f"{LAW}, khoản 5",
        lambda facts: _says(facts, "khen thuong", "bieu duong", "ton vinh"),
    ),
]  # fmt: skip


def lacks(plan: Plan) -> list[Lack]:
    """What a plan lacks of that, in the order of the law. Four queries."""
    day = Period.year(plan.year).last
    expected = [each for each in EXPECTED if each.since <= day < each.until]
    if not expected:
        return []
    tasks = list(plan.tasks.all())
    fields = list(plan.chosen_fields.all())
    dates = list(plan.calendar.all())
    words = [getattr(plan, name) for name in ("theme", "objective", "content", "methods")]
    words += [task.text for task in tasks] + [field.content for field in fields]
    words += [entry.name for entry in dates]
    facts = Facts(
        plan=plan,
        words=fold("\n".join(words)),
        dates={entry.kind for entry in dates},
        fields=bool(fields),
        criteria=plan.criteria_sets.filter(criteria__isnull=False).exists(),
        tasks=bool(tasks),
    )
    return [Lack(str(each.sentence), each.basis) for each in expected if not each.met(facts)]
