"""The story of a reorganisation: communes merge, a level ends, bodies succeed bodies.

Nothing moves and nothing is deleted. Areas and bodies that end are closed on their last day; new ones open;
successions say what became of what; posts go on at the successors. Running initiatives, open duties and
drafts stay where they are and are found at the successors, because seeing follows `path_now` and figures
follow the lineage. Carrying it out twice changes nothing.
"""

import logging
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.audit.models import Entry, record, record_all
from kheo.lib.database import analyse, write_back
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.places import changes, loading, moves, paths
from kheo.places.changes import AreaChange
from kheo.places.lineage import in_batches, in_portions
from kheo.places.models import Area, AreaLineage
from kheo.units import bodies, body_changes, body_moves, lineage
from kheo.units.body_moves import BodyChange
from kheo.units.heirs import answers
from kheo.units.models import (
    Committee,
    Competence,
    Post,
    Reorganisation,
    Role,
    Unit,
    UnitLineage,
    UnitSuccession,
)

logger = logging.getLogger(__name__)


@dataclass
class Plan:
    """A reorganisation before it is carried out: the change of areas, or of bodies, with its name and key."""

    key: str
    name: str
    change: AreaChange
    # A decision about bodies alone changes no area: then `change` is empty but for its day and basis.
    bodies: BodyChange | None = None


@dataclass
class Preview:
    """What would change hands, counted. `questions` are the answers of the rooms above: (label, count)."""

    done: bool
    areas: changes.Counts
    units_closing: int
    posts_continuing: int
    units_opening: int = 0
    # Posts that end because their body has no heir, or several.
    posts_waiting: int = 0
    # Of the areas that begin, how many are prepared already, out of force.
    prepared: int = 0
    questions: list[tuple[str, int]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "areas_closing": sum(self.areas.closed.values()),
            "areas_opening": sum(self.areas.opened.values()),
            "undecided": self.areas.undecided,
            "units_closing": self.units_closing,
            "units_opening": self.units_opening,
            "posts_continuing": self.posts_continuing,
            "posts_waiting": self.posts_waiting,
            "prepared": self.prepared,
            "found_at_successors": [{"what": label, "count": count} for label, count in self.questions],
        }


def known_plans() -> list[Plan]:
    """The reorganisations whose lists are shipped, in the order of their days."""
    change = loading.reorganisation_2025()
    name = _("Reorganisation of communes, end of the district level on 1 July 2025")
    return [Plan("sap-xep-2025", str(name), change)]


def plan_of(story: Reorganisation) -> Plan | None:
    """What an entered reorganisation changes; None while its table has doubts."""
    if not story.change:
        return next((plan for plan in known_plans() if plan.key == story.key), None)
    if story.about == Reorganisation.About.BODIES:
        bodies_change = body_moves.from_json(story.change)
        empty = AreaChange(bodies_change.on, bodies_change.legal_basis, bodies_change.title)
        return Plan(story.key, story.name, empty, bodies_change)
    return Plan(story.key, story.name, moves.from_json(story.change))


def enter(
    *, name: str, on: date, legal_basis: str, table: str, by: Post, about: str = Reorganisation.About.AREAS
) -> Reorganisation:
    """Keep a decision as a draft, also while lines of its table are doubtful. Administrators alone."""
    by.require(Role.ADMIN)
    with transaction.atomic():
        story = Reorganisation(key=_free_key(name, on), about=about)
        _write(story, name, on, legal_basis, table)
        record(story, "drafted", by=by, reason=legal_basis)
    return story


def correct(
    story: Reorganisation,
    *,
    name: str,
    on: date,
    legal_basis: str,
    table: str,
    by: Post,
    about: str = "",
) -> None:
    """Change a draft. What is confirmed is withdrawn and entered anew instead."""
    by.require(Role.ADMIN)
    with transaction.atomic():
        locked = _locked(story)
        if not locked.is_draft:
            raise Refused(_("This decision is no longer a draft. Withdraw it and enter it anew."))
        locked.about = about or locked.about
        _write(locked, name, on, legal_basis, table)
        record(locked, "changed", by=by, reason=legal_basis)


