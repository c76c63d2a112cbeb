"""When last year's list is taken over: what an office decided on paper becomes initiatives that run.

The list is the decision, of whoever issued it; so each enrolment is "taken over", with a step that names the
list and no accepting person. Who brought it into Kheo stands in the journal. Written some hundred at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from kheo.audit.models import record_all
from kheo.initiatives import measures
from kheo.initiatives.models import Enrolment, Initiative, Step
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc, sort_key
from kheo.places.models import Area
from kheo.plans.models import Field, Movement
from kheo.search import index
from kheo.tallies.counting import Differences, Key, move
from kheo.units.models import Level, Post, Unit

# What a taken-over enrolment and its initiative have from the beginning; a room that takes over adds its own.
FROM_THE_BEGINNING = {"initiatives.Step", "initiatives.Enrolment"}
# Begins what makes a line of a list the same when it is loaded again: see `Initiative.source_id`.
IDENTITY = "list:"


@dataclass
class Line:
    """One line of a list, understood: places and bodies are those of the list's own day."""

    name: str
    field: Field
    owner: Unit
    area: Area
    commune: Area | None
    kind: str = Initiative.Kind.MODEL
    subject: str = Initiative.Subject.COLLECTIVE
    goal: str = ""
    # What the list says beside it.
    note: str = ""
    started_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    year_kind: str = Enrolment.Kind.CONTINUING
    level: str = Level.COMMUNE
    # IDENTITY and a digest; empty where the line may be taken over as often as one likes.
    identity: str = ""
    # The initiative it is another year of.
    same_as: Initiative | None = None


def take_over(
    lines: Sequence[Line], *, movement: Movement, year: int, source: str, by: Post
) -> list[Enrolment | None]:
    """The enrolment of each line; None where the initiative is enrolled in that year already.

    `source` names the list in words ("danh mục số 12-DM/BCĐ ngày 05/7/2024 của …"). One transaction.
    """
    with transaction.atomic():
        initiatives = _initiatives(lines, movement, by)
        held = set(
            Enrolment.objects.filter(year=year, initiative__in=[each.pk for each in initiatives])
            .exclude(state=Enrolment.State.WITHDRAWN)
            .values_list("initiative_id", flat=True)
        )
        made: list[Enrolment | None] = []
        for line, initiative in zip(lines, initiatives, strict=True):
            if initiative.pk in held:
                made.append(None)
                continue
            held.add(initiative.pk)
            made.append(
                Enrolment(
                    initiative=initiative,
                    year=year,
                    kind=line.year_kind,
                    state=Enrolment.State.TAKEN_OVER,
                    field=line.field,
                    level_asked=line.level,
                    sort_key=initiative.sort_key,
                )
            )
        fresh = [each for each in made if each is not None]
        Enrolment.objects.bulk_create(fresh, batch_size=300)
        Step.objects.bulk_create(
            (Step(enrolment=each, state=Enrolment.State.TAKEN_OVER, reason=source) for each in fresh),
            batch_size=500,
        )
        record_all(((each, {}) for each in fresh), "taken_over", by=by, reason=source)
        move(_shares(fresh, 1))
    return made


def _initiatives(lines: Sequence[Line], movement: Movement, by: Post) -> list[Initiative]:
    identities = [line.identity for line in lines if line.identity]
    known = {each.source_id: each for each in Initiative.objects.filter(source_id__in=identities)}
    found: list[Initiative] = []
    new: list[Initiative] = []
    for line in lines:
        initiative = line.same_as or known.get(line.identity)
        if initiative is None:
            initiative = Initiative(
                movement=movement,
                name=nfc(line.name),
                folded=fold(line.name)[:300],
                sort_key=sort_key(line.name)[:600],
                kind=line.kind,
                subject=line.subject,
                field=line.field,
                owner=line.owner,
                area=line.area,
                commune=line.commune,
                state=Initiative.State.RUNNING,
                goal=nfc(line.goal),
                source_note=nfc(line.note),
                started_on=line.started_on,
                contact_name=nfc(line.contact_name),
                contact_phone=line.contact_phone,
                source_id=line.identity,
                sample=line.owner.sample,
            )
            new.append(initiative)
            if line.identity:
                known[line.identity] = initiative
        found.append(initiative)
    Initiative.objects.bulk_create(new, batch_size=300)
    record_all(((each, {}) for each in new), "created", by=by)
    if new:
        index.update(*new)
    return found


