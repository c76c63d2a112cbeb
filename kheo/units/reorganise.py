"""The story of a reorganisation: communes merge, a level ends, bodies succeed bodies.

Nothing moves and nothing is deleted. Areas and bodies that end are closed on their last day; new ones open;
successions say what became of what; posts go on at the successors. Running initiatives, open duties and
drafts stay where they are and are found at the successors, because seeing follows `path_now` and figures
follow the lineage. Carrying it out twice changes nothing.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.audit.models import Entry, record, record_all
from kheo.lib.database import analyse
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.places import changes, loading, moves
from kheo.places.changes import AreaChange
from kheo.places.lineage import in_batches
from kheo.places.models import Area
from kheo.units import bodies, body_changes, body_moves, going_on, lineage, preparing
from kheo.units.body_moves import BodyChange
from kheo.units.heirs import answers
from kheo.units.models import (
    Competence,
    Post,
    Reorganisation,
    Role,
    Unit,
    UnitLineage,
    UnitSuccession,
)

logger = logging.getLogger(__name__)
Work = Reorganisation.Work
Say = Callable[[Reorganisation], None]


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
    """The decision holds. From now on it is prepared out of force, and on its day it takes effect by itself.

    What is small is prepared, and if its day has come carried out, at once; what is large is handed to the
    worker. Refused while its table is doubtful.
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
            locked.size = len(body_changes.closing(plan.bodies)) * 2
        else:
            changes.preview(plan.change)
            locked.size, locked.making = preparing.extent(plan.change)
        locked.confirmed_at = locked.moved_at = timezone.now()
        locked.work = Reorganisation.Work.PREPARE
        locked.save(update_fields=["confirmed_at", "moved_at", "work", "size", "making"])
        record(locked, "confirmed", by=by, reason=locked.legal_basis)
        if locked.size > preparing.SMALL:
            _ask_the_worker(locked, by)
    if locked.size <= preparing.SMALL:
        finish(locked.pk, by=by)
    locked.refresh_from_db()
    return locked


def _ask_the_worker(story: Reorganisation, post: Post | None) -> None:
    from kheo.units.tasks import go_on  # it imports this module

    go_on.enqueue(story.pk, post.pk if post else None)


def go_on(pk: int, post: int | None = None) -> None:
    """What the worker does for a decision: `finish` it. Why it stopped is said on its page and in the log."""
    by = Post.objects.select_related("user", "unit").filter(pk=post).first() if post else None
    try:
        finish(pk, by=by)
    except Refused as refused:
        logger.error(_("%(name)s could not take effect: %(why)s"), {"name": pk, "why": refused})
    except Exception:
        logger.exception(_("%(name)s could not take effect."), {"name": pk})


def finish(pk: int, *, by: Any = None, say: Say = lambda story: None) -> None:
    """Prepare it to the end, in short transactions, and if its day has come, switch.

    What stops it is kept for its page. Whatever kills it, it goes on where it was when called again.
    """
    try:
        while _prepare_some(pk, say):
            pass
        story = Reorganisation.objects.get(pk=pk)
        plan = plan_of(story)
        if plan is None or not story.is_waiting or story.on > today():
            return
        Reorganisation.objects.filter(pk=pk).update(work=Work.SWITCH, moved_at=timezone.now())
        carry_out(plan, by=by)
    except Refused as refused:
        _stop(pk, str(refused))
        raise
    except Exception:
        _stop(pk)
        raise


def _prepare_some(pk: int, say: Say) -> bool:
    """One transaction under the lock of the decision's row. Answers whether something may be left."""
    with transaction.atomic():
        story = Reorganisation.objects.select_for_update().get(pk=pk)
        if not story.is_waiting or story.prepared_at:
            return False
        plan = plan_of(story)
        more = False
        if plan is not None and plan.bodies is None:
            if not story.size:
                story.size, story.making = preparing.extent(plan.change)
            more = preparing.make_some(story, plan.change)
        if not more:
            story.prepared_at, story.work = timezone.now(), Work.NONE
            story.making = {name: [total, total] for name, (_done, total) in story.making.items()}
        story.moved_at, story.stopped_by = timezone.now(), ""
        story.save(update_fields=[*_MOVING, "hamlets", "stopped_by"])
    say(story)
    return more


_MOVING = ("prepared_at", "work", "size", "making", "moved_at")


def _stop(pk: int, why: str = "") -> None:
    """It went no further: its last transaction is undone, and its page says why."""
    why = why or _(
        "A fault of the program stopped it. Nothing of it is half done, and nobody sees what is prepared. "
        "Press “Go on”; if it stops again, show the page “State of the system” to whoever runs the machine."
    )
    waiting = Reorganisation.objects.filter(pk=pk).waiting()
    waiting.update(work=Work.NONE, stopped_by=why, moved_at=timezone.now())


