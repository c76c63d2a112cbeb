"""When a commune was divided, a person says of each record, hamlet and body to which heir it belongs.

A hamlet goes on under its heir, and every record in it is counted in the heir's part. A record of the
commune itself takes its place in the part; its body goes along by the share of it that the heir answers
for. Cells move by the difference, so figures restate exactly below the level where they were "not
attributed" before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kheo.audit.models import record, record_all
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.places import lineage as of_areas
from kheo.places import parts
from kheo.places.models import Area, AreaSuccession, Level
from kheo.places.parts import Way
from kheo.search import index
from kheo.settlements.models import Settlement
from kheo.tallies.counting import counting
from kheo.units import lineage as of_units
from kheo.units.models import Post, Role, Unit
from kheo.units.parts import go_back, go_over, share_of, tied_by

SETTLERS = (Role.ADMIN, Role.SPECIALIST, Role.REGISTRAR, Role.HEAD, Role.DEPUTY)
MOST_AT_ONCE = 300


def may_settle(by: Post | None, commune: Area) -> bool:
    return (
        by is not None
        and by.is_current
        and by.role in SETTLERS
        and (by.reaches(area=commune) or by.role == Role.ADMIN)
    )


def key_of(way: Way) -> str:
    """What names a way in a form: the ids of the areas it passes through."""
    return "-".join(str(area.pk) for area in way[1:])


def way_of(commune: Area, key: str) -> Way:
    """The way of that key; refused when it no longer leads to an area of today."""
    found = next((way for way in parts.ways(commune) if key_of(way) == key), None)
    if found is None or len(found) < 2:
        raise Refused(_("Choose the commune or ward of today it belongs to."))
    return found


def settle(
    commune: Area,
    way: Way,
    *,
    hamlets: Iterable[Area] = (),
    units: Iterable[Unit] = (),
    initiatives: Iterable[Initiative] = (),
    by: Post,
    reason: str = "",
) -> list[Settlement]:
    """Settle things of a divided commune to the heir at the end of `way`, in one transaction.

    Refused when one of them has been settled meanwhile, so that nobody's decision is overwritten unseen.
    """
    by.require(*SETTLERS, reaching=None if by.role == Role.ADMIN else (None, commune))
    hamlets, units, initiatives = list(hamlets), list(units), list(initiatives)
    things = len(hamlets) + len(units) + len(initiatives)
    if not things:
        raise Refused(_("Choose at least one line."))
    if things > MOST_AT_ONCE:
        raise Refused(_("At most %d at once. Settle the others afterwards.") % MOST_AT_ONCE)
    with transaction.atomic():
        part = parts.leading(way)
        if part.level != Level.PART:
            raise Refused(_("All of %s went to one heir; there is nothing to settle.") % commune.full_name)
        settling = _Settling(commune, part, way, by, reason)
        for hamlet in hamlets:
            settling.hamlet(hamlet)
        for unit in units:
            settling.unit(unit)
        settling.bring_up_to_date()
        records = [
            *initiatives,
            *_in_hamlets(settling.hamlets_met),
        ]
        settling.records(records, chosen={each.pk for each in initiatives})
    return settling.rows


class _Settling:
    def __init__(self, commune: Area, part: Area, way: Way, by: Post, reason: str) -> None:
        self.commune, self.part, self.way, self.by, self.reason = commune, part, way, by, reason
        self.rows: list[Settlement] = []
        self.hamlets_met: list[Area] = []
        self.touched: list[Area] = []
        self.tied: set[int] = set()

    def _row(self, before: dict[str, Any], **thing: Any) -> Settlement:
        row = Settlement.objects.create(
            commune=self.commune,
            part=self.part,
            heir=self.way[-1],
            by=self.by,
            reason=self.reason[:300],
            before=before,
            **thing,
        )
        self.rows.append(row)
        return row

    def hamlet(self, hamlet: Area) -> None:
        locked = Area.objects.with_place().select_for_update(of=("self",)).get(pk=hamlet.pk)
        if AreaSuccession.objects.filter(predecessor=locked, known_to=FOREVER).exists():
            raise FasterColleague(_("%s has been settled already.") % locked.full_name)
        opened, links, last = [], [], locked
        for commune in self.way[1:]:
            heir = (
                Area.objects.filter(
                    parent=commune, level=Level.HAMLET, folded=locked.folded, annulled=commune.annulled
                )
                .order_by("pk")
                .first()
            )
            if heir is None:
                heir = Area(
                    level=Level.HAMLET,
                    type=locked.type,
                    name=locked.name,
                    parent=commune,
                    valid_from=commune.valid_from,
                    valid_to=commune.valid_to,
                    sample=locked.sample,
                    source=locked.source,
                )
                heir.save()
                opened.append(heir)
            known = AreaSuccession.objects.filter(predecessor=last, known_to=FOREVER)
            if not known.exists():
                links.append(
                    AreaSuccession.objects.create(
                        predecessor=last,
                        successor=heir,
                        on=last.valid_from if last.annulled else last.valid_to,
                        kind=AreaSuccession.Kind.UNCHANGED,
                        legal_basis=self.reason[:200],
                    )
                )
            last = heir
        before = {"links": [link.pk for link in links], "opened": [area.pk for area in opened]}
        self._row(before, hamlet=locked)
        changes: dict[str, list] = {"heir": ["", self.way[-1].full_name]}
        record(locked, "settled", by=self.by, changes=changes, reason=self.reason)
        self.hamlets_met.append(locked)
        self.touched += [locked, *opened]
        for unit in Unit.objects.filter(area=locked, kind=Unit.Kind.TYPED, heir_undecided=True):
            self.unit(unit)

    def unit(self, unit: Unit) -> None:
        locked = Unit.objects.select_related("parent", "area").select_for_update(of=("self",)).get(pk=unit.pk)
        if Settlement.objects.holding().filter(unit=locked).exists():
            raise FasterColleague(_("%s has been settled already.") % locked)
        before = go_over(locked, self.way, by=self.by, reason=self.reason)
        if not before:
            raise Refused(
                _("%(heir)s has no body that answers for %(unit)s. Settle its records instead.")
                % {"heir": self.way[-1].full_name, "unit": locked}
            )
        self.tied |= tied_by(before)
        self._row(before, unit=locked)

    def bring_up_to_date(self) -> None:
        if self.touched:
            of_areas.recompute(self.touched)
        if self.tied:
            of_units.recompute(self.tied)

    def records(self, records: Sequence[Initiative], chosen: set[int]) -> None:
        """Give records their place and body. Those in a settled hamlet follow it, without a row of their
        own.
        """
        ids = sorted({each.pk for each in records})
        enrolments = list(Enrolment.objects.filter(initiative__in=ids).order_by("pk"))
        with counting(*enrolments):
            # Locked by their enrolments, where they have any; the rest by their own rows.
            locked = Initiative.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
            rows = list(locked.select_related("area__parent__parent__parent", "owner"))
            shares: dict[int, Unit] = {}
            moved, told = [], []
            of_initiative: dict[int, list[Enrolment]] = defaultdict(list)
            for enrolment in enrolments:
                of_initiative[enrolment.initiative_id].append(enrolment)
            for initiative in rows:
                if initiative.pk in chosen:
                    if not initiative.area.heir_undecided:
                        raise FasterColleague(_("“%s” has been settled already.") % initiative.name)
                    before = {"area": initiative.area_id, "owner": initiative.owner_id}
                    initiative.area = self._place(initiative.area)
                    before |= self._bodies(initiative, of_initiative[initiative.pk], shares)
                    Settlement.objects.holding().filter(initiative=initiative).update(known_to=today())
                    self._row(before, initiative=initiative)
                    heir = self.way[-1].full_name
                    told.append((initiative, {"heir": ["", heir]}))
                else:
                    self._bodies(initiative, of_initiative[initiative.pk], shares)
                initiative.commune = initiative.area.counted_in()
                moved.append(initiative)
            Initiative.objects.bulk_update(moved, ["area", "commune", "owner"], batch_size=100)
            record_all(told, "settled", by=self.by, reason=self.reason)
        if shares:
            of_units.recompute({share.pk for share in shares.values()})
        index.update(*moved)

    def _place(self, area: Area) -> Area:
        """The part; for a record in a hamlet, the hamlet inside the part, so that its words stay."""
        if area.level != Level.HAMLET:
            return self.part
        known = Area.objects.filter(parent=self.part, level=Level.HAMLET, folded=area.folded).first()
        if known is None:
            known = Area(
                level=Level.HAMLET,
                type=area.type,
                name=area.name,
                parent=self.part,
                valid_from=self.part.valid_from,
                valid_to=self.part.valid_to,
                annulled=self.part.annulled,
                sample=area.sample,
            )
            known.save()
            of_areas.recompute([known])
            known.refresh_from_db()
        return known

    def _bodies(
        self, initiative: Initiative, enrolments: list[Enrolment], shares: dict[int, Unit]
    ) -> dict[str, Any]:
        """Its owner, and those it was sent to, by the share the heir answers for."""

        def share(unit: Unit | None) -> Unit | None:
            if unit is None or not unit.heir_undecided:
                return unit
            whole = unit.parent if unit.kind == Unit.Kind.PART and unit.parent else unit
            if whole.pk not in shares:
                found = share_of(whole, self.way)
                if found.pk == whole.pk:
                    return unit
                shares[whole.pk] = found
            return shares[whole.pk]

        owner = share(initiative.owner)
        if owner is not None:
            initiative.owner = owner
        sent: dict[str, list[int | None]] = {}
        for enrolment in enrolments:
            was = [enrolment.addressee_id, enrolment.committee_id]
            enrolment.addressee, enrolment.committee = share(enrolment.addressee), share(enrolment.committee)
            if was != [enrolment.addressee_id, enrolment.committee_id]:
                sent[str(enrolment.pk)] = was
                Enrolment.objects.filter(pk=enrolment.pk).update(
                    addressee=enrolment.addressee, committee=enrolment.committee
                )
        return {"sent": sent}


def _in_hamlets(hamlets: Iterable[Area]) -> list[Initiative]:
    """The records in these hamlets, and in hamlets of before that went over into them."""
    met: set[int] = set()
    going = {hamlet.pk for hamlet in hamlets}
    while going:
        met |= going
        links = AreaSuccession.objects.filter(successor__in=going, known_to=FOREVER)
        going = set(links.values_list("predecessor_id", flat=True)) - met
    return list(Initiative.objects.filter(area__in=met)) if met else []


def count_anew(areas: Collection[int]) -> None:
    """Bring where records of these areas and their hamlets are counted in line with what they should have
    been.
    """
    here = Q(area__in=areas) | Q(area__parent__in=areas) | Q(area__parent__parent__in=areas)
    ids = list(Initiative.objects.filter(here).values_list("pk", flat=True))
    with counting(*Enrolment.objects.filter(initiative__in=ids)):
        moved = []
        for initiative in Initiative.objects.filter(pk__in=ids).select_related(
            "area__parent__parent__parent"
        ):
            place = initiative.area.counted_in()
            if initiative.commune != place:
                initiative.commune = place
                moved.append(initiative)
        Initiative.objects.bulk_update(moved, ["commune"], batch_size=200)


def withdraw(settlement: Settlement, *, by: Post, reason: str) -> Settlement:
    """Take a settlement back: what it was about is undecided again, and figures with it, from today on."""
    by.require(*SETTLERS, reaching=None if by.role == Role.ADMIN else (None, settlement.commune))
    if not reason.strip():
        raise Refused(_("Say why it is taken back."))
    with transaction.atomic():
        changed = Settlement.objects.holding().filter(pk=settlement.pk).update(known_to=today())
        if changed != 1:
            raise FasterColleague(_("This has been taken back or settled anew already."))
        end = Settlement.objects.create(
            commune=settlement.commune,
            hamlet=settlement.hamlet,
            unit=settlement.unit,
            initiative=settlement.initiative,
            withdraws=settlement,
            by=by,
            reason=reason.strip()[:300],
        )
        record(settlement.thing, "settlement_withdrawn", by=by, reason=reason)
        if settlement.hamlet is not None:
            _hamlet_back(settlement)
        elif settlement.unit is not None:
            go_back(settlement.before)
            of_units.recompute(tied_by(settlement.before))
        else:
            _record_back(settlement)
    return end


def _hamlet_back(settlement: Settlement) -> None:
    hamlet = settlement.hamlet
    assert hamlet is not None
    records = _in_hamlets([hamlet])
    AreaSuccession.objects.filter(pk__in=settlement.before["links"]).update(known_to=today())
    opened = list(Area.objects.filter(pk__in=settlement.before["opened"]))
    # The hamlet at the heir is closed, unless it began today; whoever wrote there meanwhile keeps that place.
    Area.objects.filter(pk__in=[area.pk for area in opened], valid_to=FOREVER, valid_from__lt=today()).update(
        valid_to=today()
    )
    of_areas.recompute([hamlet, *opened])
    ids = [each.pk for each in records]
    with counting(*Enrolment.objects.filter(initiative__in=ids)):
        rows = list(
            Initiative.objects.filter(pk__in=ids).select_related(
                "area__parent__parent__parent", "owner__parent"
            )
        )
        for initiative in rows:
            initiative.commune = initiative.area.counted_in()
            if initiative.owner.kind == Unit.Kind.PART and initiative.owner.parent:
                initiative.owner = initiative.owner.parent
        Initiative.objects.bulk_update(rows, ["commune", "owner"], batch_size=100)
    index.update(*rows)


def _record_back(settlement: Settlement) -> None:
    initiative = settlement.initiative
    assert initiative is not None
    with counting(*Enrolment.objects.filter(initiative=initiative)):
        locked = Initiative.objects.select_for_update().get(pk=initiative.pk)
        locked.area = Area.objects.with_place().get(pk=settlement.before["area"])
        locked.owner = Unit.objects.get(pk=settlement.before["owner"])
        locked.commune = locked.area.counted_in()
        Initiative.objects.bulk_update([locked], ["area", "commune", "owner"])
        for pk, (addressee, committee) in settlement.before.get("sent", {}).items():
            Enrolment.objects.filter(pk=pk).update(addressee=addressee, committee=committee)
    index.update(locked)
