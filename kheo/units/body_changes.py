"""When bodies merge, divide, are renamed, move or end while their areas stay, then …

The bodies close on the eve and others open; what hung under a body goes on under its successor, because a row
never changes its parent. Part of the caller's transaction; `reorganise` calls it and carries the posts.
"""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from kheo.audit.models import record, record_all
from kheo.lib.periods import FOREVER
from kheo.lib.refusals import Refused
from kheo.units.body_moves import BodyChange, BodySucceeding
from kheo.units.models import Committee, Competence, Unit, UnitSuccession

Kind = UnitSuccession.Kind


def closing(change: BodyChange) -> list[Unit]:
    """The bodies that end, with those under them that re-open under the successor, superiors first.

    Refused where one ended already, or where nobody can tell under whom those below go on.
    """
    on = change.on
    ended = {unit.pk: unit for unit in Unit.objects.filter(pk__in=change.closes)}
    links: dict[int, list[BodySucceeding]] = defaultdict(list)
    for link in change.successions:
        links[link.predecessor].append(link)
    for unit in ended.values():
        if unit.annulled or not unit.valid_from < on < unit.valid_to:
            raise Refused(
                _("%(unit)s does not exist on the eve of %(day)s.") % {"unit": unit, "day": f"{on:%d/%m/%Y}"}
            )
    later = UnitSuccession.objects.filter(predecessor__in=ended, known_to=FOREVER).first()
    if later is not None:
        raise Refused(
            _("%(unit)s was reorganised on %(day)s. Enter what its successor becomes.")
            % {"unit": ended[later.predecessor_id], "day": f"{later.on:%d/%m/%Y}"}
        )
    found = list(ended.values())
    above = dict(ended)
    while above:
        below = Unit.objects.filter(parent__in=above, annulled=False, valid_from__lt=on, valid_to__gt=on)
        below = below.exclude(kind=Unit.Kind.PART).exclude(pk__in=[unit.pk for unit in found])
        children = list(below.order_by("pk"))
        for child in children:
            told = links.get(child.parent_id or 0)
            # Under a body that itself re-opens, it simply goes along.
            if told is not None and (len(told) > 1 or not told[0].successor):
                raise Refused(
                    _("%(child)s still belongs to %(parent)s, which ends. Say what becomes of it first.")
                    % {"child": child, "parent": ended[told[0].predecessor]}
                )
        found += children
        above = {child.pk: child for child in children}
    return found


def carry_out(change: BodyChange, by: Any) -> tuple[list[Unit], list[Unit]]:
    """Close, open and tie. Returns what was closed and what was opened."""
    on = change.on
    ended = closing(change)
    by_id = {unit.pk: unit for unit in ended}
    links: dict[int, list[BodySucceeding]] = defaultdict(list)
    for link in change.successions:
        links[link.predecessor].append(link)
    opened: dict[str, Unit] = {}
    for opening in change.opens:
        from_ = [link.predecessor for link in change.successions if link.successor == f"new:{opening.key}"]
        model = by_id[from_[0]]
        parent = Unit.objects.get(pk=opening.parent) if opening.parent else None
        opened[f"new:{opening.key}"] = _like(model, opening.name, parent, on)
    heirs: dict[int, Unit] = {}
    rows = []
    for link in change.successions:
        heir = opened.get(link.successor) or (
            Unit.objects.get(pk=int(link.successor[1:])) if link.successor else None
        )
        if heir is not None and len(links[link.predecessor]) == 1:
            heirs[link.predecessor] = heir
        whole = heir is not None and len(links[link.predecessor]) == 1
        share = (
            (1, 1)
            if whole
            else (link.share.numerator, link.share.denominator)
            if link.share
            else (None, None)
        )
        rows.append(
            UnitSuccession(
                predecessor=by_id[link.predecessor],
                successor=heir,
                on=on,
                kind=link.kind,
                share_numerator=share[0],
                share_denominator=share[1],
                legal_basis=change.legal_basis,
            )
        )
        if heir is not None:
            _take_functions(by_id[link.predecessor], heir, on)
    # Those below, superiors first: each goes on under whoever its superior went over to.
    for unit in ended:
        if unit.pk in links:
            continue
        again = _like(unit, unit.name, heirs[unit.parent_id or 0], on)
        heirs[unit.pk] = again
        opened[f"below:{unit.pk}"] = again
        _take_functions(unit, again, on)
        rows.append(
            UnitSuccession(
                predecessor=unit,
                successor=again,
                on=on,
                kind=Kind.MOVED,
                share_numerator=1,
                share_denominator=1,
                legal_basis=change.legal_basis,
            )
        )
    UnitSuccession.objects.bulk_create(rows, batch_size=500)
    for unit in ended:
        _carry_committee(unit, heirs.get(unit.pk))
    Unit.objects.filter(pk__in=by_id).update(valid_to=on)
    Competence.objects.filter(unit__in=by_id, valid_to__gt=on).update(valid_to=on)
    closed = [(unit, {"valid_to": [str(unit.valid_to), str(on)]}) for unit in ended]
    record_all(closed, "closed", by=by, reason=change.legal_basis)
    record_all(((unit, {}) for unit in opened.values()), "opened", by=by, reason=change.legal_basis)
    return ended, list(opened.values())


def _like(unit: Unit, name: str, parent: Unit | None, on: Any) -> Unit:
    again = Unit(
        name=name,
        short_name=unit.short_name if name == unit.name else "",
        key=unit.key,
        kind=unit.kind,
        line=unit.line,
        level=unit.level,
        area=unit.area,
        parent=parent,
        valid_from=on,
        valid_to=FOREVER,
        sample=unit.sample,
    )
    again.save()
    return again


def _take_functions(unit: Unit, heir: Unit, on: Any) -> None:
    """What a body answered for, its heir answers for: a duty of before has an answerable body."""
    known = set(Competence.objects.filter(unit=heir, valid_to__gt=on).values_list("function", flat=True))
    Competence.objects.bulk_create(
        Competence(unit=heir, function_id=each.function_id, valid_from=on)
        for each in Competence.objects.filter(unit=unit, valid_from__lt=on, valid_to__gt=on)
        if each.function_id not in known
    )


def _carry_committee(ended: Unit, heir: Unit | None) -> None:
    """A steering committee goes on with its rules; a committee served by a body that ends, by its heir."""
    committee = Committee.objects.filter(unit=ended).first()
    if committee is not None and heir is not None and not Committee.objects.filter(unit=heir).exists():
        Committee.objects.create(
            unit=heir,
            standing_office=committee.standing_office,
            renewal_months=committee.renewal_months,
            renewal_basis=committee.renewal_basis,
        )
    if heir is not None:
        served = Committee.objects.filter(standing_office=ended, unit__valid_to=FOREVER)
        for each in served.exclude(unit=ended).select_related("unit"):
            Committee.objects.filter(pk=each.pk).update(standing_office=heir)
            record(each.unit, "changed", changes={"standing_office": [str(ended), str(heir)]})
