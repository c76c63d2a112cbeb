"""When a person settles what is doubtful: other words for a cell and for all that say the same, or a line is
left out with a reason. Nothing of the file is rewritten; what was said instead stands beside it.
"""

from collections.abc import Mapping as Values
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.models import record
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.lists import checking
from kheo.lists.models import Correction, OfficeList, Row
from kheo.units.models import Post

# What is said of one line alone; a correction of the others holds for every cell that says the same.
OF_THE_LINE = {"name", "same_as", "contact_phone", "year_begun", "year_kind", "kind", "goal", "contact_name"}
TOGETHER = {"place", "field", "owner"}


def correct(row: Row, target: str, instead: str, *, by: Post) -> int:
    """Say something else instead of a cell. Answers how many lines are read anew by it."""
    office_list = row.list
    office_list.check_change(by)
    instead = nfc(" ".join(instead.split()))
    doubt = row.doubts.get(target, {})
    if not instead:
        raise Refused(_("Write or choose what it should be."))
    if len(instead) > 400:
        raise Refused(_("This is too long for a cell of the list."))
    if instead == "leave_out":
        return leave_out([row], _("The same as another line."), by=by)
    with transaction.atomic():
        if target in TOGETHER and doubt.get("why") not in ("place_missing", "field_missing", "field_several"):
            said = doubt.get("said") or row.said(target)
            Correction.objects.update_or_create(
                list=office_list,
                target=target,
                said=fold(said)[:400],
                defaults={"instead": instead, "by": by},
            )
            rows = [each for each in _waiting(office_list) if each.doubts.get(target, {}).get("said") == said]
        else:
            if target == "name" and instead == "other":
                row.typed["same_line"] = "other"
            elif target == "same_as":
                row.typed["same_as"] = instead
            elif target == "field" and instead.startswith("field:"):
                row.typed["field"] = instead
            elif target == "place" and instead.startswith("area:"):
                key = f"#{row.order}"
                Correction.objects.update_or_create(
                    list=office_list, target="place", said=fold(key), defaults={"instead": instead, "by": by}
                )
                row.typed["place"] = key
            else:
                row.typed[target] = instead
            row.save(update_fields=["typed"])
            rows = [row]
        if row.pk not in {each.pk for each in rows}:
            rows.append(row)
        record(office_list, "corrected_cells", by=by, changes={target: [None, len(rows)]})
        read_some(office_list, rows)
    return len(rows)


def all_different(office_list: OfficeList, *, by: Post) -> int:
    """Whatever only looks alike is another initiative."""
    office_list.check_change(by)
    rows = [
        each for each in _waiting(office_list) if each.doubts.get("same_as", {}).get("why") == "like_others"
    ]
    with transaction.atomic():
        for row in rows:
            row.typed["same_as"] = "none"
            row.doubts.pop("same_as")
            row.doubtful = Row.MUST if any(each["must"] for each in row.doubts.values()) else bool(row.doubts)
        Row.objects.rewrite(rows, ["typed", "doubts", "doubtful"])
        record(office_list, "corrected_cells", by=by, changes={"same_as": [None, len(rows)]})
    return len(rows)


def leave_out(rows: list[Row], reason: str, *, by: Post) -> int:
    """These lines are not loaded, for this reason."""
    if not rows:
        return 0
    office_list = rows[0].list
    office_list.check_change(by)
    if not reason.strip():
        raise Refused(_("Say why the line is left out."))
    with transaction.atomic():
        changed = Row.objects.filter(pk__in=[row.pk for row in rows], state=Row.State.NEW).update(
            state=Row.State.LEFT_OUT, left_out_reason=nfc(reason), left_out_by=by
        )
        record(office_list, "left_out_lines", by=by, changes={"lines": [None, changed]}, reason=nfc(reason))
    return changed


def leave_out_doubtful(office_list: OfficeList, reason: str, *, by: Post) -> int:
    """All lines that must still be settled."""
    rows = list(office_list.rows.filter(state=Row.State.NEW, doubtful=Row.MUST).select_related("list"))
    return leave_out(rows, reason, by=by)


def take_in_again(row: Row, *, by: Post) -> None:
    """A line that was left out belongs to the list after all."""
    row.list.check_change(by)
    with transaction.atomic():
        Row.objects.filter(pk=row.pk, state=Row.State.LEFT_OUT).update(
            state=Row.State.NEW, left_out_reason="", left_out_by=None
        )
        record(row.list, "corrected_cells", by=by, changes={"lines": [None, 1]})


def read_some(office_list: OfficeList, rows: list[Row]) -> None:
    """Read these lines anew, held against all the others."""
    checking.check(office_list, only={row.pk for row in rows})


def _waiting(office_list: OfficeList) -> list[Row]:
    rows = list(office_list.rows.filter(state=Row.State.NEW, doubtful__gt=Row.CLEAR).order_by("order"))
    for row in rows:
        row.list = office_list
    return rows


def values_of(data: Values[str, Any]) -> tuple[str, str]:
    """Target and words of a correction as a page sends it: what was chosen, else what was written."""
    target = str(data.get("target", ""))
    if target not in OF_THE_LINE | TOGETHER:
        raise Refused(_("This cell cannot be corrected here."))
    return target, str(data.get("choice") or data.get("instead") or "")
