"""Tables pasted from Word, Excel or a web page, as rows for the forms of a plan. A person checks them."""

import re
from typing import Any

from kheo.lib.vietnamese import fold, nfc
from kheo.plans.models.criteria import DEEPEST

# "TT", "STT", "Số TT": the head of a column of running numbers.
_RUNNING = re.compile(r"(so )?(s?tt|so thu tu)")
_NUMBER = re.compile(r"\d{1,3}[.)]?")
_HEADS = ("nhiem vu", "noi dung", "chi tieu", "tieu chi", "viec", "tieu chuan", "noi dung cong viec")
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_POINTS = re.compile(r"[\s(]*?\(?\s*(\d+(?:[.,]\d{1,2})?)\s*(?:điểm|đ)\s*\)?\s*[.;]?$", re.IGNORECASE)
# How criteria are numbered, from the outermost mark to the innermost.
_MARKS = [
    re.compile(r"(?:[IVX]+|[A-H])[.)]\s+"),
    re.compile(r"\d{1,2}[.)]\s+"),
    re.compile(r"\d{1,2}\.\d{1,2}[.)]?\s+"),
    re.compile(r"(?:\d{1,2}\.\d{1,2}\.\d{1,2}[.)]?|[a-zđ]\))\s+"),
    re.compile(r"[-+*•–]\s+"),
]
_MARK_ALONE = re.compile(r"(?:[IVX]+|[A-H]|\d{1,2}(?:\.\d{1,2}){0,2})[.)]?|[a-zđ]\)?|[-+*•–]")


def cells_of(text: str) -> list[list[str]]:
    """The lines of a pasted table in cells, without its heading, its running numbers and empty lines."""
    rows = [[" ".join(cell.split()) for cell in line.split("\t")] for line in nfc(text).splitlines()]
    rows = [row for row in rows if any(row)]
    if rows and (_RUNNING.fullmatch(fold(rows[0][0])) or fold(rows[0][0]) in _HEADS):
        head = rows.pop(0)
        if _RUNNING.fullmatch(fold(head[0])):
            return [row[1:] for row in rows if len(row) > 1]
    if rows and all(len(row) > 1 and _NUMBER.fullmatch(row[0]) for row in rows):
        return [row[1:] for row in rows]
    return rows


def tasks(text: str) -> list[dict[str, Any]]:
    """Task, who leads, product, by when: one row a line."""
    rows = []
    for cells in cells_of(text):
        task, lead, product, when = (*cells, "", "", "", "")[:4]
        if not when and _DAY.search(product):
            product, when = "", product
        day = _DAY.search(when)
        rows.append(
            {
                "text": task,
                "lead": lead[:300],
                "product": product[:300],
                "due_on": day[0] if day else "",
                "cadence": "" if day else when[:60],
            }
        )
    return rows


def targets(text: str) -> list[dict[str, Any]]:
    """Target, amount: one row a line."""
    return [{"name": cells[0][:200], "amount": (*cells, "")[1]} for cells in cells_of(text)]


def criteria(text: str) -> list[dict[str, Any]]:
    """Criterion, most points: nested as its numbers say (I. 1. 1.1. a) -)."""
    lines = [[" ".join(cell.split()) for cell in line.split("\t")] for line in nfc(text).splitlines()]
    rows: list[dict[str, Any]] = []
    above: list[int] = []
    for cells in lines:
        cells = [cell for cell in cells if cell]
        if not cells or _RUNNING.fullmatch(fold(cells[0])) or fold(cells[0]) in _HEADS:
            continue
        # The number may stand in a cell of its own.
        if len(cells) > 1 and _MARK_ALONE.fullmatch(cells[0]):
            mark = cells[0].rstrip(".)")
            sign = ")" if mark.islower() else "." if mark.isalnum() or "." in mark else ""
            cells = [f"{mark}{sign} {cells[1]}", *cells[2:]]
        words, points = cells[0], (*cells, "")[1]
        if not points and (found := _POINTS.search(words)):
            words, points = words[: found.start()].rstrip(" (:,"), found[1]
        rank = next((place for place, mark in enumerate(_MARKS) if mark.match(words)), None)
        if rank is None:
            # An unnumbered line stands beside the one before it.
            depth = max(len(above) - 1, 0)
        else:
            words = _MARKS[rank].sub("", words, count=1)
            while above and above[-1] >= rank:
                above.pop()
            depth = len(above)
            above.append(rank)
        rows.append(
            {"text": words, "max_points": points.replace(".", ","), "depth": str(min(depth, DEEPEST))}
        )
    return rows
