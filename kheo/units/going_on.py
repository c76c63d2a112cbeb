"""What goes on at the successors when bodies end: those that communes typed, steering committees, posts.

Part of the transaction of the reorganisation, each in a fixed number of questions: a province has thousands.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from kheo.audit.models import record_all
from kheo.lib.database import write_back
from kheo.lib.periods import FOREVER
from kheo.places import paths
from kheo.places.lineage import in_batches
from kheo.places.models import Area, AreaLineage
from kheo.units.models import Committee, Competence, Post, Unit, UnitSuccession


def carry_typed(on: date, legal_basis: str) -> list[Unit]:
    """Bodies that communes typed themselves (schools, party cells) go on at the heir, under its bodies.

    Returns those opened. A fixed number of questions: a province has thousands.
    """
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
        tie.legal_basis = legal_basis
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


def continue_posts(on: date, reason: str, by: Any) -> tuple[int, int]:
    """Each post at a body that ended goes on at its one successor; where there is none or several, it ends.

    Returns how many went on, and how many an administrator must settle.
    """
    held = Post.objects.filter(unit__valid_to=on, unit__annulled=False, valid_from__lt=on, valid_to__gt=on)
    posts = list(held.select_related("unit", "user").order_by("pk"))
    heirs: dict[int, list[Unit | None]] = defaultdict(list)
    ties = UnitSuccession.objects.filter(on=on, known_to=FOREVER).select_related("successor")
    for tie in in_batches(ties, "predecessor__in", {post.unit_id for post in posts}):
        heirs[tie.predecessor_id].append(tie.successor)
    Post.objects.filter(pk__among=[post.pk for post in posts]).update(valid_to=on)
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
    record_all(ended, "post_ended", by=by, reason=reason)
    Post.objects.bulk_create(going, batch_size=500)
    told = (
        (post, {"unit": [str(before.unit) if (before := post.continues) else "", str(post.unit)]})
        for post in going
    )
    record_all(told, "post_continued", by=by)
    return len(going), len(ended)
