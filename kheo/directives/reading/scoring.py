"""How well the rules read a folder of documents with hand-made expectations.

A folder holds NAME.txt and NAME.expected.json. Measured are the document number; the references found, by
number, or
by title or issuer where they have none; the tasks found: the folded quote of the expectation lies in a read
task of the
same body; and the assignments that are right: their body is one the expectation names. A list the
expectation marks
incomplete (`references_complete: false`, `assignments_complete: false`) is left out of what would count
against the reader.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kheo.lib import document_numbers
from kheo.lib.aligned_text import Aligned
from kheo.lib.vietnamese import fold

from . import read
from .extract import text_of

# What the project asks of the reader, in hundredths.
AIMS = {"numbers": 100.0, "references": 95.0, "tasks": 90.0, "right": 85.0}


@dataclass
class Share:
    """So many of so many."""

    good: int = 0
    of: int = 0

    @property
    def percent(self) -> float:
        return 100.0 * self.good / self.of if self.of else 100.0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.good + other.good, self.of + other.of)

    def __str__(self) -> str:
        return f"{self.good}/{self.of} ({self.percent:.1f} %)"


@dataclass
class Result:
    """One document's counts and what was missed."""

    name: str
    numbers: Share
    references: Share
    references_right: Share
    tasks: Share
    bodies: Share
    right: Share
    head: Share
    missed: list[str] = field(default_factory=list)


@dataclass
class Score:
    """A folder's results and their sums."""

    results: list[Result]

    def total(self, what: str) -> Share:
        return sum((getattr(result, what) for result in self.results), Share())

    @property
    def reached(self) -> bool:
        return bool(self.results) and all(self.total(what).percent >= aim for what, aim in AIMS.items())


def _words(name: str) -> str:
    """A body's name for comparison: folded, usual abbreviations written out, without "các" and courtesies."""
    name = f" {_quote(name)} ".replace('"', "")
    for short, long in (
        (" ubnd ", " uy ban nhan dan "),
        (" hdnd ", " hoi dong nhan dan "),
        (" mttq ", " mat tran to quoc "),
        (" bcd ", " ban chi dao "),
        (" de nghi ", " "),
        (" cac ", " "),
        (" cap ", " "),
        (" & ", " va "),
    ):
        name = name.replace(short, long)
    return " ".join(name.replace(",", " ").replace(";", " ").replace("-", " ").split())


# Words that name no body by themselves: equal they are the same, but being part of a longer name says
# nothing.
_GENERAL = {
    "don vi",
    "co quan",
    "dia phuong",
    "to chuc",
    "doan the",
    "doanh nghiep",
    "co quan don vi",
    "don vi lien quan",
    "ca nhan",
    "dong chi",
}


def same_body(one: str, other: str) -> bool:
    """Whether two written names mean one body: equal, or the shorter is wholly in the longer, at a word's
    border."""
    a, b = _words(one), _words(other)
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    if short in _GENERAL:
        return False
    return len(short.split()) >= 2 and f" {short} " in f" {long} "


def _same_bodies(read_names: list[str], expected: list[str]) -> bool:
    ones, others = [*read_names, ", ".join(read_names)], [*expected, ", ".join(expected)]
    return any(same_body(one, other) for one in ones for other in others)


def _quote(text: str) -> str:
    """Words for comparison: folded, one kind of dash and quotation mark, no dots for words left out."""
    return " ".join(Aligned(text).fold.replace("...", " ").strip(" .;,:").split())


def judge(name: str, reading: dict[str, Any], expected: dict[str, Any]) -> Result:
    """Holds one reading (as JSON) against its expectation."""
    missed: list[str] = []
    wanted = expected.get("doc_number")
    number_good = (
        (reading["doc_number"] is None)
        if wanted is None
        else document_numbers.key(reading["doc_number"] or "") == document_numbers.key(wanted)
    )
    if not number_good:
        missed.append(f"number: {reading['doc_number']} for {wanted}")
    head = Share()
    for key in ("doc_type", "issuer", "issued_on", "title"):
        if expected.get(key):
            good = _quote(str(reading.get(key) or "")).strip(' ."') == _quote(str(expected[key])).strip(' ."')
            head += Share(int(good), 1)
            if not good:
                missed.append(f"{key}: {reading.get(key)} for {expected[key]}")

    references = Share()
    matched: set[int] = set()
    for reference in expected.get("references", []):
        found = _find_reference(reference, reading["references"])
        references += Share(int(found is not None), 1)
        if found is None:
            missed.append(
                f"reference: {reference.get('number') or reference.get('title') or reference.get('issuer')}"
            )
        else:
            matched.add(found)
    sure = [i for i, reference in enumerate(reading["references"]) if not reference["unsure"]]
    complete = expected.get("references_complete", True)
    references_right = Share(len([i for i in sure if i in matched]), len(sure)) if complete else Share()

    tasks, bodies = Share(), Share()
    for assignment in expected.get("assignments", []):
        same = [one for one in reading["assignments"] if _same_bodies(_names_of(one), assignment["body"])]
        bodies += Share(int(bool(same)), 1)
        if not same:
            missed.append(f"body: {assignment['body']}")
        said = [_quote(task) for one in same for task in one["tasks"]]
        for task in assignment["tasks"]:
            good = any(_quote(task) in read_task for read_task in said)
            tasks += Share(int(good), 1)
            if not good:
                missed.append(f"task: {assignment['body'][0]}: {task}")
    right = Share()
    if expected.get("assignments_complete", True):
        names = [body for assignment in expected.get("assignments", []) for body in assignment["body"]]
        for assignment in reading["assignments"]:
            good = _same_bodies(_names_of(assignment), names)
            right += Share(int(good), 1)
            if not good:
                missed.append(f"not expected: {assignment['body']}: {assignment['tasks'][:1]}")
    return Result(
        name, Share(int(number_good), 1), references, references_right, tasks, bodies, right, head, missed
    )


def _names_of(assignment: dict[str, Any]) -> list[str]:
    return list(assignment["body"])


def _find_reference(wanted: dict[str, Any], read_ones: list[dict[str, Any]]) -> int | None:
    if wanted.get("number"):
        for index, one in enumerate(read_ones):
            if (
                one["number"]
                and document_numbers.key(one["number"]) == document_numbers.key(wanted["number"])
                and not (
                    wanted.get("issued_on") and one["issued_on"] and wanted["issued_on"] != one["issued_on"]
                )
            ):
                return index
        return None
    for index, one in enumerate(read_ones):
        if one["number"]:
            continue
        for key in ("title", "issuer"):
            a, b = fold(wanted.get(key) or ""), fold(one.get(key) or "")
            if a and b and a != "quoc hoi" and (a in b or b in a):
                return index
    return None


def score(folder: str | Path) -> Score:
    """Reads every NAME.txt of the folder that has a NAME.expected.json; raises FileNotFoundError when none
    has."""
    results = []
    for expected_path in sorted(Path(folder).glob("*.expected.json")):
        stem = expected_path.name.removesuffix(".expected.json")
        source = next(
            (
                path
                for suffix in (".txt", ".docx", ".pdf")
                if (path := expected_path.with_name(stem + suffix)).exists()
            ),
            None,
        )
        if source is None:
            continue
        reading = read(text_of(source, source.name).text).as_json()
        results.append(judge(stem, reading, json.loads(expected_path.read_text(encoding="utf-8"))))
    if not results:
        raise FileNotFoundError(f"no NAME.txt with NAME.expected.json in {folder}")
    return Score(results)
