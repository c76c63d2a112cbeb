"""The story of a correcting decision: a reorganisation entered by mistake is reversed, and nothing is lost.

What it closed lives again; what it opened was, as is known now, never there. What was recorded meanwhile
keeps its home and is carried to what that should have been, or waits to be settled where several come into
question. The mistaken decision stays in the record, and figures "as known on" an earlier day do not change.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.audit.models import record, record_all
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc
from kheo.places import reversing as of_areas
from kheo.places.models import Area
from kheo.units import heirs, lineage, reorganise
from kheo.units.models import Competence, Post, Reorganisation, Role, Unit, UnitSuccession

Kind = UnitSuccession.Kind


def check(story: Reorganisation) -> None:
    """Refuse what cannot be reversed, with the reason."""
    if story.reversed_by_other:
        raise Refused(_("This decision has been reversed already."))
    if story.reverses_id:
        raise Refused(_("A correcting decision is not reversed: enter what holds as a new decision."))
    if not story.carried_out_at:
        raise Refused(_("It has not taken effect. Withdraw it instead."))
    if not story.change:
        raise Refused(_("This reorganisation comes with Kheo's own lists and is not reversed."))
    plan = reorganise.plan_of(story)
    assert plan is not None
    if plan.bodies is None:
        of_areas.check(plan.change)
    later = _opened(story).exclude(valid_to=FOREVER)
    # A body may end by its own law on a day known beforehand.
    again = later.filter(Q(successions__known_to=FOREVER)).first()
    if again is not None:
        raise Refused(
            _("%(area)s has been reorganised again since. Reverse the later decision first.")
            % {"area": again.name}
        )


def reverse(story: Reorganisation, *, name: str, legal_basis: str, by: Post) -> Reorganisation:
    """Reverse a reorganisation that took effect, by a correcting decision, from today on. One transaction."""
    by.require(Role.ADMIN)
    with transaction.atomic():
        locked = Reorganisation.objects.select_for_update().get(pk=story.pk)
        check(locked)
        plan = reorganise.plan_of(locked)
        assert plan is not None
        reason = legal_basis[:200]
        annulled: dict[int, list[Area]] = {}
        if plan.bodies is None:
            annulled = of_areas.reverse(plan.change, by=by, reason=reason)
        units = _Units(locked, annulled, by, reason)
        units.reopen()
        units.annul()
        lineage.recompute(units.touched)
        carried, waiting = units.carry_posts()
        correcting = Reorganisation.objects.create(
            key=reorganise._free_key(name, today()),
            name=nfc(name),
            on=today(),
            legal_basis=nfc(legal_basis),
            about=locked.about,
            reverses=locked,
            confirmed_at=timezone.now(),
            carried_out_at=timezone.now(),
            carried_out_by=by.user,
            counts={
                "areas_annulled": len(annulled),
                "units_reopened": len(units.reopened),
                "units_annulled": len(units.annulled),
                "posts_continued": carried,
                "posts_waiting_for_an_administrator": waiting,
            },
        )
        record(locked, "reversed", by=by, reason=legal_basis)
        record(correcting, "carried_out", by=by, reason=legal_basis)
        heirs.carry_records(list(annulled))
    return correcting


def _opened(story: Reorganisation) -> Any:
    return Unit.objects.filter(pk__in=story.before.get("opened", []))


class _Units:
    def __init__(self, story: Reorganisation, areas: dict[int, list[Area]], by: Post, reason: str) -> None:
        self.on, self.by, self.reason, self.areas = story.on, by, reason, areas
        closed = {int(pk): date.fromisoformat(day) for pk, day in story.before.get("closed", [])}
        self.until = closed
        self.reopened = list(Unit.objects.filter(pk__in=closed).order_by("path"))
        opened = list(_opened(story))
        # What people added meanwhile at areas and under bodies that, as is known now, never were.
        since = Unit.objects.filter(
            Q(area__in=areas) | Q(area__parent__in=areas) | Q(parent__in=[unit.pk for unit in opened]),
            annulled=False,
            valid_from__gte=self.on,
        )
        self.since = list(since.exclude(pk__in=[unit.pk for unit in opened]).order_by("path"))
        self.opened = opened
        self.annulled = [*opened, *self.since]
        # Whose lineage, and that of all who have to do with them, is written anew.
        self.touched = {unit.pk for unit in [*self.reopened, *self.annulled]}
        ties = UnitSuccession.objects.filter(on=self.on, known_to=FOREVER, predecessor__in=closed)
        self.links = list(ties)
        self.should: dict[int, list[int]] = defaultdict(list)
        for link in self.links:
            if link.successor_id:
                self.should[link.successor_id].append(link.predecessor_id)

    def reopen(self) -> None:
        UnitSuccession.objects.filter(pk__in=[link.pk for link in self.links]).update(known_to=today())
        shares = Unit.objects.filter(kind=Unit.Kind.PART, parent__in=self.until, annulled=False)
        gone = list(shares.values_list("pk", flat=True))
        UnitSuccession.objects.filter(predecessor__in=gone, known_to=FOREVER).update(known_to=today())
        Unit.objects.filter(pk__among=gone).update(annulled=True)
        self.touched |= set(gone)
        ends: dict[date, list[int]] = defaultdict(list)
        for unit in self.reopened:
            ends[self.until[unit.pk]].append(unit.pk)
        for until, ids in ends.items():
            Unit.objects.filter(pk__among=ids).update(valid_to=until)
            Competence.objects.filter(unit__among=ids, valid_to=self.on).update(valid_to=until)
        told = [(unit, {"valid_to": [str(self.on), str(self.until[unit.pk])]}) for unit in self.reopened]
        record_all(told, "reopened", by=self.by, reason=self.reason)

    def annul(self) -> None:
        until = max(today(), self.on + timedelta(days=1))
        ids = [unit.pk for unit in self.annulled]
        Unit.objects.filter(pk__in=ids, valid_to__gt=until).update(valid_to=until)
        Unit.objects.filter(pk__in=ids).update(annulled=True)
        Competence.objects.filter(unit__in=ids, valid_to__gt=until).update(valid_to=until)
        record_all(((unit, {}) for unit in self.annulled), "annulled", by=self.by, reason=self.reason)
        rows = []
        for unit in self.since:
            again = self._again(unit)
            if again is not None:
                self.should[unit.pk] = [again.pk]
                self.touched.add(again.pk)
        for unit in self.annulled:
            before = self.should.get(unit.pk, [])
            rows += [
                UnitSuccession(
                    predecessor=unit,
                    successor_id=heir,
                    on=unit.valid_from,
                    kind=Kind.SUCCEEDED if len(before) == 1 else Kind.SPLIT,
                    share_numerator=1 if len(before) == 1 else None,
                    share_denominator=1 if len(before) == 1 else None,
                    legal_basis=self.reason,
                )
                for heir in before
            ]
        UnitSuccession.objects.bulk_create(rows, batch_size=500)

    def _again(self, unit: Unit) -> Unit | None:
        """What was added meanwhile goes on where its superior should have been one body; else it waits."""
        above = self.should.get(unit.parent_id or 0, [])
        if len(above) != 1:
            return None
        parent = Unit.objects.select_related("area").get(pk=above[0])
        areas = self.areas.get(unit.area_id)
        again = Unit(
            name=unit.name,
            short_name=unit.short_name,
            kind=unit.kind,
            line=unit.line,
            level=unit.level,
            area=areas[0] if areas and len(areas) == 1 else parent.area,
            parent=parent,
            valid_from=parent.valid_from,
            valid_to=parent.valid_to,
            sample=unit.sample,
        )
        again.save()
        Competence.objects.bulk_create(
            Competence(unit=again, function_id=each.function_id, valid_from=again.valid_from)
            for each in unit.competences.all()
        )
        return again

    def carry_posts(self) -> tuple[int, int]:
        """Posts held at what never was go back to where they came from; those it had ended go on."""
        day = today()
        carried = waiting = 0
        here = Post.objects.filter(unit__in=self.annulled, valid_to__gt=day)
        for post in here.select_related("unit", "continues").order_by("pk"):
            until, back = post.valid_to, self._back(post)
            Post.objects.filter(pk=post.pk).update(
                valid_to=max(day, date.fromordinal(post.valid_from.toordinal() + 1))
            )
            if back is None:
                record(post, "post_ended", by=self.by, reason=self.reason)
                waiting += 1
            else:
                carried += self._continue(post, back, until)
        ended = Post.objects.filter(unit__in=self.until, valid_to=self.on, continued_by=None)
        for post in ended.select_related("unit").order_by("pk"):
            carried += self._continue(post, post.unit_id, FOREVER)
        return carried, waiting

    def _back(self, post: Post) -> int | None:
        came = post.continues
        if came is not None and came.unit_id in self.until:
            return came.unit_id
        should = self.should.get(post.unit_id, [])
        return should[0] if len(should) == 1 else None

    def _continue(self, post: Post, unit: int, until: date) -> bool:
        following, made = Post.objects.get_or_create(
            user_id=post.user_id,
            unit_id=unit,
            role=post.role,
            valid_from=today(),
            defaults={"reach": post.reach, "title": post.title, "valid_to": until, "continues": post},
        )
        if made:
            record(
                following,
                "post_continued",
                by=self.by,
                changes={"unit": [str(post.unit), str(following.unit)]},
            )
        return made
