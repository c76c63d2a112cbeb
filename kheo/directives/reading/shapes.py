"""What a reading is made of. Every item carries (start, end) offsets of the text it came from, a confidence
and a reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# From here on an item is shown as read; below it is marked as unsure, and a person decides.
SURE = 0.6

Span = tuple[int, int]


@dataclass
class Found:
    """One field as read: the value, where it stands, how sure the rules are (0..1) and why."""

    value: str | None
    span: Span | None = None
    confidence: float = 0.0
    reason: str = ""

    @property
    def unsure(self) -> bool:
        return self.confidence < SURE

    def as_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "span": list(self.span) if self.span else None,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
        }


@dataclass
class Reference:
    """Another document this one names. `number` is canonical; `printed` is how the text writes it."""

    number: str | None
    printed: str | None
    doc_type: str | None
    issuer: str | None
    issued_on: str | None
    title: str | None
    relation: str
    written: str
    span: Span
    confidence: float
    reason: str = ""
    further_spans: list[Span] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "type": self.doc_type,
            "issuer": self.issuer,
            "issued_on": self.issued_on,
            "title": self.title,
            "relation": self.relation,
            "written_in_text": self.written,
            "span": list(self.span),
            "also_at": [list(span) for span in self.further_spans],
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
            "unsure": self.confidence < SURE,
        }


@dataclass
class AddressedBody:
    """A body a task is given to, as written, with the function and the level it seems to mean."""

    name: str
    function: str
    level: str
    span: Span
    confidence: float
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "function": self.function,
            "level": self.level or None,
            "span": list(self.span),
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
        }


@dataclass
class Task:
    """One task in the document's words; `parts` are its clauses where it holds several."""

    text: str
    span: Span
    leads: bool = False
    follows_up: bool = False
    cooperates_with: list[str] = field(default_factory=list)
    directs: list[str] = field(default_factory=list)
    deadline: str | None = None
    deadline_on: str | None = None
    deadline_span: Span | None = None
    cadence: str | None = None
    cadence_span: Span | None = None
    product: str | None = None
    parts: list[str] = field(default_factory=list)
    confidence: float = 0.8
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "span": list(self.span),
            "lead": self.leads,
            "follows_up": self.follows_up,
            "cooperates_with": self.cooperates_with,
            "directs": self.directs,
            "deadline": self.deadline,
            "deadline_on": self.deadline_on,
            "deadline_span": list(self.deadline_span) if self.deadline_span else None,
            "cadence": self.cadence,
            "cadence_span": list(self.cadence_span) if self.cadence_span else None,
            "product": self.product,
            "parts": self.parts,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
        }


@dataclass
class Assignment:
    """Bodies and what they are asked to do."""

    bodies: list[AddressedBody]
    written: str
    tasks: list[Task]
    span: Span
    where: str
    strength: str | None
    confidence: float
    reason: str
    cooperates_with: list[str] = field(default_factory=list)
    under_direction_of: str | None = None

    @property
    def unsure(self) -> bool:
        return self.confidence < SURE

    def as_json(self) -> dict[str, Any]:
        levels = [body.level for body in self.bodies if body.level]
        cooperates = list(
            dict.fromkeys(
                [*self.cooperates_with, *(name for task in self.tasks for name in task.cooperates_with)]
            )
        )
        return {
            "body": [body.name for body in self.bodies],
            "body_class": [body.function for body in self.bodies],
            "level": levels[0] if levels else None,
            "written": self.written,
            "tasks": [task.text for task in self.tasks],
            "deadline": next((task.deadline for task in self.tasks if task.deadline), None),
            "cadence": next((task.cadence for task in self.tasks if task.cadence), None),
            "cooperates_with": cooperates,
            "lead": any(task.leads for task in self.tasks),
            "follows_up": any(task.follows_up for task in self.tasks),
            "under_direction_of": self.under_direction_of,
            "where": self.where,
            "strength": self.strength,
            "span": list(self.span),
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
            "unsure": self.unsure,
            "bodies": [body.as_json() for body in self.bodies],
            "task_details": [task.as_json() for task in self.tasks],
        }


@dataclass
class Reading:
    """Everything the rules read in one text. `candidates` are duties said for form's sake, kept for a
    person to see."""

    number: Found
    doc_type: Found
    issuer: Found
    issued_on: Found
    place: Found
    title: Found
    text_kind: Found
    references: list[Reference]
    assignments: list[Assignment]
    candidates: list[Assignment]
    addressees: list[AddressedBody]
    marks: dict[str, Found]
    findings: list[Found] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The shape of the `*.expected.json` files, with spans, confidence and reasons added."""
        return {
            "doc_number": self.number.value,
            "doc_type": self.doc_type.value,
            "issuer": self.issuer.value,
            "issued_on": self.issued_on.value,
            "place": self.place.value,
            "title": self.title.value,
            "text_kind": self.text_kind.value,
            "fields": {
                name: getattr(self, name).as_json()
                for name in ("number", "doc_type", "issuer", "issued_on", "place", "title", "text_kind")
            },
            "addressees": [body.as_json() for body in self.addressees],
            "references": [reference.as_json() for reference in self.references],
            "assignments": [
                {"id": f"A{index}", **assignment.as_json()}
                for index, assignment in enumerate(self.assignments, 1)
            ],
            "candidates": [assignment.as_json() for assignment in self.candidates],
            "findings": {"shortcomings": [finding.value for finding in self.findings]},
            "marks": {name: mark.as_json() for name, mark in self.marks.items()},
        }

    def spans(self) -> Iterable[Span]:
        """Every span of the reading, for pages that colour the source text and for tests."""
        for found in (
            self.number,
            self.doc_type,
            self.issuer,
            self.issued_on,
            self.place,
            self.title,
            *self.marks.values(),
            *self.findings,
        ):
            if found.span:
                yield found.span
        for reference in self.references:
            yield reference.span
            yield from reference.further_spans
        for body in self.addressees:
            yield body.span
        for assignment in (*self.assignments, *self.candidates):
            yield assignment.span
            yield from (body.span for body in assignment.bodies)
            for task in assignment.tasks:
                yield task.span
                yield from (span for span in (task.deadline_span, task.cadence_span) if span)
