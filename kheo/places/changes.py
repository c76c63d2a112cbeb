"""When areas merge, divide, move, end or take another name, then …

An `AreaChange` says in plain data what a resolution changes on a day. `prepare` makes the new rows out of
force, `carry_out` switches in one transaction, `preview` counts what it would do, and doing any of them a
second time changes nothing. Rows that existed are closed, never altered or deleted.

An area is named in a change by a reference:
    "gso:16936"   the area that bore this code of this system on the eve of the change
    "#412"        the area with this id
    "new:16936"   the area this change opens under this key
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kheo.audit import models as audit
from kheo.lib.database import analyse
from kheo.lib.formats import number
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.places import lineage
from kheo.places.lineage import in_batches
from kheo.places.models import Area, AreaCode, AreaLineage, AreaName, AreaSuccession, Level

Kind = AreaSuccession.Kind
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Opening:
    """An area that begins with the change."""

    key: str
    level: str
    type: str
    name: str
    parent: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    type_lowers: bool = True
    source: str = ""
    sample: bool = False


@dataclass(frozen=True)
class Succeeding:
    """What became of an area. A share is given only where it was decided."""

    predecessor: str
    successor: str
    kind: str = Kind.WHOLE
    share: Fraction | None = None
    legal_basis: str = ""
    source: str = ""


@dataclass(frozen=True)
class Renaming:
    """A new name or type; the territory and the row stay."""

    area: str
    type: str
    name: str


@dataclass(frozen=True)
class AreaChange:
    """Everything that changes on one day by one decision (or several that took effect together)."""

    on: date
    legal_basis: str
    title: str = ""
    closes: tuple[str, ...] = ()
    opens: tuple[Opening, ...] = ()
    successions: tuple[Succeeding, ...] = ()
    renames: tuple[Renaming, ...] = ()


@dataclass
class Counts:
    """What a change does, or did, to rows; all zero where everything was done before."""

    on: date
    closed: dict[str, int] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    renamed: int = 0
    successions: int = 0
    undecided: int = 0
    hamlets: int = 0
    parts: int = 0
    lineages: int = 0

    @property
    def closing(self) -> str:
        """What ends, in words: "412 commune, 20 district"."""
        return _in_words(self.closed)

    @property
    def opening(self) -> str:
        return _in_words(self.opened)

    @property
    def nothing(self) -> bool:
        areas = [*self.closed.values(), *self.opened.values(), self.hamlets, self.parts]
        return not any([*areas, self.renamed, self.successions])


def _in_words(counted: dict[str, int]) -> str:
    told = [f"{number(count)} {str(Level(level).label).lower()}" for level, count in counted.items() if count]
    return ", ".join(told) or "0"


class Reading:
    """The references of a change, looked up with a few queries."""

    def __init__(self, change: AreaChange) -> None:
        self.change = change
        self.eve = change.on - timedelta(days=1)
        named = {*change.closes, *(each.area for each in change.renames)}
        named |= {opening.parent for opening in change.opens if opening.parent}
        named |= {ref for link in change.successions for ref in (link.predecessor, link.successor)}
        self.found: dict[str, Area] = {}
        ids = [int(ref[1:]) for ref in named if ref.startswith("#")]
        for area in Area.objects.filter(pk__in=ids):
            self.found[f"#{area.pk}"] = area
        codes = [ref for ref in named if ":" in ref and not ref.startswith("new:")]
        for system, some in _by_system(tuple(ref.split(":", 1)) for ref in codes).items():
            rows = AreaCode.objects.filter(system=system, valid_from__lte=self.eve, valid_to__gt=self.eve)
            rows = rows.filter(area__in_force=True, area__annulled=False).select_related("area")
            for row in _named(rows, "code", some):
                self.found[f"{system}:{row.code}"] = row.area
        missing = sorted(ref for ref in named if not ref.startswith("new:") and ref not in self.found)
        if missing:
            raise Refused(
                _("On the eve of %(day)s there is no area %(refs)s. Load the areas of that time first.")
                % {"day": f"{change.on:%d/%m/%Y}", "refs": ", ".join(missing[:5])}
            )
        self._find_openings()

    def _find_openings(self) -> None:
        """Openings that an earlier run made, told by their code and first day, or by place and name."""
        on, opens = self.change.on, self.change.opens
        begun = Area.objects.filter(valid_from=on, annulled=False)
        rows = AreaCode.objects.filter(valid_from=on, area__in=begun).select_related("area")
        by_code = {
            (system, row.code, row.area.level): row.area
            for system, some in _by_system(code for opening in opens for code in opening.codes).items()
            for row in _named(rows.filter(system=system), "code", some)
        }
        names = {opening.name for opening in opens if not opening.codes}
        by_name = {
            (area.parent_id, area.level, area.type, area.name): area for area in _named(begun, "name", names)
        }
        for opening in opens:
            keys = [(*code, opening.level) for code in opening.codes]
            area = next((by_code[key] for key in keys if key in by_code), None)
            if area is None and not opening.codes:
                parent = self.found.get(opening.parent)
                area = by_name.get((parent.pk if parent else None, opening.level, opening.type, opening.name))
            if area is not None:
                self.found[f"new:{opening.key}"] = area

    def __getitem__(self, ref: str) -> Area:
        return self.found[ref]

    def missing(self) -> list[Opening]:
        return [opening for opening in self.change.opens if f"new:{opening.key}" not in self.found]

    def closings(self) -> list[Area]:
        """The areas the change closes that are still open; refuses those that ended on another day."""
        areas = [self[ref] for ref in dict.fromkeys(self.change.closes)]
        for area in areas:
            if area.valid_to not in (FOREVER, self.change.on) or area.valid_from >= self.change.on:
                raise Refused(
                    _("%(area)s exists from %(first)s to %(end)s, so it cannot end on %(day)s.")
                    % {
                        "area": area.full_name,
                        "first": f"{area.valid_from:%d/%m/%Y}",
                        "end": f"{area.valid_to:%d/%m/%Y}",
                        "day": f"{self.change.on:%d/%m/%Y}",
                    }
                )
        return [area for area in areas if area.valid_to == FOREVER]

    def hamlets(self, closing: Iterable[Area]) -> list[tuple[Area, Area | None]]:
        """Hamlets that end with their commune, each with the commune where it goes on, if that is certain."""
        return [(hamlet, self.found.get(reference)) for hamlet, reference in self.going(closing)]

    def going(self, closing: Iterable[Area]) -> list[tuple[Area, str]]:
        """The same with the commune's reference, also where it is not prepared yet; "" if uncertain."""
        heirs: dict[int, list[Succeeding]] = {}
        for link in self.change.successions:
            heirs.setdefault(self[link.predecessor].pk, []).append(link)
        ended = {area.pk for area in closing if area.level == Level.COMMUNE}
        going = []
        living = Area.objects.filter(level=Level.HAMLET, annulled=False, valid_to=FOREVER).order_by("pk")
        for hamlet in in_batches(living, "parent_id__in", ended):
            # A hamlet goes where its people go.
            links = [link for link in heirs.get(hamlet.parent_id, []) if link.kind != Kind.LAND]
            certain = len(links) == 1 and (links[0].kind != Kind.PART or links[0].share == 1)
            going.append((hamlet, links[0].successor if certain else ""))
        return going


