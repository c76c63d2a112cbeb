# ruff: noqa: S608, S611  (names of our own columns, and what Django compiled)
"""A common word on PostgreSQL: what somebody may see is looked through, the newest first.

The index of words answers with all documents that hold a word, of whatever place and age, and to put a
million of them in order takes seconds. But a word that stands in many documents stands in many of the newest
too. So those are looked through as the indexes of places, bodies and kinds hand them out: a few thousand,
however many lie below. Only words that are rare among them are left for the index of words.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField, SmallIntegerField

from .models import Document
from .seen import Seen, met

# So many documents are looked through before it is judged whether more is worth it, and at most.
FEW, MOST = 1_500, 15_000
# The first look reaches so many ids down, and after one that found few the next this many times as far.
SPAN, WIDER = 5_000, 10
# Who sees so many places and bodies sees so much that one may walk along all documents.
WIDE = 5_000


@dataclass
class Newest:
    """The newest of what is seen. All documents whose id is not below `floor` were looked through.

    `steps` are what each step asks, as tsquery; `found` holds the ids that answer, by step.
    """

    seen: Seen
    steps: list[str]
    most: int
    looked_through: int = 0
    floor: int = 0
    found: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found = [[] for _ in self.steps]
        self._reach()

    def look(self, cursor: Any) -> None:
        """Look down until enough is found, or until it is plain that the index of words is quicker."""
        tops = self._tops(cursor)
        self.floor, span, at_once = max(tops, default=-1) + 1, SPAN, FEW
        while self.floor > 0 and self._is_worth_it():
            # Down from where a place that had nothing above begins: there may be a wide gap before it.
            begins = max((top + 1 for top in tops if top < self.floor), default=self.floor)
            span = SPAN if self.floor - begins > span else span
            lowest = max(0, begins - span)
            counted, least = self._look_between(cursor, lowest, at_once)
            self.looked_through += counted
            self.floor = least if counted == at_once else lowest
            span *= WIDER if counted < FEW else 1
            at_once = FEW if self.looked_through < FEW else MOST // 5

    @property
    def is_enough(self) -> bool:
        return self.floor <= 0 or len(self.found[0]) >= self.most

    def _is_worth_it(self) -> bool:
        """Whether some step that lacks something would have it after looking through `MOST` documents."""
        if self.looked_through < FEW:
            return True
        total = 0
        for found in map(len, self.found):
            total += found
            if total >= self.most:
                return False
            if found * (MOST / self.looked_through - 1) >= self.most - total:
                return True
        return False

    def _reach(self) -> None:
        """What is seen as conditions by kind, and the columns it is handed out by: (column, type, values).

        Ids stand in the conditions as they are: PostgreSQL hashes a list it is given whole, and need not
        guess how many rows a subquery answers. Without columns all documents are walked.
        """
        self.reached = Q(pk__in=[])
        areas: set[int] = set()
        units: set[int] = set()
        for reached, kinds in self.seen.alike():
            places, bodies = reached.ids()
            self.reached |= Q(kind__in=kinds) & (_one_of("area_id", places) | _one_of("unit_id", bodies))
            areas.update(places)
            units.update(bodies)
        self.others = self.seen.others
        self.arms: list[tuple[str, str, list[Any]]] = []
        if self.seen.reached is not None and len(areas) + len(units) <= WIDE:
            self.arms = [
                ("area_id", "bigint", sorted(areas)),
                ("unit_id", "bigint", sorted(units)),
                ("kind", "text", sorted(self.others)),
            ]

    @cached_property
    def rows(self) -> Q:
        """What is seen."""
        return self.seen.rows() if self.seen.reached is None else self.reached | met(self.others)

    def _tops(self, cursor: Any) -> list[int]:
        """The greatest id of each place, body and kind; none of what is seen lies above all of them.

        Those of which there is nothing are asked nothing more: conditions of kinds take long to put together.
        """
        if not self.arms:
            cursor.execute(
                f"SELECT max(id) FROM search_document {'WHERE public' if self.seen.public else ''}"
            )
            return [top for (top,) in cursor.fetchall() if top is not None]
        tops = [
            f"SELECT '{column}', value::text, (SELECT max(id) FROM search_document "
            f"WHERE {column} = value) AS id FROM unnest(%s::{kind}[]) AS value"
            for column, kind, _ in self.arms
        ]
        cursor.execute(
            f"SELECT * FROM ({' UNION ALL '.join(tops)}) AS tops WHERE id IS NOT NULL",
            [_array(values) for *_, values in self.arms],
        )
        found = cursor.fetchall()
        there: dict[str, set[str]] = {column: set() for column, *_ in self.arms}
        for column, value, _ in found:
            there[column].add(value)
        self.arms = [
            (column, kind, [v for v in values if str(v) in there[column]])
            for column, kind, values in self.arms
        ]
        self.others = {kind: asked for kind, asked in self.others.items() if kind in there["kind"]}
        return [pk for *_, pk in found]

    def _look_between(self, cursor: Any, lowest: int, at_once: int) -> tuple[int, int]:
        """Look through the newest `at_once` from `lowest` to `floor`: how many, and the least id."""
        near, values = self._near(lowest, at_once)
        loosest = [self.steps[0], self.steps[-1]]
        answers = (
            Document.objects.filter(
                self.reached | Q(kind__in=list(self.others)) if self.arms else self.rows,
                _holds('"search_document"."id" = ANY(ARRAY(SELECT id FROM near))'),
                _holds('"search_document"."lexemes" @@ (%s::tsquery || %s::tsquery)', *loosest),
            )
            .annotate(
                step=RawSQL(
                    "CASE "
                    + " ".join(
                        f'WHEN "search_document"."lexemes" @@ %s::tsquery THEN {step}'
                        for step in range(len(self.steps))
                    )
                    + " END",
                    self.steps,
                    output_field=SmallIntegerField(),
                )
            )
            .values_list("pk", "step", "kind")
        )
        sql, params = answers.query.get_compiler(Document.objects.db).as_sql()
        cursor.execute(
            f"WITH near (id) AS MATERIALIZED ({near}) {sql} "
            "UNION ALL SELECT min(id), -1 - count(*), '' FROM near",
            [*values, *params],
        )
        answered = cursor.fetchall()
        hidden = self._hidden([pk for pk, _, kind in answered if kind in self.others and self.arms])
        counted, least = 0, lowest
        for pk, step, _kind in answered:
            if step < 0:
                counted, least = -1 - step, pk
            elif pk not in hidden:
                self.found[step].append(pk)
        return counted, least

    def _hidden(self, ids: list[int]) -> set[int]:
        """Those among these ids, of kinds with conditions, that do not meet them."""
        if not ids:
            return set()
        return set(ids) - set(
            Document.objects.filter(met(self.others), pk__in=ids).values_list("pk", flat=True)
        )

    def _near(self, lowest: int, at_once: int) -> tuple[str, list[Any]]:
        """The ids of the newest `at_once` from `lowest` to `floor`: each arm gives so many of each value."""
        if not self.arms:
            walked = Document.objects.filter(self.rows, pk__gte=lowest, pk__lt=self.floor).order_by("-pk")
            sql, params = walked.values_list("pk")[:at_once].query.get_compiler(Document.objects.db).as_sql()
            return sql, list(params)
        arms = [
            f"(SELECT near.id FROM unnest(%s::{kind}[]) AS value CROSS JOIN LATERAL (SELECT id "
            f"FROM search_document WHERE {column} = value AND id >= %s AND id < %s "
            "ORDER BY id DESC LIMIT %s) AS near ORDER BY id DESC LIMIT %s)"
            for column, kind, _ in self.arms
        ]
        params = [
            param
            for *_, values in self.arms
            for param in (_array(values), lowest, self.floor, at_once, at_once)
        ]
        return f"SELECT id FROM ({' UNION '.join(arms)}) AS arms ORDER BY id DESC LIMIT %s", [
            *params,
            at_once,
        ]


def _holds(sql: str, *values: Any) -> RawSQL:
    return RawSQL(sql, values, output_field=BooleanField())


def _one_of(column: str, ids: list[int]) -> Q:
    return Q(_holds(f'"search_document"."{column}" = ANY(%s::bigint[])', _array(ids)))


def _array(values: list[Any]) -> str:
    """As PostgreSQL writes it: the driver takes milliseconds for a thousand ids."""
    return "{" + ",".join(map(str, values)) + "}"
