"""The photos that belong to deliveries: which are awaited, which have come, and how they join the record.

They travel apart (the upload is another story) and may come before or after the text, in any order.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import ngettext

from kheo.fieldwork.models import FieldReport
from kheo.offline import envelopes
from kheo.offline.models import Delivery, ExpectedPhoto, Upload

# Who makes ready what `ExpectedPhoto.objects.to_attach()` names; the story of the uploads adds itself here.
WASHERS: list[Callable[[], None]] = []


def expected(delivery: Delivery, named: Iterable[envelopes.Photo]) -> list[ExpectedPhoto]:
    """Write down which photos a delivery waits for; those that have come already are marked so.

    Part of the caller's transaction.
    """
    rows = [
        ExpectedPhoto(
            delivery=delivery,
            order=order,
            sha256=photo.sha256,
            size=photo.size,
            name=photo.name,
            taken_on=photo.taken_on,
        )
        for order, photo in enumerate(named)
    ]
    if not rows:
        return []
    here = already_here(delivery.user, [row.sha256 for row in rows])
    now = timezone.now()
    for row in rows:
        row.arrived_at = now if row.sha256 in here else None
    return ExpectedPhoto.objects.bulk_create(rows)


def already_here(user: Any, hashes: Iterable[str]) -> set[str]:
    """Which of these photos of this person have come before."""
    here = Upload.objects.finished().filter(phone__user=user, sha256__in=list(hashes))
    return set(here.values_list("sha256", flat=True))


def arrived(user: Any, sha256: str) -> int:
    """All bytes of a photo are here: each delivery of this person that waits has it. Answers how many."""
    waiting = ExpectedPhoto.objects.of_content(user, sha256).filter(arrived_at=None)
    return waiting.update(arrived_at=timezone.now())


def follow_up(delivery: Delivery) -> None:
    """A delivery has become a record: what has come of its photos joins it, after the commit."""
    if WASHERS and delivery.photos.to_attach().exists():
        for wash in WASHERS:
            transaction.on_commit(wash)


def under_way(record: Any) -> dict[str, int]:
    """Of the photos sent for a record: how many have not come, are prepared, or cannot be kept."""
    rows = ExpectedPhoto.objects.filter(
        delivery__record_type=record._meta.label_lower,
        delivery__record_id=record.pk,
        delivery__state=Delivery.State.ACCEPTED,
        attached_at=None,
    )
    counts = {"missing": 0, "preparing": 0, "refused": 0}
    for arrived_at, refused in rows.values_list("arrived_at", "refused"):
        counts["refused" if refused else "preparing" if arrived_at else "missing"] += 1
    return counts


def remarks(record: Any) -> list[tuple[str, str]]:
    """What its page says of photos that are not with it yet: (sentence, tone)."""
    counts = under_way(record)
    said = []
    if n := counts["missing"]:
        text = ngettext("%(n)d photo is on its way.", "%(n)d photos are on their way.", n)
        said.append((text % {"n": n}, "wait"))
    if n := counts["preparing"]:
        text = ngettext(
            "%(n)d photo has come and is being prepared.", "%(n)d photos have come and are being prepared.", n
        )
        said.append((text % {"n": n}, "wait"))
    if n := counts["refused"]:
        text = ngettext(
            "%(n)d photo could not be kept; its sender has been told why.",
            "%(n)d photos could not be kept; their sender has been told why.",
            n,
        )
        said.append((text % {"n": n}, "warn"))
    return said


REPORT = FieldReport._meta.label_lower


def in_list_of_reports(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What a list says of these reports: how many of their photos have not joined them yet. One query."""
    rows = ExpectedPhoto.objects.coming_to(REPORT).filter(delivery__record_id__in=list(ids))
    return _said(rows.values_list("delivery__record_id").annotate(n=Count("pk")))


def in_list_of_initiatives(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """The same of these initiatives: of all reports sent on them. One query."""
    sent = FieldReport.objects.filter(
        enrolment__initiative__in=list(ids), state__in=[FieldReport.State.SENT, FieldReport.State.ACCEPTED]
    )
    about = FieldReport.objects.filter(pk=OuterRef("delivery__record_id"))
    rows = ExpectedPhoto.objects.coming_to(REPORT).filter(
        delivery__record_id__in=sent.order_by().values("pk")
    )
    initiative = Subquery(about.order_by().values("enrolment__initiative")[:1])
    return _said(rows.annotate(of=initiative).values_list("of").annotate(n=Count("pk")))


def _said(counted: Iterable[tuple[int, int]]) -> dict[int, tuple[str, str]]:
    return {
        pk: (
            ngettext("%(n)d photo still on its way", "%(n)d photos still on their way", n) % {"n": n},
            "wait",
        )
        for pk, n in counted
    }
