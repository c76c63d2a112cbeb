"""Likely duplicates: the same practice, or nearly the same name, close by.

What runs in the same or a neighbouring commune of today is compared, wherever it was registered in its
own time. A name is compared without marks, order of words and the phrases that begin half of all names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from kheo.lib.vietnamese import fold
from kheo.places import paths
from kheo.places.models import Area
from kheo.units.models import Unit

# Of 100: one misspelt word in four leaves about 90, two names of different things rarely pass 70.
NEAR = 85
# Of a name with fewer words it means little that another holds them all ("đường hoa").
FEWEST = 3
MOST = 8
_COMMON = re.compile(r"\b(mo hinh|dien hinh|dan van kheo|kheo trong|kheo|cong tac|phong trao)\b|[^\w ]")


@dataclass(frozen=True)
class Likeness:
    """One initiative that may be the same thing; `why` is "practice" or "name", `score` of 100."""

    initiative: Any
    why: str
    score: int
    same_owner: bool
    same_hamlet: bool


def bare(name: str) -> str:
    """What is left of a name for comparing; the whole folded name where nothing else is."""
    folded = fold(name)
    return " ".join(_COMMON.sub(" ", folded).split()) or folded


def likely(
    name: str,
    *,
    area: Area,
    owner: Unit | None = None,
    practice: int | None = None,
    besides: int | None = None,
) -> list[Likeness]:
    """At most MOST likenesses, closest first. Three queries, whatever their number."""
    from kheo.initiatives.models import Initiative

    near = Initiative.objects.standing().filter(_around(area))
    if besides:
        near = near.exclude(pk=besides)
    rows = list(near.values_list("pk", "name", "practice_id"))
    scores = _near_names(name, ((pk, other) for pk, other, _practice in rows))
    same = {pk for pk, _name, other in rows if practice is not None and other == practice}
    best = sorted(same | scores.keys(), key=lambda pk: (pk not in same, -scores.get(pk, 0), pk))[:MOST]
    found = Initiative.objects.select_related("owner", "area__parent", "field").in_bulk(best)
    return [
        Likeness(
            initiative=found[pk],
            why="practice" if pk in same else "name",
            score=round(scores.get(pk, 0)),
            same_owner=owner is not None and found[pk].owner_id == owner.pk,
            same_hamlet=found[pk].area_id == area.pk,
        )
        for pk in best
        if pk in found
    ]


def count_alike(names: dict[int, str], area: Area) -> dict[int, int]:
    """For many names at one place: how many initiatives nearby bear nearly the same. Two queries."""
    from kheo.initiatives.models import Initiative

    near = list(Initiative.objects.standing().filter(_around(area)).values_list("pk", "name"))
    return {key: len(_near_names(name, near)) for key, name in names.items()}


def _around(area: Area) -> Any:
    """The commune of today and its neighbours; a place above the communes is compared with itself alone."""
    commune = area.commune
    if commune is None:
        return paths.within("area__path", area.path)
    here = commune.today
    condition = paths.within("area__path_now", here.path_now)
    for path in here.neighbours().values_list("path_now", flat=True):
        condition |= paths.within("area__path_now", path)
    return condition


def _near_names(name: str, others: Iterable[tuple[int, str]]) -> dict[int, float]:
    """Scores of those near enough: almost the same words, or all words of the shorter name in the longer."""
    mine = bare(name)
    names = {pk: bare(other) for pk, other in others}
    found = {
        pk: score
        for _name, score, pk in process.extract(
            mine, names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, limit=None
        )
    }
    if len(mine.split()) >= FEWEST:
        long = {pk: other for pk, other in names.items() if len(other.split()) >= FEWEST}
        for _name, _score, pk in process.extract(
            mine, long, scorer=fuzz.token_set_ratio, score_cutoff=100, limit=None
        ):
            found.setdefault(pk, float(NEAR))
    return found