def _by_system(codes: Iterable[tuple[str, ...]]) -> dict[str, set[str]]:
    """Codes by the system they belong to."""
    found: dict[str, set[str]] = {}
    for system, code in codes:
        found.setdefault(system, set()).add(code)
    return found


def _named(rows: QuerySet, column: str, words: Iterable[str]) -> Iterator[Any]:
    """The rows in which one of the words stands, however many: databases bound the parameters of a query."""
    words = sorted(words)
    for start in range(0, len(words), 500):
        yield from rows.filter(**{f"{column}__in": words[start : start + 500]})


def preview(change: AreaChange) -> Counts:
    """What carrying out the change would do now. Writes nothing."""
    reading = Reading(change)
    counts = Counts(change.on)
    _refuse_another_decision(reading)
    closing = reading.closings()
    for area in closing:
        counts.closed[area.level] = counts.closed.get(area.level, 0) + 1
    for opening in change.opens:
        known = reading.found.get(f"new:{opening.key}")
        if known is None or not known.in_force:
            counts.opened[opening.level] = counts.opened.get(opening.level, 0) + 1
    counts.hamlets = len(reading.hamlets(closing))
    counts.renamed = len(_renames(reading))
    counts.successions = len(_unwritten(reading))
    divided = _divided(change)
    counts.undecided = sum(
        any(link.share is None and link.kind != Kind.LAND for link in links) for links in divided.values()
    )
    counts.parts = 0 if not counts.successions else sum(len(links) for links in divided.values())
    return counts


