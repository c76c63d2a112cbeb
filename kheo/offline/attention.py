"""What phones handed in and a person must look at: what was written, in words, and where it is told of.

The office reads here what was typed, why it waits, and decides; who sent it sees the same of their own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from kheo.duties.arrivals import Came, Channel, Elsewhere, at_most, channels, others
from kheo.fieldwork.forms import FieldReportForm, UnitReportForm
from kheo.initiatives.forms import RegistrationForm
from kheo.initiatives.models import Initiative
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.offline.continuing import ContinuingForm
from kheo.offline.models import ContinuationLine, Delivery
from kheo.offline.rules import days_before_it_is_late
from kheo.ui.lists import COUNT_TO
from kheo.ui.registry import Panel, panels
from kheo.units.models import Post
from kheo.upkeep.status import AMBER, Line, status

FORMS: dict[str, Any] = {
    "report": FieldReportForm,
    "registration": RegistrationForm,
    "unit_report": UnitReportForm,
}
SHOWN = 5
# The machine's own, which say nothing to a reader.
_UNREAD = {"series", "initiative_typed"}


def seen_by(user: Any, post: Post | None) -> Any:
    """What this person may read: of the bodies they reach, and everything they sent themselves."""
    reached = Delivery.objects.visible_to(post or user).order_by().values("pk")
    return Delivery.objects.filter(Q(pk__in=reached) | Q(user=user))


def for_post(post: Post) -> Any:
    """What waits for this post's body to decide: its own, and from above what nobody below can or did decide.

    A desk above is told of what no body below sees, because its place is undecided, and of what has waited
    too long; the rest is decided where it was written.
    """
    waiting = Delivery.objects.visible_to(post).waiting()
    ours = Q(unit__path_now=post.unit.path_now)
    if post.role in (*DESK, *HEADS):
        ours |= Q(unit__heir_undecided=True) | Q(received_at__lt=late_since())
    return waiting.filter(ours)


def late_since() -> Any:
    """What was received before this moment, and still waits, has waited too long."""
    return timezone.now() - timedelta(days=days_before_it_is_late())


# In words


@dataclass(frozen=True)
class Said:
    """One answer as its sender gave it: what was asked, what was said, and what is wrong with it."""

    name: str
    label: str
    text: str
    errors: tuple[str, ...] = ()


def written(delivery: Delivery, reader: Post | None) -> list[Said]:
    """Everything that was typed, as people read it, in the order of its form. Nothing of it is left out."""
    data: dict[str, list[str]] = delivery.content.get("data", {})
    blank = _blank(delivery, reader)
    order = {name: place for place, name in enumerate(blank.fields)} if blank else {}
    names = sorted(data, key=lambda name: (order.get(name, len(order)), name))
    named = _initiatives_named(data, reader)
    found = []
    for name in names:
        texts = [text for text in data[name] if text.strip()]
        wrong = tuple(delivery.errors.get(name, ()))
        if name in _UNREAD or (not texts and not wrong):
            continue
        label, text = _in_words(name, texts, blank, named)
        if text or wrong:
            found.append(Said(name, label, text, wrong))
    told = {each.name for each in found}
    for name, sentences in delivery.errors.items():
        if name not in told:
            label = _label(blank, name) if name != "__all__" else ""
            found.append(Said(name, label, "", tuple(sentences)))
    return found


def _blank(delivery: Delivery, reader: Post | None) -> Any:
    """The form it was written into, empty: for its labels and choices."""
    if delivery.kind == "continuing":
        return ContinuingForm()
    post = delivery.post or reader
    form = FORMS.get(delivery.kind)
    return form(by=post) if form is not None and post is not None else None


def _initiatives_named(data: dict[str, list[str]], reader: Post | None) -> dict[str, str]:
    """The names of the initiatives it tells of, as far as the reader may know them. One query."""
    ids = {each for name in ("initiative", "pk") for each in data.get(name, [])}
    ids |= {name.partition("_")[2] for name in data if name.startswith(("line_", "note_"))}
    pks = [int(each) for each in ids if each.isascii() and each.isdecimal() and len(each) < 19]
    if reader is None or not pks:
        return {}
    seen = Initiative.objects.visible_to(reader).filter(pk__in=pks)
    return {str(pk): name for pk, name in seen.values_list("pk", "name")}


def _in_words(name: str, texts: list[str], blank: Any, named: dict[str, str]) -> tuple[str, str]:
    gone = _("one that is not within your reach")
    if name in ("initiative", "pk"):
        label = _("Initiative") if name == "initiative" else _("Initiatives")
        return label, "\n".join(named.get(each, gone) for each in texts)
    part, _underline, pk = name.partition("_")
    if part in ("line", "note") and pk.isdecimal():
        about = named.get(pk, gone)
        if part == "note":
            return _("Note on: %s") % about, "\n".join(texts)
        from kheo.fieldwork.models import UnitReportLine

        standings = dict(UnitReportLine.Standing.choices)
        return about, ", ".join(str(standings.get(each, each)) for each in texts)
    field = blank.fields.get(name) if blank else None
    return _label(blank, name), "\n".join(_value(field, each) for each in texts)


def _label(blank: Any, name: str) -> str:
    field = blank.fields.get(name) if blank else None
    return str(field.label) if field is not None and field.label else name


def _value(field: Any, text: str) -> str:
    if isinstance(field, forms.ModelChoiceField):
        pk = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
        model: Any = field.queryset.model  # type: ignore[union-attr]
        found = model._base_manager.filter(pk=pk).first()
        return field.label_from_instance(found) if found else text
    if isinstance(field, forms.BooleanField):
        return _("yes") if text not in ("false", "False", "0") else _("no")
    choices = getattr(field, "choices", None)
    if choices is not None:
        for value, label in choices:
            if str(value) == text:
                return str(label)
    return text


def beside(delivery: Delivery) -> list[Delivery]:
    """The other contents under its id, the one that stands first: what a conflict is decided between."""
    rows = Delivery.objects.of_envelope(delivery.envelope).exclude(pk=delivery.pk)
    rows = rows.exclude(state=Delivery.State.SUPERSEDED).with_facts()
    return sorted(rows, key=lambda each: (each.state not in Delivery.STANDING, each.pk))


@dataclass(frozen=True)
class Compared:
    """One question and what each version, by its number, says to it."""

    label: str
    texts: tuple[tuple[str, str], ...]

    @property
    def differs(self) -> bool:
        return len({text for _number, text in self.texts}) > 1


def compared(versions: Iterable[Delivery], reader: Post | None) -> list[Compared]:
    """Versions side by side, question by question."""
    told = [(version.number, {each.name: each for each in written(version, reader)}) for version in versions]
    names = list(dict.fromkeys(name for _number, each in told for name in each))
    return [
        Compared(
            next(each[name].label for _number, each in told if name in each),
            tuple((number, each[name].text if name in each else "") for number, each in told),
        )
        for name in names
    ]


# Where it is told of


def waits(post: Post) -> Elsewhere | None:
    """Beside what has just come in, and on the body's page."""
    if post.role not in (*WRITERS, *DESK, *HEADS):
        return None
    n = for_post(post).order_by()[: COUNT_TO + 1].count()
    if not n:
        return None
    words = ngettext(
        "%(n)s delivery from a phone needs attention.", "%(n)s deliveries from phones need attention.", n
    )
    return Elsewhere(words % {"n": at_most(n)}, reverse("deliveries"))


