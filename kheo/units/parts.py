"""The shares of divided bodies, and bodies whose one heir a person has named.

When a record of a divided commune is settled, its body goes along: the share of the body that one heir
answers for is opened under it, so that the heir finds the record as its own. A body nobody divided by
records, such as a school, goes over as a whole to the heir a person names.
"""

from collections.abc import Iterable
from typing import Any

from kheo.audit.models import record
from kheo.lib.periods import FOREVER, today
from kheo.places.models import Area
from kheo.places.parts import Way
from kheo.units.models import Competence, Unit, UnitSuccession

Kind = UnitSuccession.Kind


def share_of(unit: Unit, way: Way) -> Unit:
    """The share of a divided body that goes the way of its commune, opened if missing.

    The body itself where its heir is certain, or where none of its heirs lies that way. Whoever opens shares
    brings the lineage of bodies up to date afterwards.
    """
    if not unit.heir_undecided or unit.kind == Unit.Kind.PART:
        return unit
    target = _answering(unit, way)
    if target is None:
        return unit
    known = Unit.objects.filter(parent=unit, kind=Unit.Kind.PART, annulled=unit.annulled)
    share = known.filter(successions__successor=target, successions__known_to=FOREVER).first()
    if share is not None:
        return share
    share = Unit(
        name=unit.name,
        short_name=unit.short_name,
        kind=Unit.Kind.PART,
        line=unit.line,
        level=unit.level,
        area=unit.area,
        parent=unit,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        annulled=unit.annulled,
        sample=unit.sample,
    )
    share.save()
    UnitSuccession.objects.create(
        predecessor=share,
        successor=target,
        on=unit.valid_from if unit.annulled else unit.valid_to,
        kind=Kind.SUCCEEDED,
        share_numerator=1,
        share_denominator=1,
    )
    return share


def _answering(unit: Unit, way: Way) -> Unit | None:
    """Who answers for the body that way today: step by step through the areas passed."""
    passed = {area.pk for area in way[1:]}
    while unit.annulled or unit.valid_to <= today():
        links = UnitSuccession.objects.filter(predecessor=unit, known_to=FOREVER, successor__isnull=False)
        heirs = [link.successor for link in links.select_related("successor") if link.successor]
        # Bodies of an abolished level go on above; those of a divided commune inside the heir.
        fitting = [heir for heir in heirs if heir.area_id in passed]
        if len(fitting) != 1:
            return None
        unit = fitting[0]
    return unit


def go_over(unit: Unit, way: Way, *, by: Any, reason: str = "") -> dict[str, list[int]]:
    """The whole body goes over to its counterpart at the end of the way; a typed one goes on there by its
    name.

    Answers which successions were closed and opened, for `go_back` and `tied_by`. Nothing changes, and both
    are empty, where no body there answers for it.
    """
    heir = _answering(unit, way) or (_typed_again(unit, way, by) if unit.kind == Unit.Kind.TYPED else None)
    if heir is None:
        return {}
    before = UnitSuccession.objects.filter(predecessor=unit, known_to=FOREVER)
    closed = list(before.values_list("pk", flat=True))
    basis = next(iter(before.exclude(legal_basis="").values_list("legal_basis", flat=True)), "")
    UnitSuccession.objects.filter(pk__in=closed).update(known_to=today())
    opened = UnitSuccession.objects.create(
        predecessor=unit,
        successor=heir,
        on=unit.valid_from if unit.annulled else unit.valid_to,
        kind=Kind.SUCCEEDED,
        share_numerator=1,
        share_denominator=1,
        legal_basis=basis,
    )
    record(unit, "settled", by=by, changes={"heir": ["", str(heir)]}, reason=reason)
    return {"closed": closed, "opened": [opened.pk]}


def go_back(undo: dict[str, list[int]]) -> None:
    """Take back what `go_over` wrote: the successions of before hold again, as new rows of today."""
    UnitSuccession.objects.filter(pk__in=undo.get("opened", [])).update(known_to=today())
    again = []
    for link in UnitSuccession.objects.filter(pk__in=undo.get("closed", [])):
        link.pk, link.known_from, link.known_to = None, today(), FOREVER
        again.append(link)
    UnitSuccession.objects.bulk_create(again)


def tied_by(undo: dict[str, list[int]]) -> set[int]:
    """The bodies (ids) that `go_over` tied otherwise: whose lineage has to be brought up to date."""
    links = UnitSuccession.objects.filter(pk__in=[*undo.get("closed", []), *undo.get("opened", [])])
    ends = links.values_list("predecessor", "successor")
    return {pk for link in ends for pk in link if pk is not None}


def _typed_again(unit: Unit, way: Way, by: Any) -> Unit | None:
    """A school or party cell goes on by its own name at the heir, under the heir of its superior."""
    above = _answering(unit.parent, way) if unit.parent else None
    heir = way[-1]
    known = Unit.objects.living().filter(
        area=heir, kind=Unit.Kind.TYPED, folded=unit.folded, line=unit.line, parent=above
    )
    found = known.first()
    if found is not None:
        return found
    again = Unit(
        name=unit.name,
        short_name=unit.short_name,
        kind=unit.kind,
        line=unit.line,
        level=unit.level,
        area=heir,
        parent=above,
        valid_from=heir.valid_from,
        valid_to=heir.valid_to,
        sample=unit.sample,
    )
    again.save()
    functions: Iterable[Competence] = unit.competences.all()
    Competence.objects.bulk_create(
        Competence(unit=again, function_id=each.function_id, valid_from=again.valid_from)
        for each in functions
    )
    record(again, "opened", by=by)
    return again


def heirs_in(unit: Unit, areas: Iterable[Area]) -> Unit | None:
    """The one body of today that certainly answers for a body and stands in one of these areas; else None."""
    if unit.heir_undecided:
        return None
    heir = unit.today
    return heir if heir.area_id in {area.pk for area in areas} else None