def prepare(change: AreaChange, at_once: int | None = None) -> dict[str, Area]:
    """Make the areas that the change opens, out of force: nobody sees them until the switch.

    Returns all areas of the change by reference. `at_once`: at most so many now; superiors come first.
    """
    with transaction.atomic():
        _one_at_a_time()
        reading = Reading(change)
        new: list[Area] = []
        codes: list[AreaCode] = []
        for opening in reading.missing()[:at_once]:
            area = Area(
                level=opening.level,
                type=opening.type,
                name=opening.name,
                parent=reading[opening.parent] if opening.parent else None,
                valid_from=change.on,
                in_force=False,
                type_lowers=opening.type_lowers,
                sample=opening.sample,
                source=opening.source,
            )
            reading.found[f"new:{opening.key}"] = area
            new.append(area)
            codes += [
                AreaCode(area=area, system=system, code=code, valid_from=change.on)
                for system, code in opening.codes
            ]
        if new:
            Area.objects.plant(new)
            for code in codes:
                code.area_id = code.area.pk
            AreaCode.objects.bulk_create(codes, batch_size=500)
    return reading.found


def hamlets_to_prepare(change: AreaChange, ready: Collection[int] = ()) -> list[tuple[Area, str]]:
    """The hamlets that go over whole to an area the change opens, each with the reference of that area.

    Those whose ids are `ready` are left out. Where the heir lives already, they wait for the switch: whoever
    looks for the heir's hamlets would find them.
    """
    reading = Reading(change)
    return [
        (hamlet, reference)
        for hamlet, reference in reading.going(reading.closings())
        if reference.startswith("new:") and hamlet.pk not in ready
    ]


def prepare_hamlets(change: AreaChange, some: list[tuple[Area, str]]) -> dict[int, int]:
    """Make these hamlets anew, out of force, under areas that are prepared: old id → new id."""
    reading = Reading(change)
    going = [(hamlet, reading[ref]) for hamlet, ref in some if ref in reading.found]
    new = [_again(hamlet, heir, change.on) for hamlet, heir in going if not heir.in_force]
    for hamlet in new:
        hamlet.in_force = False
    old = [hamlet.pk for hamlet, heir in going if not heir.in_force]
    return dict(zip(old, (hamlet.pk for hamlet in Area.objects.plant(new)), strict=True))


def _again(hamlet: Area, commune: Area, on: date) -> Area:
    return Area(
        level=Level.HAMLET,
        type=hamlet.type,
        name=hamlet.name,
        parent=commune,
        valid_from=on,
        sample=hamlet.sample,
        source=hamlet.source,
    )


def _one_at_a_time() -> None:
    """Two people carrying out the same change would open everything twice; the roots' rows are the lock."""
    # Of no key: who enters a record of the province meanwhile does not wait.
    list(Area.objects.select_for_update(no_key=True).filter(parent=None).order_by("pk"))


def carry_out(
    change: AreaChange,
    by: Any = None,
    progress: Progress | None = None,
    ready: Mapping[int, int] | None = None,
) -> Counts:
    """Prepare what is not prepared, then switch: close, open, link, and bring lineage and paths up to date.

    One transaction. Carried out before, it changes nothing and counts zero. `by` is who decided (a post);
    `ready` are the hamlets that are prepared, old id → new id.
    """
    say = progress or (lambda words: None)
    if change.on > today():
        raise Refused(
            _("This change takes effect on %(day)s. Until then it can be prepared and previewed.")
            % {"day": f"{change.on:%d/%m/%Y}"}
        )
    with transaction.atomic():
        prepare(change)
        reading = Reading(change)
        counts = preview(change)
        if counts.nothing:
            return counts
        say(_("Closing and opening areas"))
        closing = reading.closings()
        _refuse_orphans(reading, closing)
        touched: list[Area] = []
        touched += _open(reading, by, change)
        hamlets = reading.hamlets(closing)
        links = _unwritten(reading)
        links += _open_hamlets(hamlets, change, ready or {})
        _close([*closing, *(hamlet for hamlet, _ in hamlets)], change, by)
        touched += _rename(reading, by)
        say(_("Writing what became of them"))
        AreaSuccession.objects.bulk_create(links, batch_size=500)
        links += _open_parts(reading)
        say(_("Working out lineages"))
        touched += [*closing, *(hamlet for hamlet, _ in hamlets)]
        counts.lineages = lineage.recompute(touched)
        # Afterwards, so that nobody waits for it.
        transaction.on_commit(partial(analyse, Area, AreaCode, AreaName, AreaSuccession, AreaLineage))
    return counts


