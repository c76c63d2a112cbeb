"""What has come in and waits for somebody to look: reports, registrations, periodic reports, in one list.

Whoever works at a desk reads the essentials where they stand; what is then done with many of them stands in
`at_once`. A fixed number of queries, however much waits.
"""

import base64
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from kheo.fieldwork.models import FieldReport, FieldReportStep, UnitReport, UnitReportLine, UnitReportStep
from kheo.files.models import Photo
from kheo.initiatives.models import Enrolment, Step
from kheo.initiatives.models.initiatives import DESK, HEADS
from kheo.initiatives.views.enrolments import said
from kheo.lib.formats import number
from kheo.places.models import Area
from kheo.submissions.models import Submission
from kheo.ui.lists import COUNT_TO, Page, in_order, total_words
from kheo.units.models import Post

# Who looks at what comes in.
LOOKING = (*DESK, *HEADS)
PHOTOS_SHOWN = 6
SIZES = (50, 100, 200)


# Which way a thing came. Rooms above say so, by registry: `offline` knows what phones have sent.


@dataclass(frozen=True)
class Came:
    """How one thing came: in words, and how many of its photos are still under way."""

    words: str | Promise
    photos_missing: int = 0


@dataclass(frozen=True)
class Channel:
    """A way things come in beside the web. `those(model)` is the condition on records of a model that came
    so ("app.model"), `told(model, ids)` what is known of some; both in a fixed number of queries."""

    key: str
    label: str | Promise
    those: Callable[[str], Q]
    told: Callable[[str, Collection[int]], dict[int, Came]]


@dataclass
class Channels:
    known: dict[str, Channel] = field(default_factory=dict)

    def add(self, channel: Channel) -> None:
        self.known[channel.key] = channel

    def narrowed(self, rows: Any, wanted: str) -> Any:
        """The rows that came this way; "web" are those that came by none of the others."""
        model = rows.model._meta.label_lower
        if wanted == "web":
            for channel in self.known.values():
                rows = rows.exclude(channel.those(model))
        elif wanted in self.known:
            rows = rows.filter(self.known[wanted].those(model))
        return rows

    def told(self, model: str, ids: Collection[int]) -> dict[int, Came]:
        found: dict[int, Came] = {}
        for channel in self.known.values():
            found |= channel.told(model, ids)
        return found


channels = Channels()


@dataclass(frozen=True)
class Elsewhere:
    """What waits in a list of its own, in a sentence."""

    words: str
    url: str


@dataclass
class Others:
    """Rooms whose arrivals are looked at on a page of their own say here how many wait: one query each."""

    asked: dict[str, Callable[[Post], Elsewhere | None]] = field(default_factory=dict)

    def add(self, key: str, waits: Callable[[Post], Elsewhere | None]) -> None:
        self.asked[key] = waits

    def of(self, post: Post) -> list[Elsewhere]:
        return [found for waits in self.asked.values() if (found := waits(post)) is not None]


others = Others()


def submissions(post: Post) -> Elsewhere | None:
    """Registrations sent without an account: each is held against what is known before it is taken."""
    n = Submission.objects.to_take(post).order_by()[: COUNT_TO + 1].count()
    if not n:
        return None
    words = ngettext(
        "%(n)s registration sent without an account waits to be taken.",
        "%(n)s registrations sent without an account wait to be taken.",
        n,
    )
    return Elsewhere(words % {"n": at_most(n)}, reverse("submission_list"))


def at_most(found: int) -> str:
    return f"{number(COUNT_TO)}+" if found > COUNT_TO else number(found)


@dataclass(frozen=True)
class Kind:
    """One kind of thing that comes in: what waits for a post, and the verb that takes it."""

    key: str
    label: str | Promise
    one: str | Promise
    model: Any
    # What waits for the post's body, within its sight.
    waiting: Callable[[Post], Any]
    verb: str
    came_at: Any
    narrowed: Callable[[Any, dict[str, Any]], Any]
    # Puts `sender` and what a line shows besides on each row, in a fixed number of queries.
    prepare: Callable[[Sequence[Any]], None]
    # Said after so many were taken.
    done: Callable[[int], str]

    @property
    def template(self) -> str:
        return f"duties/arrivals/{self.model._meta.model_name}.html"


@dataclass
class Arrival:
    """One thing that waits. `refused` says why it could not be done a moment ago."""

    kind: Kind
    thing: Any
    came: Came | None = None
    refused: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind.key}-{self.thing.pk}"

    @property
    def name(self) -> str:
        return str(self.thing) if self.kind.model is UnitReport else str(self.thing.initiative.name)


# The kinds


def _of_initiatives(rows: Any, chosen: dict[str, Any]) -> Any:
    return rows.narrowed(chosen)


def _of_units(rows: Any, chosen: dict[str, Any]) -> Any:
    if "field" in chosen:
        # A unit's report tells of all fields at once.
        return rows.none()
    if "commune" in chosen:
        here = Area.objects.within_now(chosen["commune"]).values("pk")
        rows = rows.filter(unit__area__in=here)
    return rows.narrowed({"q": chosen["q"]} if "q" in chosen else {})