def built_on(enrolments: Iterable[int]) -> dict[int, str]:
    """Of taken-over enrolments those on which others have built since, with what they built: a later year, a
    report, a recognition. Asked of the database, so that every room above is asked."""
    pks = list(enrolments)
    blocked: dict[int, str] = {}
    rows = Enrolment.objects.filter(pk__in=pks)
    later = Enrolment.objects.filter(initiative=OuterRef("initiative"), year__gt=OuterRef("year"))
    later = later.exclude(state=Enrolment.State.WITHDRAWN)
    for pk in rows.filter(Exists(later)).values_list("pk", flat=True):
        blocked[pk] = "initiatives.enrolment"
    # What an initiative had before its list was taken over says nothing.
    from_here = rows.filter(initiative__source_id__startswith=IDENTITY)
    for model, way, asked in ((Enrolment, "pk", rows), (Initiative, "initiative_id", from_here)):
        for relation in model._meta.related_objects:
            related: Any = relation.related_model
            if related._meta.label in FROM_THE_BEGINNING or relation.field.many_to_many:
                continue
            name = relation.field.name
            rests = related._base_manager.filter(**{name: OuterRef(way)})
            for pk in asked.filter(Exists(rests)).values_list("pk", flat=True):
                blocked.setdefault(pk, str(related._meta.label_lower))
    return blocked


def take_back(enrolments: Sequence[int], *, by: Post, reason: str) -> list[int]:
    """Withdraw taken-over enrolments, and initiatives that have no other year. Returns those withdrawn.

    What others have built on since stays as it is. One transaction.
    """
    if not reason.strip():
        raise Refused(gettext("Say why the load is taken back."))
    with transaction.atomic():
        locked = Enrolment.objects.select_for_update().filter(
            pk__in=list(enrolments), state=Enrolment.State.TAKEN_OVER
        )
        rows = {each.pk: each for each in locked.order_by("pk")}
        for pk in built_on(rows):
            rows.pop(pk)
        gone = list(rows.values())
        differences = _shares(gone, -1)
        pks = [each.pk for each in gone]
        Enrolment.objects.filter(pk__in=pks).update(state=Enrolment.State.WITHDRAWN)
        Step.objects.bulk_create(
            (
                Step(enrolment=each, state=Enrolment.State.WITHDRAWN, by=by, reason=nfc(reason))
                for each in gone
            ),
            batch_size=500,
        )
        changes = {"state": [str(Enrolment.State.TAKEN_OVER), str(Enrolment.State.WITHDRAWN)]}
        record_all(((each, changes) for each in gone), "taking_over_undone", by=by, reason=nfc(reason))
        move(differences)
        _let_go(pks)
    return pks


def _let_go(pks: list[int]) -> None:
    """Initiatives left without any year are given up; their list may then be loaded anew."""
    others = Enrolment.objects.filter(initiative=OuterRef("pk")).exclude(state=Enrolment.State.WITHDRAWN)
    left = Initiative.objects.filter(
        enrolments__in=pks, source_id__startswith=IDENTITY, state=Initiative.State.RUNNING
    ).exclude(Exists(others))
    given_up = list(left.distinct())
    Initiative.objects.filter(pk__in=[each.pk for each in given_up]).update(
        state=Initiative.State.WITHDRAWN, source_id=""
    )
    for each in given_up:
        each.state = Initiative.State.WITHDRAWN
    index.remove_all(given_up)


def _shares(enrolments: Sequence[Enrolment], sign: int) -> Differences:
    """What enrolments on which nothing is built contribute to the cells: their year, and no more."""
    found: Differences = defaultdict(int)
    rows = Enrolment.objects.filter(pk__in=[each.pk for each in enrolments], state=Enrolment.State.TAKEN_OVER)
    for row in measures.of_year(rows):
        if row["area"] is not None:
            key = Key(row["measure"], row["period"], row["unit"], row["area"], row["field"], row["kind"])
            found[key] += sign * row["value"]
    return found
