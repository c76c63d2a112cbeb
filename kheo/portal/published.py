"""What is published, asked as public pages need it: a fixed number of queries, whatever the amount."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse

from kheo.initiatives.models import Initiative
from kheo.lib.periods import today
from kheo.lib.vietnamese import fold
from kheo.places import borders, paths
from kheo.places.models import Area, Level
from kheo.plans.models import Field
from kheo.stories.models import Story, StoryPhoto, StoryQuerySet
from kheo.ui.charts import Choropleth
from kheo.ui.context import hides_sample

NEWEST = ("-published_at", "-id")


def stories(request: HttpRequest) -> StoryQuerySet:
    """The published stories with all that a card or page says of them: two queries."""
    return shown_to(request).with_photos().select_related(
        "field",
        "commune",
        "initiative__owner",
        "initiative__area__parent__parent__parent",
    )  # fmt: skip


def shown_to(request: HttpRequest) -> StoryQuerySet:
    """What is published; without what is plainly invented for those who have hidden it."""
    rows = Story.objects.published()
    return rows.filter(sample=False) if hides_sample(request) else rows


def photo_of(key: Any) -> StoryPhoto | None:
    """The use of a photo in a published story, or None: then the public knows no such photo."""
    used = StoryPhoto.objects.filter(photo__key=key, story__in=Story.objects.published().order_by())
    return used.select_related("photo").first()


def narrowed(rows: StoryQuerySet, chosen: dict[str, Any]) -> StoryQuerySet:
    """By the choices of the public list: q, field, province and commune (as they are today), year."""
    for word in fold(chosen.get("q", "")).split()[:8]:
        rows = rows.filter(folded__contains=word)
    for name in ("field", "year"):
        if name in chosen:
            rows = rows.filter(**{name: chosen[name]})
    if "commune" in chosen:
        rows = rows.filter(commune__in=Area.objects.within_now(chosen["commune"]).values("pk"))
    elif "province" in chosen:
        there = Area.objects.within_now(chosen["province"]).order_by()
        # Of some only the district or the province is known.
        rows = rows.filter(
            Q(commune__in=there.communes().values("pk"))
            | Q(commune=None, initiative__area__in=there.values("pk"))
        )
    return rows


def address(initiative: Initiative) -> str:
    """The public page of an initiative, its name readable in the address."""
    return address_of(initiative.pk, initiative.name)


def address_of(pk: int, name: str) -> str:
    # Put together by hand: a sitemap has thousands.
    return f"{reverse('public_home')}{pk}-{slug(name)}/"


def slug(name: str) -> str:
    """Letters and figures of the folded name, at most 80 of them; "mo-hinh" where none is left."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(name)).split()
    short = ""
    for word in words:
        if len(short) + len(word) > 80:
            break
        short += ("-" if short else "") + word
    return short or "mo-hinh"


@dataclass
class Card:
    """A story as lists show it."""

    story: Story
    url: str
    cover: StoryPhoto | None
    # The commune of today its place lies in; None where nobody can say.
    now: Area | None

    @property
    def place(self) -> str:
        """Where it is today; where that is not known, where it was."""
        return self.now.in_text if self.now else self.story.initiative.area.short_place


def cards(rows: Iterable[Story]) -> list[Card]:
    """The stories with their first photo and their commune of today. One query."""
    found = list(rows)
    now = communes_now([story.commune for story in found if story.commune])
    return [
        Card(
            story,
            address(story.initiative),
            next(iter(story.shown_photos()), None),
            now.get(story.commune_id) if story.commune_id else None,
        )
        for story in found
    ]


def communes_now(communes: Iterable[Area]) -> dict[int, Area]:
    """For communes of any day the one they lie in today, left out where that is not decided. One query."""
    last = {area.pk: paths.ids(area.path_now)[-1] for area in communes}
    heirs = Area.objects.filter(level=Level.COMMUNE).in_bulk(set(last.values()))
    return {pk: heirs[heir] for pk, heir in last.items() if heir in heirs}


@dataclass
class Whole:
    """The movement at a glance: how much is published, where, and in which field."""

    total: int
    by_commune: dict[int, int]
    by_field: list[tuple[Field, int]]
    # All of today by their ids, and those of them whose borders are known.
    communes: frozenset[int]
    drawn: list[Area]

    @property
    def communes_with_any(self) -> int:
        return sum(1 for pk in self.communes if self.by_commune.get(pk))

    def map(self, title: str, unit: str) -> Choropleth:
        """The communes of today, coloured by how many published stories they have."""
        outlines = borders.outlines_of(self.drawn)
        known = [area for area in self.drawn if area.pk in outlines.paths]
        list_url = reverse("public_list")
        return Choropleth(
            title,
            outlines,
            {area.pk: self.by_commune.get(area.pk, 0) for area in known},
            {area.pk: area.full_name for area in known},
            {area.pk: f"{list_url}?commune={area.pk}" for area in known if self.by_commune.get(area.pk)},
            unit=unit,
            source=borders.SOURCE,
        )


def whole() -> Whole:
    """Everything published, counted by commune of today and by field. Seven queries.

    Counted without asking each initiative whether it is public: those few whose person no longer agrees are
    taken off, so that 100,000 stories are counted from one index. Of a nation's communes only those that are
    drawn are read whole.
    """
    counts: Counter[tuple[int | None, int]] = Counter()
    standing = Story.objects.filter(state=Story.State.PUBLISHED)
    for sign, rows in ((1, standing), (-1, Story.objects.hidden_by_consent())):
        # What is plainly invented may be read, marked as such, but never counts.
        grouped = rows.filter(sample=False).order_by().values_list("commune", "field").annotate(n=Count("pk"))
        for commune, field, n in grouped:
            counts[commune, field] += sign * n
    found = [(commune, field, n) for (commune, field), n in counts.items() if n]
    then = Area.objects.filter(pk__among={commune for commune, _field, _n in found if commune}).order_by()
    last = {pk: paths.ids(path)[-1] for pk, path in then.values_list("pk", "path_now")}
    by_commune: dict[int, int] = defaultdict(int)
    by_field: dict[int, int] = defaultdict(int)
    for commune, field, n in found:
        by_field[field] += n
        if commune:
            by_commune[last[commune]] += n
    fields = [(field, by_field[field.pk]) for field in Field.objects.filter(pk__in=by_field)]
    # Nor does an invented commune lie on any map.
    communes = Area.objects.on(today()).communes().filter(sample=False)
    return Whole(
        sum(by_field.values()),
        dict(by_commune),
        fields,
        frozenset(communes.order_by().values_list("pk", flat=True)),
        list(borders.with_outlines(communes).in_vietnamese_order()),
    )
