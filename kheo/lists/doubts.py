"""The sentence for each doubt about a cell, and what may be said instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kheo.initiatives.models import Initiative
from kheo.lists import columns
from kheo.lists.models import Row


@dataclass(frozen=True)
class Doubt:
    """A doubtful cell as a page shows it: what it says, why it is doubtful, what it may be instead."""

    target: str
    label: str
    said: str
    why: str
    must: bool
    choices: list[tuple[str, str]]


def sentence(why: str, more: dict[str, Any]) -> str:
    """What a person reads."""
    sentences = {
        "name_missing": _("The line has no name of an initiative."),
        "name_long": _("The name has more than 300 letters. Shorten it."),
        "same_line": _("The same as line %(line)s."),
        "place_missing": _("The line names no commune."),
        "place_unknown": _("No such place is known on the day of the list."),
        "place_of_another_time": _("%(was)s did not exist on the day of the list. Choose where it lay then."),
        "place_of_several": _("Several places bear this name. Choose the one that is meant."),
        "place_wide": _("Only a place above the communes is named; it will not be in the yearly figures."),
        "place_spelling": _("Written otherwise; read as %(is)s."),
        "outside_reach": _("%(said)s lies outside the reach of your post."),
        "field_missing": _("The line names no field of work."),
        "field_unknown": _("Not a field of work."),
        "field_several": _("Several fields of work are marked. Choose one."),
        "owner_missing": _("No body is known at this place that could lead it. Write who leads it."),
        "owner_several": _("Several bodies bear this name. Choose the one that is meant."),
        "owner_new": _("Not among the known bodies: it is added under %(under)s."),
        "year_kind_unknown": _("Neither new nor continuing."),
        "year_odd": _("No year can be read here."),
        "year_later": _("Later than the year of the list."),
        "phone_odd": _("This is no phone number; it is left out."),
        "same_name": _("“%(other)s” is there already: this line is taken for another year of it."),
        "like_others": _("“%(other)s” is there already and looks alike. Is it the same?"),
    }
    text = str(sentences.get(why, why))
    return text % more if "%(" in text else text


def told(rows: Iterable[Row]) -> None:
    """Give each row `told`: its doubts, those that must be settled first. One query for all likenesses."""
    rows = list(rows)
    wanted = {
        int(value)
        for row in rows
        for value, _label in row.doubts.get("same_as", {}).get("choices", [])
        if value.isdecimal()
    }
    others = Initiative.objects.in_bulk(wanted)
    for row in rows:
        found = [_told(row, target, doubt, others) for target, doubt in row.doubts.items()]
        row.told = sorted(found, key=lambda doubt: not doubt.must)  # type: ignore[attr-defined]


def _told(row: Row, target: str, doubt: dict[str, Any], others: dict[int, Initiative]) -> Doubt:
    labels = {"same_as": _("Same as another"), "place": _("Place")}
    known = columns.BY_NAME.get(target)
    other = others.get(doubt.get("of", 0))
    more = {**doubt, "other": other.name if other else ""}
    choices = []
    for value, label in doubt["choices"]:
        if target == "same_as":
            label = (
                _("another initiative") if value == "none" else _("the same as “%s”") % _name(others, value)
            )
        elif value == "other":
            label = _("another initiative of that name")
        elif value == "leave_out":
            label = _("leave this line out")
        choices.append((value, label))
    said = doubt.get("said") or (row.said(target) if target != "same_as" else row.name)
    label = labels.get(target) or (str(known.label) if known else target)
    return Doubt(target, label, said, sentence(doubt["why"], more), doubt["must"], choices)


def _name(others: dict[int, Initiative], value: str) -> str:
    found = others.get(int(value))
    return found.name if found else value
