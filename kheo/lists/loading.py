"""The long work on a list, done by the worker some hundred rows at a time, each part in its own transaction.

Whatever stops it half-way, it goes on where it was when it is begun again: a row that is loaded is marked in
the transaction that loads it, and what it made bears its mark (`Row.identity`).
"""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from kheo.audit.models import record
from kheo.initiatives import taking_over
from kheo.initiatives.models import Enrolment, Initiative, Step
from kheo.initiatives.taking_over import Line
from kheo.lib.database import analyse
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.lists import checking
from kheo.lists.models import TAKERS, OfficeList, Row
from kheo.places.models import Area, Level
from kheo.plans.models import current_movement
from kheo.search.models import Document
from kheo.tallies.models import Cell
from kheo.units import typed
from kheo.units.models import Post, Unit

log = logging.getLogger("kheo.lists")
AT_ONCE = 500


# What pages ask for


def name_columns(office_list: OfficeList, *, by: Post, mapping: list[str], **facts: Any) -> None:
    """A person has said what the list is and what its columns hold: its rows are read."""
    with transaction.atomic():
        office_list.describe(by=by, mapping=mapping, **facts)
        read_rows.enqueue(office_list.pk)


def read_again(office_list: OfficeList, *, by: Post) -> None:
    """After corrections: every row that waits is read anew."""
    office_list.check_change(by)
    with transaction.atomic():
        total = office_list.rows.filter(state=Row.State.NEW).count()
        changed = OfficeList.objects.filter(pk=office_list.pk, state=OfficeList.State.CHECKING, work="")
        if changed.update(work="read", done=0, total=total, stopped_by="") != 1:
            raise FasterColleague(_("Somebody else is working on this list. Look at it again."))
        read_rows.enqueue(office_list.pk)


def ask_to_load(office_list: OfficeList, *, by: Post) -> None:
    """Load what is clear. Everything doubtful is settled before: a list is loaded whole."""
    with transaction.atomic():
        begin_to_load(office_list, by=by)
        load_rows.enqueue(office_list.pk, by.pk)


def begin_to_load(office_list: OfficeList, *, by: Post) -> None:
    """The list may be loaded, and nobody else begins it."""
    by.require(*TAKERS, unit=office_list.unit)
    if office_list.state == OfficeList.State.LOADED:
        raise Refused(_("The list has been loaded already."))
    if current_movement() is None:
        raise Refused(_("No movement has been launched yet. Ask the province to launch one."))
    if left := office_list.counts()["must"]:
        raise Refused(
            _("%d lines are still doubtful. Settle them or leave them out; then load the list whole.") % left
        )
    total = office_list.rows.to_load().count()
    if not total:
        raise Refused(_("No line can be loaded yet. Settle the doubtful ones, or leave them out."))
    with transaction.atomic():
        office_list.claim("load", state="checking", becomes="loading", by=by, verb="list_load_begun")
        OfficeList.objects.filter(pk=office_list.pk).update(total=total)


def ask_to_take_back(office_list: OfficeList, *, by: Post, reason: str) -> None:
    """Withdraw everything the list brought in; what others have built on since stays and is named."""
    by.require(*TAKERS, unit=office_list.unit)
    if not reason.strip():
        raise Refused(_("Say why the load is taken back."))
    with transaction.atomic():
        total = office_list.rows.filter(state=Row.State.LOADED).count()
        office_list.claim(
            "take_back", state="loaded", becomes="loaded", by=by, verb="list_taking_back", reason=nfc(reason)
        )
        OfficeList.objects.filter(pk=office_list.pk).update(
            total=total, taken_back_reason=nfc(reason), taken_back_by=by, taken_back_at=timezone.now()
        )
        take_back_rows.enqueue(office_list.pk, by.pk)


# What the worker does


@task()
def read_rows(pk: int) -> None:
    _work(pk, "read", read_all)


@task()
def load_rows(pk: int, post: int) -> None:
    _work(pk, "load", lambda office_list: load_all(office_list, by=Post.objects.get(pk=post)))


@task()
def take_back_rows(pk: int, post: int) -> None:
    _work(pk, "take_back", lambda office_list: take_back_all(office_list, by=Post.objects.get(pk=post)))


def _work(pk: int, work: str, do: Callable[[OfficeList], None]) -> None:
    """Do it if it is still to be done. A refusal is kept for the page; the rest is the worker's to tell."""
    office_list = OfficeList.objects.select_related("unit__area", "by__unit__area", "by__user").get(pk=pk)
    if office_list.work != work:
        return
    try:
        do(office_list)
    except Refused as refusal:
        back = {"work": "", "stopped_by": str(refusal)}
        if work == "load":
            back["state"] = OfficeList.State.CHECKING
        OfficeList.objects.filter(pk=pk, work=work).update(**back)
        log.warning("List %s: %s", pk, refusal)


def read_all(office_list: OfficeList) -> None:
    def progress(done: int) -> None:
        OfficeList.objects.filter(pk=office_list.pk).update(done=done)

    checking.check(office_list, progress)
    OfficeList.objects.filter(pk=office_list.pk, work="read").update(work="")