def panel(request: HttpRequest) -> dict[str, Any] | None:
    """On the first page: what one sent oneself and must correct, and what one's body is to decide."""
    post = getattr(request, "post", None)
    mine = Q(user=request.user)
    if post is not None and post.role in (*WRITERS, *DESK, *HEADS):
        mine |= Q(pk__in=for_post(post).order_by().values("pk"))
    rows = list(Delivery.objects.waiting().filter(mine).with_facts().order_by("received_at", "pk")[:100])
    if not rows:
        return None
    return {
        "rows": rows[:SHOWN],
        "count": at_most(len(rows)) if len(rows) < 100 else "99+",
        "url": reverse("deliveries"),
        "late": late_since(),
    }


def from_phones(model: str) -> Q:
    """The condition on records of a model that came in an envelope."""
    became = Delivery.objects.filter(record_type=model, state=Delivery.State.ACCEPTED)
    found = Q(pk__in=became.order_by().values("record_id"))
    if model == "initiatives.enrolment":
        continued = ContinuationLine.objects.filter(
            went__in=[ContinuationLine.Went.SENT, ContinuationLine.Went.KEPT], enrolment__isnull=False
        )
        found |= Q(pk__in=continued.order_by().values("enrolment_id"))
    return found


def told(model: str, ids: Collection[int]) -> dict[int, Came]:
    """How records came: by phone, and how many photos are not with them yet."""
    became = Delivery.objects.filter(
        record_type=model, record_id__in=list(ids), state=Delivery.State.ACCEPTED
    )
    coming = Count("photos", filter=Q(photos__attached_at=None, photos__refused=""))
    by_phone = _("from a phone")
    found = {
        pk: Came(by_phone, n)
        for pk, n in became.order_by().values_list("record_id").annotate(n=coming)
        if pk is not None
    }
    if model == "initiatives.enrolment":
        continued = ContinuationLine.objects.filter(enrolment__in=list(ids)).exclude(
            went=ContinuationLine.Went.ALREADY
        )
        for pk in continued.order_by().values_list("enrolment_id", flat=True):
            found.setdefault(pk, Came(by_phone))
    return found


def lines() -> list[Line]:
    """On the page of the state: what waits too long for a person. One query."""
    late = Delivery.objects.waiting().filter(received_at__lt=late_since()).order_by()
    n = late[: COUNT_TO + 1].count()
    if not n:
        return []
    said = npgettext(
        "state",
        "%(n)s delivery from a phone has waited for more than %(days)s days for somebody to look at it.",
        "%(n)s deliveries from phones have waited for more than %(days)s days for somebody to look at them.",
        n,
    ) % {"n": at_most(n), "days": days_before_it_is_late()}
    todo = gettext_lazy("The unit concerned decides, or the body above it: tell them.")
    return [Line(AMBER, said, todo, url=reverse("deliveries"), label=gettext_lazy("Deliveries to look at"))]


def declare() -> None:
    channels.add(Channel("phone", gettext_lazy("a phone"), from_phones, told))
    others.add("deliveries", waits)
    panels.add(
        Panel(
            "offline_attention",
            gettext_lazy("From phones: needs attention"),
            "offline/panels/attention.html",
            panel,
            17,
        )
    )
    status.add("deliveries", gettext_lazy("Deliveries from phones"), lines, 45)