def _senders(steps: Any, rows: Sequence[Any], to: str, state: str = "sent") -> dict[int, Any]:
    """The last sending of each row, with who did it. One query."""
    found = steps.filter(**{f"{to}__in": [row.pk for row in rows]}, state=state)
    taken = found.select_related("by__user", "by__unit").order_by("at", "pk")
    return {getattr(step, f"{to}_id"): step for step in taken}


def _field_reports(rows: Sequence[FieldReport]) -> None:
    sent = _senders(FieldReportStep.objects, rows, "report")
    photos: dict[str, list[Photo]] = {}
    owned = Photo.objects.standing().filter(
        owner_type="fieldwork.fieldreport", owner_id__in=[str(row.pk) for row in rows]
    )
    for photo in owned.order_by("uploaded_at", "pk"):
        photos.setdefault(photo.owner_id, []).append(photo)
    for row in rows:
        _sent_by(row, sent.get(row.pk))
        row.shown_photos = photos.get(str(row.pk), [])[:PHOTOS_SHOWN]  # type: ignore[attr-defined]
        row.photo_count = len(photos.get(str(row.pk), []))  # type: ignore[attr-defined]


def _unit_reports(rows: Sequence[UnitReport]) -> None:
    ids = [row.pk for row in rows]
    sent = _senders(UnitReportStep.objects, rows, "report")
    lines = UnitReportLine.objects.filter(report__in=ids).order_by()
    standing: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for report, how, n in lines.values_list("report", "standing").annotate(n=Count("pk")):
        standing[report][how] = n
    # What asks for a second look: what is weak or to stop, with the words beside it.
    told: dict[int, list[UnitReportLine]] = {pk: [] for pk in ids}
    weak = lines.filter(standing__in=[UnitReportLine.Standing.WEAK, UnitReportLine.Standing.STOPPED])
    for line in weak.select_related("initiative").order_by("initiative__sort_key", "pk"):
        told[line.report_id].append(line)
    for row in rows:
        _sent_by(row, sent.get(row.pk))
        row.standing_counts = [  # type: ignore[attr-defined]
            (each.label, UnitReportLine.TONES[each], standing[row.pk].get(each, 0))
            for each in UnitReportLine.Standing
            if standing[row.pk].get(each)
        ]
        row.told_lines = told[row.pk]  # type: ignore[attr-defined]


def _enrolments(rows: Sequence[Enrolment]) -> None:
    sent = _senders(Step.objects, rows, "enrolment")
    for row in rows:
        step = sent.get(row.pk)
        _sent_by(row, step)
        row.alike_seen = len(step.duplicates_seen) if step else 0  # type: ignore[attr-defined]
        row.said = said(row)  # type: ignore[attr-defined]


def _sent_by(row: Any, step: Any) -> None:
    row.sender_post = step.by if step else None


def _enrolments_of(kind: Q) -> Callable[[Post], Any]:
    def waiting(post: Post) -> Any:
        return Enrolment.objects.few_visible_to(post).to_receive(post).filter(kind)

    return waiting


def _accepted(n: int) -> str:
    return ngettext(
        "%(n)d report is accepted. Its figures are counted now.",
        "%(n)d reports are accepted. Their figures are counted now.",
        n,
    ) % {"n": n}


def _pages_accepted(n: int) -> str:
    return ngettext(
        "%(n)d periodic report is accepted.", "%(n)d periodic reports are accepted.", n
    ) % {"n": n}  # fmt: skip


def _received(n: int) -> str:
    return ngettext("%(n)d registration is received.", "%(n)d registrations are received.", n) % {"n": n}


_SENT_AT = Coalesce("sent_at", "updated")
_ENROLMENT_SENT_AT = Coalesce(
    Subquery(
        Step.objects.filter(enrolment=OuterRef("pk"), state="sent").order_by("-at", "-pk").values("at")[:1]
    ),
    "updated",
)
_CONTINUING = Q(kind=Enrolment.Kind.CONTINUING)

KINDS = [
    Kind(
        "field_report",
        gettext_lazy("Reports"),
        pgettext_lazy("one that came in", "report"),
        FieldReport,
        lambda post: FieldReport.objects.few_visible_to(post).to_accept(post),
        "accept",
        _SENT_AT,
        _of_initiatives,
        _field_reports,
        _accepted,
    ),
    Kind(
        "unit_report",
        gettext_lazy("Periodic reports"),
        pgettext_lazy("one that came in", "periodic report"),
        UnitReport,
        lambda post: UnitReport.objects.few_visible_to(post).to_accept(post),
        "accept",
        _SENT_AT,
        _of_units,
        _unit_reports,
        _pages_accepted,
    ),
    Kind(
        "registration",
        gettext_lazy("Registrations"),
        pgettext_lazy("one that came in", "registration"),
        Enrolment,
        _enrolments_of(~_CONTINUING),
        "receive",
        _ENROLMENT_SENT_AT,
        _of_initiatives,
        _enrolments,
        _received,
    ),
    Kind(
        "continuing",
        gettext_lazy("Continuing this year"),
        pgettext_lazy("one that came in", "continuing"),
        Enrolment,
        _enrolments_of(_CONTINUING),
        "receive",
        _ENROLMENT_SENT_AT,
        _of_initiatives,
        _enrolments,
        _received,
    ),
]
BY_KEY = {kind.key: kind for kind in KINDS}