def confirm(story: Reorganisation, *, by: Post) -> Reorganisation:
    """The decision holds: its areas are prepared out of force, and on its day it takes effect by itself.

    One whose day has come is carried out at once. Refused while its table is doubtful.
    """
    by.require(Role.ADMIN)
    with transaction.atomic():
        locked = _locked(story)
        if not locked.is_draft:
            raise FasterColleague(_("Somebody has decided on this already: %s.") % locked.state[0])
        plan = plan_of(locked)
        if plan is None:
            raise Refused(_("Lines of the table are doubtful. Mend them first; each says what is missing."))
        # What stood when the table was pasted may have changed since.
        if plan.bodies is not None:
            body_changes.closing(plan.bodies)
        else:
            changes.preview(plan.change)
            changes.prepare(plan.change)
        locked.confirmed_at = timezone.now()
        locked.save(update_fields=["confirmed_at"])
        record(locked, "confirmed", by=by, reason=locked.legal_basis)
    return carry_out(plan, by=by) if plan.change.on <= today() else locked


def withdraw(story: Reorganisation, *, because: str, by: Post) -> None:
    """Take back a decision that has not taken effect. What was prepared stays out of force."""
    by.require(Role.ADMIN)
    if not because.strip():
        raise Refused(_("Say why it is withdrawn."))
    with transaction.atomic():
        locked = _locked(story)
        if locked.carried_out_at or locked.withdrawn_at:
            raise Refused(
                _("This decision is %s. What took effect is changed by another decision.") % locked.state[0]
            )
        locked.withdrawn_at, locked.withdrawn_because = timezone.now(), because.strip()[:300]
        locked.save(update_fields=["withdrawn_at", "withdrawn_because"])
        record(locked, "withdrawn", by=by, reason=because)


def catch_up() -> list[Reorganisation]:
    """Carry out what was confirmed and whose day has come, oldest first. Returns what took effect now.

    The row of each is the lock: of two processes that meet the new day, one does it and the other finds it
    done. One that can no longer be carried out is left waiting and said in the log; the others go on, and so
    does whoever made the first request of the day.
    """
    done = []
    for story in Reorganisation.objects.due():
        plan = plan_of(story)
        if plan is None:
            continue
        try:
            done.append(carry_out(plan))
        except Refused as refused:
            logger.error(_("%(name)s could not take effect: %(why)s"), {"name": story, "why": refused})
        except Exception:
            # Its transaction is undone. Every page of the day would fail if this went further.
            logger.exception(_("%(name)s could not take effect."), {"name": story})
    return done


def every_night() -> str | None:
    """What takes effect today, before anybody is at work; the night's work calls it after its backup."""
    return ", ".join(str(story) for story in catch_up()) or None


def _locked(story: Reorganisation) -> Reorganisation:
    return Reorganisation.objects.select_for_update().get(pk=story.pk)


def _write(story: Reorganisation, name: str, on: date, legal_basis: str, table: str) -> None:
    story.name, story.on, story.legal_basis, story.table = nfc(name), on, nfc(legal_basis), nfc(table)
    if story.about == Reorganisation.About.BODIES:
        of_bodies = body_moves.read(table, on, legal_basis, name)
        story.change = body_moves.as_json(of_bodies.change) if of_bodies.change else {}
    else:
        of_areas = moves.read(table, on, legal_basis, name)
        story.change = moves.as_json(of_areas.change) if of_areas.change else {}
    story.save()


def table_of(story: Reorganisation) -> moves.Table | body_moves.Table:
    """The pasted table as it is understood now, line by line."""
    read = body_moves.read if story.about == Reorganisation.About.BODIES else moves.read
    return read(story.table, story.on)