def _hand_over(story: Reorganisation, post: Post | None = None) -> None:
    """Give it to the worker, unless it has it already."""
    with transaction.atomic():
        mine = Reorganisation.objects.filter(pk=story.pk, work=Work.NONE).waiting()
        work = Work.SWITCH if story.prepared_at else Work.PREPARE
        if mine.update(work=work, moved_at=timezone.now(), stopped_by=""):
            _ask_the_worker(story, post)


def resume(story: Reorganisation, *, by: Post) -> None:
    """A person has it go on, after it stopped or its worker died."""
    by.require(Role.ADMIN)
    with transaction.atomic():
        locked = _locked(story)
        if not locked.is_waiting:
            raise Refused(_("This decision is %s. There is nothing left to prepare.") % locked.state[0])
        if not (locked.stopped_by or locked.is_silent):
            raise Refused(_("It is being worked on. Wait until that is done."))
        record(locked, "resumed", by=by)
        Reorganisation.objects.filter(pk=locked.pk).update(work=Work.NONE)
        _hand_over(locked, by)


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
        locked.work = locked.stopped_by = ""
        locked.save(update_fields=["withdrawn_at", "withdrawn_because", "work", "stopped_by"])
        record(locked, "withdrawn", by=by, reason=because)


def catch_up(*, hurry: bool = False) -> list[Reorganisation]:
    """Carry out what was confirmed and whose day has come, oldest first. Returns what took effect now.

    The row of each is the lock: of two processes that meet the new day, one does it and the other finds it
    done. One that can no longer be carried out is left waiting and said in the log; the others go on, and so
    does whoever made the first request of the day. `hurry`: somebody waits for a page, so what is large is
    handed to the worker, and what comes after it waits for its turn.
    """
    done = []
    for story in Reorganisation.objects.due():
        if hurry and story.size > preparing.SMALL:
            if story.stopped_by:
                continue
            # Where it has been given away already nothing is written: SQLite's one lock may be the switch's.
            if not story.work:
                _hand_over(story)
            break
        plan = plan_of(story)
        if plan is None:
            continue
        try:
            done.append(carry_out(plan))
        except Refused as refused:
            logger.error(_("%(name)s could not take effect: %(why)s"), {"name": story, "why": refused})
            _stop(story.pk, str(refused))
        except Exception:
            # Its transaction is undone. Every page of the day would fail if this went further.
            logger.exception(_("%(name)s could not take effect."), {"name": story})
            _stop(story.pk)
    return done


def every_night() -> str | None:
    """What takes effect today, before anybody is at work; the night's work calls it after its backup.

    What was left half prepared, because its worker died, is prepared to the end.
    """
    left = Reorganisation.objects.waiting().filter(prepared_at=None, stopped_by="")
    for story in left.order_by("on", "pk"):
        if not story.work or story.is_silent:
            go_on(story.pk)
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
        prepared=Area.objects.filter(valid_from=on, in_force=False, annulled=False)
        .exclude(level="hamlet")
        .count(),
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
        ready = {int(old): new for old, new in story.hamlets.items()}
        changes.carry_out(plan.change, by=by, ready=ready)
        before = _close_units(closing, plan, by)
        fresh = Area.objects.filter(valid_from=plan.change.on, in_force=True, annulled=False).exclude(
            level__in=["hamlet", "part"]
        )
        begun = list(fresh.select_related("parent__parent"))
        opened = [*bodies.bring_into_force(begun), *bodies.found(begun)]
        record_all(((unit, {}) for unit in opened), "opened", by=by, reason=plan.name)
        went, ended = bodies.succeed_areas(plan.change.on)
        typed = going_on.carry_typed(plan.change.on, plan.change.legal_basis)
        story.before = _for_reversing(plan, before)
        lineage.recompute([*(unit.pk for unit in [*before, *opened, *typed])])
        posts, waiting = going_on.continue_posts(plan.change.on, plan.name, by)
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
    story.work = story.stopped_by = ""
    story.hamlets = {}
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
    posts, waiting = going_on.continue_posts(plan.change.on, plan.name, by)
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
    ids = [unit.pk for unit in units]
    Unit.objects.filter(pk__among=ids).update(valid_to=on)
    Competence.objects.filter(unit__among=ids, valid_to__gt=on).update(valid_to=on)
    closed = [(unit, {"valid_to": [str(unit.valid_to), str(on)]}) for unit in units]
    record_all(closed, "closed", by=by, reason=plan.name)
    return units