def load_all(office_list: OfficeList, *, by: Post) -> None:
    movement = current_movement()
    if movement is None:
        raise Refused(_("No movement has been launched yet. Ask the province to launch one."))
    parts = 0
    while _load_some(office_list, movement, by):
        parts += 1
        if parts in (1, 4):
            # PostgreSQL plans by what it last counted, and a first list finds empty tables.
            analyse(Row, Initiative, Enrolment, Step, Cell, Document, Unit, Area)
    with transaction.atomic():
        done = OfficeList.objects.filter(pk=office_list.pk, work="load").update(
            work="", state=OfficeList.State.LOADED
        )
        if done:
            office_list.refresh_from_db()
            record(office_list, "list_loaded", by=by, changes=_told(office_list))


def _load_some(office_list: OfficeList, movement: Any, by: Post) -> bool:
    with transaction.atomic():
        # The list's row is the lock: should two workers load it, each takes other rows.
        OfficeList.objects.select_for_update().get(pk=office_list.pk)
        waiting = office_list.rows.to_load().order_by("order")
        rows = list(
            waiting.select_related("area__parent__parent__parent", "owner", "field", "same_as")[:AT_ONCE]
        )
        if not rows:
            return False
        made = taking_over.take_over(
            _lines(rows, office_list, by),
            movement=movement,
            year=office_list.year or office_list.day.year,
            source=office_list.source,
            by=by,
        )
        for row, enrolment in zip(rows, made, strict=True):
            row.enrolment = enrolment
            row.state = Row.State.LOADED if enrolment else Row.State.ALREADY
        Row.objects.rewrite(rows, ["enrolment", "state"])
        done = office_list.rows.filter(state__in=[Row.State.LOADED, Row.State.ALREADY]).count()
        OfficeList.objects.filter(pk=office_list.pk).update(done=done)
    return True


def _lines(rows: list[Row], office_list: OfficeList, by: Post) -> list[Line]:
    communes = [row.area.commune if row.area else None for row in rows]
    hamlets = Area.objects.add_hamlets(
        [
            (commune, row.hamlet)
            for row, commune in zip(rows, communes, strict=True)
            if row.hamlet and commune and row.area and row.area.level == Level.COMMUNE
        ],
        by=by,
    )
    lines = []
    named = {}
    for row, commune in zip(rows, communes, strict=True):
        assert row.area is not None
        assert row.owner is not None
        area = hamlets.get((commune.pk, row.hamlet), row.area) if commune else row.area
        if row.owner_typed:
            named[row.pk] = typed.Named(row.owner_typed, row.owner, checking.line_for(row), area)
        lines.append((row, commune, area))
    founded = typed.find_or_found(named.values(), by=by)
    return [
        _line(row, commune, area, _owner(row, named, founded), office_list) for row, commune, area in lines
    ]


def _owner(row: Row, named: dict[int, typed.Named], founded: dict[tuple[int, str], Unit]) -> Unit:
    assert row.owner is not None
    each = named.get(row.pk)
    return founded.get(typed.key_of(each), row.owner) if each else row.owner


def _line(row: Row, commune: Area | None, area: Area, owner: Unit, office_list: OfficeList) -> Line:
    assert row.field is not None
    facts = row.facts
    begun = facts.get("started_on")
    return Line(
        name=row.name,
        field=row.field,
        owner=owner,
        area=area,
        commune=commune,
        kind=facts.get("kind", "model"),
        subject=facts.get("subject", "collective"),
        goal=facts.get("goal", ""),
        note=facts.get("note", ""),
        started_on=date.fromisoformat(begun) if begun else None,
        contact_name=facts.get("contact_name", ""),
        contact_phone=facts.get("contact_phone", ""),
        year_kind=facts.get("year_kind") or office_list.default_kind,
        level=facts.get("level", "commune"),
        identity=row.identity,
        same_as=row.same_as,
    )


def take_back_all(office_list: OfficeList, *, by: Post) -> None:
    office_list.refresh_from_db()
    while _take_back_some(office_list, by):
        pass
    with transaction.atomic():
        kept = office_list.rows.filter(state=Row.State.KEPT).exists()
        state = OfficeList.State.LOADED if kept else OfficeList.State.TAKEN_BACK
        changed = OfficeList.objects.filter(pk=office_list.pk, work="take_back").update(work="", state=state)
        if changed:
            office_list.refresh_from_db()
            reason = office_list.taken_back_reason
            record(office_list, "list_taken_back", by=by, changes=_told(office_list), reason=reason)


def _take_back_some(office_list: OfficeList, by: Post) -> bool:
    with transaction.atomic():
        OfficeList.objects.select_for_update().get(pk=office_list.pk)
        rows = list(office_list.rows.filter(state=Row.State.LOADED).order_by("order")[:AT_ONCE])
        if not rows:
            return False
        pks = [row.enrolment_id for row in rows if row.enrolment_id]
        gone = set(taking_over.take_back(pks, by=by, reason=office_list.taken_back_reason))
        for row in rows:
            row.state = Row.State.TAKEN_BACK if row.enrolment_id in gone else Row.State.KEPT
        Row.objects.rewrite(rows, ["state"])
        done = office_list.rows.filter(state__in=[Row.State.TAKEN_BACK, Row.State.KEPT]).count()
        OfficeList.objects.filter(pk=office_list.pk).update(done=done)
    return True


def _told(office_list: OfficeList) -> dict[str, list]:
    return {name: [None, n] for name, n in office_list.counts().items() if n and name != "all"}