# The list


def waiting_for(post: Post, kind: Kind, chosen: dict[str, Any]) -> Any:
    """What of a kind waits for the post's body and fits the filter."""
    rows = kind.narrowed(kind.waiting(post), chosen)
    return channels.narrowed(rows, chosen["way"]) if "way" in chosen else rows


def counts(post: Post, chosen: dict[str, Any]) -> dict[str, int]:
    """How many of each kind wait, counted to COUNT_TO + 1. One query a kind."""
    return {kind.key: waiting_for(post, kind, chosen).order_by()[: COUNT_TO + 1].count() for kind in KINDS}


# When it came, the place of its kind in the list, its id: what a page begins after.
Mark = tuple[datetime, int, int]


def listed(
    request: HttpRequest, post: Post, kinds: Sequence[Kind], chosen: dict[str, Any], total: int
) -> Page:
    """One page of everything that waits, the newest first unless the filter asks for the longest waiting.

    Every kind is asked for one page at most, so the cost grows neither with what waits nor with history.
    """
    size, oldest = chosen.get("size", SIZES[1]), chosen.get("sort") == "oldest"
    backwards = "before" in request.GET and "after" not in request.GET
    at = _read_mark(request.GET.get("before" if backwards else "after", ""))
    backwards = backwards and at is not None
    ascending = oldest != backwards
    streams = [_stream(post, kind, chosen, at, ascending, size + 1) for kind in kinds]
    found = list(islice(merge(*streams, reverse=not ascending), size + 1))
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    rows = _arrivals(found)
    prepare(rows)
    return Page(
        rows=rows,
        next_url=_url(request, "after", found[-1]) if found and (more or backwards) else "",
        previous_url=_url(request, "before", found[0])
        if found and (more if backwards else at is not None)
        else "",
        total=total if total <= COUNT_TO else None,
        total_text=total_words(total),
    )


def _stream(
    post: Post, kind: Kind, chosen: dict[str, Any], at: Mark | None, ascending: bool, most: int
) -> Iterator[Mark]:
    rank = -KINDS.index(kind)
    rows = waiting_for(post, kind, chosen).annotate(came_at=kind.came_at)
    if at is not None:
        beyond, pk_beyond = ("gt", "pk__gt") if ascending else ("lt", "pk__lt")
        condition = Q(**{f"came_at__{beyond}": at[0]})
        if rank == at[1]:
            condition |= Q(came_at=at[0], **{pk_beyond: at[2]})
        elif (rank > at[1]) == ascending:
            condition |= Q(came_at=at[0])
        rows = rows.filter(condition)
    sign = "" if ascending else "-"
    for came_at, pk in rows.order_by(f"{sign}came_at", f"{sign}pk").values_list("came_at", "pk")[:most]:
        yield came_at, rank, pk


def _arrivals(found: Sequence[Mark]) -> list[Arrival]:
    """What these marks stand for, with what a line shows: of the page alone, not of all that waits."""
    rows: dict[tuple[int, int], Arrival] = {}
    for place, kind in enumerate(KINDS):
        came = {pk: came_at for came_at, rank, pk in found if rank == -place}
        for row in in_order(kind.model.objects.with_facts(), list(came)):
            row.came_at = came[row.pk]
            rows[-place, row.pk] = Arrival(kind, row)
    return [rows[rank, pk] for _came, rank, pk in found if (rank, pk) in rows]


def _url(request: HttpRequest, name: str, mark: Mark) -> str:
    query = request.GET.copy()
    for each in ("after", "before"):
        query.pop(each, None)
    written = json.dumps([mark[0].isoformat(), mark[1], mark[2]])
    query[name] = base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")
    return f"?{query.urlencode()}"


def _read_mark(text: str) -> Mark | None:
    """What an address says a page begins after; None for what cannot be read: the first page."""
    if not text or len(text) > 200:
        return None
    try:
        came, rank, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        at = parse_datetime(came)
    except (ValueError, TypeError, RecursionError):
        return None
    if at is None or at.tzinfo is None or type(rank) is not int or type(pk) is not int or abs(pk) >= 2**63:
        return None
    return at, rank, pk


def prepare(arrivals: Sequence[Arrival]) -> None:
    """Everything a line shows, in a fixed number of queries a kind."""
    for kind in KINDS:
        of_kind = [each for each in arrivals if each.kind is kind]
        kind.prepare([each.thing for each in of_kind])
        came = channels.told(kind.model._meta.label_lower, [each.thing.pk for each in of_kind])
        for each in of_kind:
            each.came = came.get(each.thing.pk)