def _refuse_another_decision(reading: Reading) -> None:
    """Two decisions of one day may not say different things of one area, nor hang one under what ends."""
    change, on = reading.change, reading.change.on
    fresh = [link for link in _unwritten(reading) if link.predecessor.valid_to == on]
    said = {(reading[link.predecessor].pk, link.successor) for link in reading.change.successions}
    named = {(old, reading.found[new].pk) for old, new in said if new in reading.found}
    known = AreaSuccession.objects.filter(on=on, known_to=FOREVER)
    for link in in_batches(known, "predecessor_id__in", {link.predecessor_id for link in fresh}):
        if (link.predecessor_id, link.successor_id) not in named:
            raise Refused(
                _("%(area)s ends on that day by another decision. Enter both in one table.")
                % {"area": next(each.predecessor.full_name for each in fresh)}
            )
    for opening in change.opens:
        made = reading.found.get(f"new:{opening.key}")
        parent = reading.found.get(opening.parent)
        if made is not None and made.in_force:
            continue
        if parent is not None and not parent.valid_from <= on < parent.valid_to:
            raise Refused(
                _("%(area)s ends by another decision. Say under whom %(new)s lies.")
                % {"area": parent.full_name, "new": f"{opening.type} {opening.name}"}
            )


def _refuse_orphans(reading: Reading, closing: list[Area]) -> None:
    """A row never changes its parent, so what hangs under a closing area must end with it."""
    ending = {area.pk for area in closing}
    left = Area.objects.filter(valid_to=FOREVER, in_force=True, annulled=False).exclude(
        level__in=[Level.HAMLET, Level.PART]
    )
    left = left.select_related("parent").order_by("sort_key", "pk")
    for child in in_batches(left, "parent_id__in", ending):
        if child.pk not in ending:
            raise Refused(
                _("%(child)s still belongs to %(parent)s, which ends. Say what becomes of it first.")
                % {"child": child.full_name, "parent": child.parent.full_name if child.parent else ""}
            )


def _open(reading: Reading, by: Any, change: AreaChange) -> list[Area]:
    new = [reading[f"new:{opening.key}"] for opening in change.opens]
    new = [area for area in new if not area.in_force]
    opened = Area.objects.filter(pk__in=[area.pk for area in new], in_force=False).update(in_force=True)
    if opened != len(new):
        raise FasterColleague(_("Somebody else is carrying out this change."))
    for area in new:
        area.in_force = True
    audit.record_all(((area, {}) for area in new), "opened", by=by, reason=change.legal_basis)
    return new


def _close(areas: list[Area], change: AreaChange, by: Any) -> None:
    ids = [area.pk for area in areas]
    closed = Area.objects.filter(pk__among=ids, valid_to=FOREVER).update(valid_to=change.on)
    AreaCode.objects.filter(area__among=ids, valid_to=FOREVER).update(valid_to=change.on)
    AreaName.objects.filter(area__among=ids, valid_to=FOREVER).update(valid_to=change.on)
    if closed != len(ids):
        raise FasterColleague(_("Somebody else is carrying out this change."))
    for area in areas:
        area.valid_to = change.on
    span = {"valid_to": [f"{FOREVER}", f"{change.on}"]}
    audit.record_all(((area, span) for area in areas), "closed", by=by, reason=change.legal_basis)


def _unwritten(reading: Reading) -> list[AreaSuccession]:
    """Successions the change names that are not written yet (unsaved rows)."""
    change = reading.change
    known = AreaSuccession.objects.filter(on=change.on, known_to=FOREVER)
    written = set(known.values_list("predecessor_id", "successor_id"))
    links = []
    for link in change.successions:
        before, after = reading[link.predecessor], reading.found.get(link.successor)
        if after is not None and (before.pk, after.pk) in written:
            continue
        links.append(
            AreaSuccession(
                predecessor=before,
                # Not prepared yet: only counted.
                successor_id=after.pk if after else 0,
                on=change.on,
                kind=link.kind,
                share_numerator=link.share.numerator if link.share else None,
                share_denominator=link.share.denominator if link.share else None,
                legal_basis=link.legal_basis or change.legal_basis,
                source=link.source,
            )
        )
    return links