def _free_key(name: str, on: date) -> str:
    bare = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:40].strip("-") or "sap-xep"
    taken = set(Reorganisation.objects.filter(key__startswith=bare).values_list("key", flat=True))
    taken |= {plan.key for plan in known_plans()}
    wanted = f"{bare}-{on.year}"
    return next(key for n in count(1) if (key := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def preview(plan: Plan) -> Preview:
    """Count what the reorganisation would change, without changing anything."""
    done = Reorganisation.objects.filter(key=plan.key, carried_out_at__isnull=False).exists()
    on = plan.change.on
    if plan.bodies is not None:
        if done:
            return Preview(True, changes.Counts(on), 0, 0)
        ending = body_changes.closing(plan.bodies)
        units = [unit.pk for unit in ending]
        closing: list[int] = []
        areas = changes.Counts(on)
        opening = len(plan.bodies.opens) + len(units) - len(plan.bodies.closes)
        several = [pk for pk in plan.bodies.closes if not _goes_to_one(plan.bodies, pk)]
        waiting = Post.objects.on(on - timedelta(days=1)).filter(unit__in=several, valid_to__gt=on).count()
    else:
        areas = changes.preview(plan.change)
        closing = _closing_areas(plan)
        living = Unit.objects.filter(area__in=closing, annulled=False, valid_to__gt=on)
        units = list(living.values_list("pk", flat=True))
        opening = waiting = 0
        divided = _divided_areas(plan)
        if divided:
            waiting = Post.objects.on(on).filter(unit__in=units, unit__area__in=divided).count()
    posts = Post.objects.on(on).filter(unit__in=units).count()
    return Preview(
        done=done,
        areas=areas,
        units_closing=len(units),
        units_opening=opening,
        posts_continuing=posts - waiting,
        posts_waiting=waiting,
        prepared=Area.objects.filter(valid_from=on, in_force=False, annulled=False).count(),
        questions=[(str(q.label), count) for q, count in answers(units, closing)],
    )


def _goes_to_one(change: BodyChange, unit: int) -> bool:
    links = [link for link in change.successions if link.predecessor == unit]
    return len(links) == 1 and bool(links[0].successor)


def _divided_areas(plan: Plan) -> list[int]:
    """The areas that go over to several: posts at their bodies have no one successor."""
    reading = changes.Reading(plan.change)
    heirs: dict[int, int] = Counter()
    for link in plan.change.successions:
        heirs[reading[link.predecessor].pk] += 1
    return [pk for pk, count in heirs.items() if count > 1]


def carry_out(plan: Plan, *, by: Any = None) -> Reorganisation:
    """Carry the reorganisation out in one transaction. A second time it changes nothing.

    1. the change of areas takes effect;
    2. bodies of areas that end are closed on the same day, those of new areas are founded;
    3. bodies are linked to the bodies that answer for the same function at the heirs;
    4. lineage and `path_now` are recomputed, so that what exists is found at the successors;
    5. posts go on at the successors.
    """
    # Counted before: nobody waits for that.
    known = Reorganisation.objects.filter(key=plan.key).first()
    if known is not None and known.is_settled:
        return known
    counts = preview(plan).as_json()
    with transaction.atomic():
        story, _created = Reorganisation.objects.select_for_update().get_or_create(
            key=plan.key,
            defaults={"name": plan.name, "on": plan.change.on, "legal_basis": plan.change.legal_basis},
        )
        if story.is_settled:
            return story
        if plan.bodies is not None:
            return _carry_out_bodies(story, plan, counts, by)
        closing = _closing_areas(plan)
        changes.carry_out(plan.change, by=by)
        before = _close_units(closing, plan, by)
        fresh = Area.objects.filter(valid_from=plan.change.on, in_force=True, annulled=False).exclude(
            level__in=["hamlet", "part"]
        )
        opened = bodies.found(fresh.select_related("parent__parent"))
        record_all(((unit, {}) for unit in opened), "opened", by=by, reason=plan.name)
        went, ended = bodies.succeed_areas(plan.change.on)
        typed = _carry_typed(plan)
        story.before = _for_reversing(plan, before)
        lineage.recompute([*(unit.pk for unit in [*before, *opened, *typed])])
        posts, waiting = _continue_posts(plan, by)
        counts |= {
            "units_closed": len(before),
            "units_opened": len(opened) + len(typed),
            "units_succeeded": went + len(typed),
            "units_ended": ended,
            "posts_continued": posts,
            "posts_waiting_for_an_administrator": waiting,
        }
        transaction.on_commit(partial(analyse, Unit, Competence, UnitSuccession, UnitLineage, Entry))
        return _done(story, plan, counts, by)


def _done(story: Reorganisation, plan: Plan, counts: dict[str, Any], by: Any) -> Reorganisation:
    story.counts = counts
    story.carried_out_at = timezone.now()
    story.carried_out_by = getattr(by, "user", by)
    story.save()
    record(story, "carried_out", by=by, reason=plan.change.legal_basis)
    return story


def _carry_out_bodies(story: Reorganisation, plan: Plan, counts: dict[str, Any], by: Any) -> Reorganisation:
    """Bodies alone: close, open, tie, and let the posts go on. Part of the caller's transaction."""
    assert plan.bodies is not None
    ended, opened = body_changes.carry_out(plan.bodies, by)
    lineage.recompute([unit.pk for unit in [*ended, *opened]])
    transaction.on_commit(partial(analyse, Unit, Competence, UnitSuccession, UnitLineage))
    posts, waiting = _continue_posts(plan, by)
    story.before = {
        "closed": [[unit.pk, str(unit.valid_to)] for unit in ended],
        "opened": [unit.pk for unit in opened],
    }
    counts |= {
        "units_closed": len(ended),
        "units_opened": len(opened),
        "posts_continued": posts,
        "posts_waiting_for_an_administrator": waiting,
    }
    return _done(story, plan, counts, by)


def _for_reversing(plan: Plan, closed: list[Unit]) -> dict[str, Any]:
    """What a correcting decision has to know; the closed bodies still say the end they had before."""
    heirs = UnitSuccession.objects.filter(
        on=plan.change.on, known_to=FOREVER, successor__valid_from=plan.change.on
    ).values_list("successor", flat=True)
    fresh = Unit.objects.filter(valid_from=plan.change.on, annulled=False, area__valid_from=plan.change.on)
    after = set(in_batches(heirs, "predecessor__in", [unit.pk for unit in closed]))
    return {
        "closed": [[unit.pk, str(unit.valid_to)] for unit in closed],
        "opened": sorted(after | set(fresh.values_list("pk", flat=True))),
    }


def _closing_areas(plan: Plan) -> list[int]:
    """The areas that end, with the hamlets in them."""
    reading = changes.Reading(plan.change)
    closing = reading.closings()
    return [area.pk for area in [*closing, *(hamlet for hamlet, _heir in reading.hamlets(closing))]]


def _close_units(areas: list[int], plan: Plan, by: Any) -> list[Unit]:
    """Close the bodies of areas that end; what they answered for ends with them."""
    on = plan.change.on
    living = Unit.objects.filter(annulled=False, valid_from__lt=on, valid_to__gt=on)
    units = in_batches(living.exclude(kind=Unit.Kind.PART).order_by("pk"), "area__in", areas)
    for some in in_portions(unit.pk for unit in units):
        Unit.objects.filter(pk__in=some).update(valid_to=on)
        Competence.objects.filter(unit__in=some, valid_to__gt=on).update(valid_to=on)
    closed = [(unit, {"valid_to": [str(unit.valid_to), str(on)]}) for unit in units]
    record_all(closed, "closed", by=by, reason=plan.name)
    return units


def _carry_typed(plan: Plan) -> list[Unit]:
    """Bodies that communes typed themselves (schools, party cells) go on at the heir, under its bodies.

    Returns those opened. A fixed number of questions: a province has thousands.
    """
    on = plan.change.on
    typed = Unit.objects.filter(
        valid_to=on,
        annulled=False,
        successions__successor=None,
        successions__on=on,
        successions__known_to=FOREVER,
    ).exclude(kind=Unit.Kind.BODY)
    ended = list(typed.select_related("area").prefetch_related("competences").distinct().order_by("path"))
    heirs: dict[int, list[Area]] = defaultdict(list)
    lines = AreaLineage.objects.answering(on).select_related("heir")
    for line in in_batches(lines, "area__in", {unit.area_id for unit in ended}):
        heirs[line.area_id].append(line.heir)
    above: dict[int, Unit | None] = {}
    ties = UnitSuccession.objects.filter(on=on, known_to=FOREVER).select_related("successor").order_by("-pk")
    for tie in in_batches(ties, "predecessor__in", {unit.parent_id for unit in ended if unit.parent_id}):
        above[tie.predecessor_id] = tie.successor
    going = [
        (unit, here[0])
        for unit in ended
        if len(here := heirs[unit.area_id]) == 1 and here[0].level == unit.area.level
    ]
    opened: list[Unit] = []
    for (unit, area), pk in zip(going, paths.reserve_ids(Unit, len(going)), strict=True):
        parent = above.get(unit.parent_id or 0)
        opened.append(
            Unit(
                pk=pk,
                name=unit.name,
                short_name=unit.short_name,
                kind=unit.kind,
                line=unit.line,
                level=unit.level,
                area=area,
                parent=parent,
                path=(parent.path if parent else "") + paths.segment(pk),
                path_now=(parent.path_now if parent else "") + paths.segment(pk),
                valid_from=on,
                valid_to=FOREVER,
                sort_key=unit.sort_key,
                folded=unit.folded,
                sample=unit.sample,
            )
        )
    Unit.objects.bulk_create(opened, batch_size=500)
    after = {unit.pk: heir for (unit, _area), heir in zip(going, opened, strict=True)}
    Competence.objects.bulk_create(
        (
            Competence(unit=after[unit.pk], function_id=each.function_id, valid_from=on)
            for unit, _area in going
            for each in unit.competences.all()
        ),
        batch_size=500,
    )
    _carry_committees(after, on)
    fresh = UnitSuccession.objects.filter(on=on, successor=None, known_to=FOREVER)
    tied = in_batches(fresh.order_by("pk"), "predecessor__in", after)
    for tie in tied:
        tie.successor = after[tie.predecessor_id]
        tie.kind = UnitSuccession.Kind.SUCCEEDED
        tie.share_numerator = tie.share_denominator = 1
        tie.legal_basis = plan.change.legal_basis
    write_back(tied, "successor", "kind", "share_numerator", "share_denominator", "legal_basis")
    return opened


def _carry_committees(after: dict[int, Unit], on: date) -> None:
    """A steering committee goes on with its rules; who sits on it is for its renewal to say."""
    committees = in_batches(Committee.objects.all(), "unit__in", after)
    following: dict[int, int | None] = {}
    ties = UnitSuccession.objects.filter(on=on, known_to=FOREVER).order_by("-pk")
    offices = {each.standing_office_id for each in committees if each.standing_office_id}
    for tie in in_batches(ties, "predecessor__in", offices):
        following[tie.predecessor_id] = tie.successor_id
    Committee.objects.bulk_create(
        (
            Committee(
                unit=after[each.unit_id],
                standing_office_id=following.get(each.standing_office_id or 0) or each.standing_office_id,
                renewal_months=each.renewal_months,
                renewal_basis=each.renewal_basis,
            )
            for each in committees
        ),
        batch_size=500,
    )


def _continue_posts(plan: Plan, by: Any) -> tuple[int, int]:
    """Each post at a body that ended goes on at its one successor; where there is none or several, it ends.

    Returns how many went on, and how many an administrator must settle.
    """
    on = plan.change.on
    held = Post.objects.filter(unit__valid_to=on, unit__annulled=False, valid_from__lt=on, valid_to__gt=on)
    posts = list(held.select_related("unit", "user").order_by("pk"))
    heirs: dict[int, list[Unit | None]] = defaultdict(list)
    ties = UnitSuccession.objects.filter(on=on, known_to=FOREVER).select_related("successor")
    for tie in in_batches(ties, "predecessor__in", {post.unit_id for post in posts}):
        heirs[tie.predecessor_id].append(tie.successor)
    for some in in_portions(post.pk for post in posts):
        Post.objects.filter(pk__in=some).update(valid_to=on)
    # Two bodies that merge may have had the same person in the same role.
    there = Post.objects.filter(valid_from=on).values_list("user", "unit", "role")
    one = {heir.pk for each in heirs.values() if len(each) == 1 and (heir := each[0]) is not None}
    taken = set(in_batches(there, "unit__in", one))
    ended: list[tuple[Post, dict]] = []
    going: list[Post] = []
    for post in posts:
        successors = heirs[post.unit_id]
        if len(successors) != 1 or (heir := successors[0]) is None:
            ended.append((post, {}))
        elif (post.user_id, heir.pk, post.role) not in taken:
            taken.add((post.user_id, heir.pk, post.role))
            going.append(
                Post(
                    user=post.user,
                    unit=heir,
                    role=post.role,
                    valid_from=on,
                    reach=post.reach,
                    title=post.title,
                    valid_to=post.valid_to,
                    continues=post,
                )
            )
    record_all(ended, "post_ended", by=by, reason=plan.name)
    Post.objects.bulk_create(going, batch_size=500)
    told = (
        (post, {"unit": [str(before.unit) if (before := post.continues) else "", str(post.unit)]})
        for post in going
    )
    record_all(told, "post_continued", by=by)
    return len(going), len(ended)