def _divided(change: AreaChange) -> dict[str, list[Succeeding]]:
    """The predecessors that went to several heirs."""
    links: dict[str, list[Succeeding]] = {}
    for link in change.successions:
        links.setdefault(link.predecessor, []).append(link)
    return {ref: each for ref, each in links.items() if len(each) > 1 or each[0].kind == Kind.PART}


def _open_hamlets(
    hamlets: list[tuple[Area, Area | None]], change: AreaChange, ready: Mapping[int, int]
) -> list[AreaSuccession]:
    """Re-open hamlets under the commune that took theirs whole; the others follow their commune undecided."""
    going = [(hamlet, commune) for hamlet, commune in hamlets if commune is not None]
    waiting = Area.objects.filter(in_force=False, level=Level.HAMLET, annulled=False)
    prepared = {area.pk: area for area in in_batches(waiting, "pk__in", ready.values())}
    new, missing = [], []
    for hamlet, commune in going:
        again = prepared.get(ready.get(hamlet.pk, 0))
        # It may have been given another name or kind meanwhile.
        if again is None or (again.parent_id, again.type, again.name) != (
            commune.pk,
            hamlet.type,
            hamlet.name,
        ):
            again = _again(hamlet, commune, change.on)
            missing.append(again)
        again.in_force = True
        new.append(again)
    Area.objects.filter(pk__among=[area.pk for area in new if area.pk]).update(in_force=True)
    if missing:
        Area.objects.plant(missing)
    return [
        AreaSuccession(
            predecessor=hamlet,
            successor=heir,
            on=change.on,
            kind=Kind.UNCHANGED,
            legal_basis=change.legal_basis,
        )
        for (hamlet, _), heir in zip(going, new, strict=True)
    ]


def _open_parts(reading: Reading) -> list[AreaSuccession]:
    """One part for each heir of a divided commune, so that records can be settled to where they belong.

    A part existed as long as the commune it divides: a record of the past is settled into its past.
    """
    change, parts, links = reading.change, [], []
    for ref, heirs in _divided(change).items():
        area = reading[ref]
        parts_known = Area.objects.filter(parent=area, level=Level.PART, annulled=False)
        known = set(parts_known.values_list("name", flat=True))
        for link in heirs:
            heir = reading[link.successor]
            name = f"{area.name} ({heir.full_name})"
            if name in known or area.level != Level.COMMUNE:
                continue
            parts.append(
                Area(
                    level=Level.PART,
                    type="phần",
                    name=name,
                    parent=area,
                    valid_from=area.valid_from,
                    valid_to=change.on,
                    sample=area.sample,
                )
            )
            links.append((parts[-1], heir))
    if not parts:
        return []
    Area.objects.plant(parts)
    return AreaSuccession.objects.bulk_create(
        [
            AreaSuccession(
                predecessor_id=part.pk,
                successor=heir,
                on=change.on,
                kind=Kind.WHOLE,
                legal_basis=change.legal_basis,
            )
            for part, heir in links
        ]
    )


def _renames(reading: Reading) -> list[tuple[Area, Renaming]]:
    """Renamings not written yet."""
    ids = {reading[each.area].pk for each in reading.change.renames}
    names = AreaName.objects.filter(area_id__in=ids, valid_from=reading.change.on)
    done = set(names.values_list("area_id", flat=True))
    return [
        (reading[each.area], each) for each in reading.change.renames if reading[each.area].pk not in done
    ]


def _rename(reading: Reading, by: Any) -> list[Area]:
    change, renamed = reading.change, []
    for area, new in _renames(reading):
        before = area.full_name
        until = area.valid_to
        AreaName.objects.filter(area=area, valid_to=until, other_spelling=False).update(valid_to=change.on)
        area.say(new.type, new.name)
        area.save(update_fields=["type", "name", "full_name", "folded", "sort_key"])
        AreaName(
            area=area,
            type=new.type,
            name=new.name,
            valid_from=change.on,
            valid_to=until,
            legal_basis=change.legal_basis,
        ).filled().save()
        names = {"full_name": [before, area.full_name]}
        audit.record(area, "renamed", by=by, changes=names, reason=change.legal_basis)
        renamed.append(area)
    return renamed
