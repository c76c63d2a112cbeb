"""The field pack: what one person needs where there is no signal, fetched whole once and then by difference.

The phone says which items it has and in which version; nothing about packs is kept here. The number of
queries does not depend on how many initiatives, reports or deliveries there are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.duties.extent import with_standing
from kheo.duties.unit_page import UnitPage
from kheo.fieldwork.figures import MEASURED, written
from kheo.fieldwork.forms import FieldReportForm, UnitReportForm, entry_label, typed_into, typed_page
from kheo.fieldwork.models import FieldReport, ReportFigure, UnitReport
from kheo.fieldwork.models.field_reports import FieldReportStep
from kheo.fieldwork.models.unit_reports import UnitReportStep
from kheo.fieldwork.models.versions import OPEN
from kheo.initiatives import asked
from kheo.initiatives.forms import RegistrationForm, answer_field
from kheo.initiatives.forms import typed_into as typed_registration
from kheo.initiatives.models import Enrolment, Initiative, Practice
from kheo.initiatives.models import Step as EnrolmentStep
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib.formats import number, short_date
from kheo.lib.periods import VIETNAM, today
from kheo.lib.refusals import Refused
from kheo.offline import form_descriptions
from kheo.offline.form_descriptions import fingerprint
from kheo.offline.models import Continuation, Delivery
from kheo.places import borders
from kheo.places.models import GSO, Area
from kheo.plans.models import CalendarEntry, CriteriaSet, Plan
from kheo.plans.models.criteria import walked
from kheo.units.models import Post, Unit

# A commune has some dozens; beyond this the pack would no longer fit a poor signal.
MOST_INITIATIVES = 500
MOST_PRACTICES = 300
# What became of what was sent is told for so long, and what is not finished for as long as it is not.
TOLD_FOR = timedelta(days=120)
MOST_TOLD = 100
LONGEST = 400

Items = dict[str, Any]


def difference(items: Items, have: Mapping[str, str], day: date) -> dict[str, Any]:
    """What the phone lacks of these items. `have` maps the keys it holds to the fingerprints it was given.

    `bytes` is the size of the whole pack as JSON, which the phone shows.
    """
    hashes = {key: fingerprint(content) for key, content in items.items()}
    changed = {key: items[key] for key in items if have.get(key) != hashes[key]}
    return {
        "day": day.isoformat(),
        "changed": changed,
        "gone": sorted(set(have) - set(items)),
        "hashes": {key: hashes[key] for key in changed},
        "bytes": len(json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode()),
    }


def reported_on(post: Post) -> Any:
    """The initiatives a post reports on: all within reach of a commune's post, its body's own elsewhere."""
    seen = Initiative.objects.visible_to(post)
    if post.unit.area.commune is None:
        seen = seen.of(post)
    enrolments: Any = Enrolment.objects.counted()
    counted = enrolments.filter(initiative=OuterRef("pk"))
    known = ~Q(state=Initiative.State.PUBLISHED) | Q(owner_known=True)
    return seen.standing().filter(known, Exists(counted))


@dataclass
class Pack:
    """Everything for one post, in the language that is active."""

    post: Post

    @cached_property
    def day(self) -> date:
        return today()

    @cached_property
    def may(self) -> bool:
        return not self.why_not

    @cached_property
    def why_not(self) -> str:
        """Why this post reports nothing; "" where it does."""
        try:
            self.post.require(*WRITERS)
        except Refused as refusal:
            return str(refusal)
        return ""

    def items(self) -> Items:
        found: Items = {
            "post": self._post(),
            "hamlets": self._hamlets(),
            "practices": self._practices(),
            "criteria": self._criteria(),
            "plan": self._plan(),
            "periods": [_entry(each) for each in self._page.owed if each.opens <= self.day],
            "continuing": self._continuing(),
            "due": self._due(),
            **self._initiatives(),
            **self._mine(),
        }
        if self.may:
            forms = self._forms()
            found |= forms
            if any("locate" in field for each in forms.values() for field in each["fields"]):
                found[form_descriptions.BORDERS] = self._borders()
        return found

    # As whom, and what one may do

    def _post(self) -> dict[str, Any]:
        post = self.post
        return {
            "id": post.pk,
            "title": post.duty,
            "unit": post.unit_id,
            "unit_name": post.unit.name,
            "sample": post.unit.sample,
            "place": post.unit.area.in_text,
            "role": str(post.get_role_display()),
            "may": dict.fromkeys(("report", "registration", "unit_report", "continuing"), self.may),
            "why_not": self.why_not,
        }

    def _forms(self) -> Items:
        post = self.post
        return {
            "form:report": form_descriptions.report(FieldReportForm(by=post)),
            "form:registration": form_descriptions.registration(RegistrationForm(by=post)),
            "form:unit_report": form_descriptions.unit_report(UnitReportForm(by=post)),
        }

    # The place and the plan

    def _borders(self) -> dict[str, Any]:
        """Where communes lie, as text: it is read only when somebody asks where they are."""
        communes: Any = Area.objects.on(self.day).communes()
        here = communes.filter(codes__system=GSO, codes__code__in=borders.shapes()).distinct()
        return {
            "topology": borders.topology_of(here.prefetch_related("codes").order_by("pk")),
            "unsure": borders.UNSURE,
        }

    def _hamlets(self) -> list[str]:
        commune = self.post.unit.area.commune
        if commune is None:
            return []
        hamlets: Any = Area.objects.on(self.day).filter(parent=commune, level="hamlet")
        return [each.in_text for each in hamlets.in_vietnamese_order()[:MOST_PRACTICES]]

    def _practices(self) -> list[str]:
        return list(Practice.objects.order_by("sort_key").values_list("name", flat=True)[:MOST_PRACTICES])

    @cached_property
    def _page(self) -> UnitPage:
        """The body's own page, for what it is asked."""
        unit: Any = with_standing(Unit.objects.all()).get(pk=self.post.unit_id)
        return UnitPage(unit, user=self.post, post=self.post, since=timezone.now())

    def _plan(self) -> dict[str, Any]:
        plan = self._page.plan
        if plan is None:
            return {}
        return {
            "name": str(plan),
            "year": plan.year,
            "theme": plan.theme,
            "targets": [
                {
                    "name": quota.target.name,
                    "amount": number(quota.target.amount),
                    "reached": "" if quota.done is None else number(quota.done),
                }
                for quota in self._page.quotas
            ],
        }

    def _criteria(self) -> list[dict[str, Any]]:
        sets = CriteriaSet.objects.filter(plan__in=[plan.pk for plan in self._page.plans])
        return [
            {
                "name": each.name,
                "by": each.issuer,
                "mode": str(each.get_mode_display()),
                "for": str(each.get_subject_display()),
                "rule": each.rule,
                "bands": each.bands_told,
                "criteria": [
                    [node.number, node.criterion.text, node.criterion.points] for node in walked(each.tree())
                ],
            }
            for each in sets.prefetch_related("criteria").order_by("pk")
        ]

    # What is due

    @cached_property
    def _to_continue(self) -> list[Initiative]:
        rows = Initiative.objects.visible_to(self.post).to_continue(self.post, self.day.year)
        return list(
            rows.prefetch_related("area__parent", "owner", "field").order_by("sort_key", "pk")[
                :MOST_INITIATIVES
            ]
        )

    def _continuing(self) -> dict[str, Any]:
        rows = [
            {
                "id": each.pk,
                "name": each.name,
                "place": each.area.in_text,
                "field": str(each.field),
                "sample": each.sample,
            }
            for each in self._to_continue
        ]
        return {"year": self.day.year, "rows": rows}

    def _due(self) -> list[dict[str, Any]]:
        """What the post's body is asked today, the earliest first."""
        found = [
            _due("unit_report", entry_label(each), each.closes, self.day, entry=each.pk)
            for each in self._page.owed
        ]
        found += [
            _due("duty", row["duty"].assignment.text[:LONGEST], row["duty"].due_on, self.day)
            for row in self._page.asked
        ]
        windows = CalendarEntry.objects.open_on(self.day).filter(
            plan__in=Plan.objects.directing(self.post.unit).values("pk"),
            kind=CalendarEntry.Kind.REGISTRATION,
        )
        found += [_due("registration", each.name, each.closes, self.day) for each in windows]
        if rows := self._to_continue:
            said = ngettext(
                "%(n)d initiative is to be continued for %(year)d.",
                "%(n)d initiatives are to be continued for %(year)d.",
                len(rows),
            )
            found.append(_due("continuing", said % {"n": len(rows), "year": self.day.year}, None, self.day))
        return sorted(found, key=lambda each: each["until"] or "9999")

    # The initiatives

    def _initiatives(self) -> Items:
        last = FieldReport.objects.filter(
            enrolment__initiative=OuterRef("pk"),
            state__in=[FieldReport.State.SENT, FieldReport.State.ACCEPTED],
        ).order_by("-happened_on", "-pk")
        rows = list(
            reported_on(self.post)
            .prefetch_related("area__parent", "owner", "field")
            .annotate(last_report=Subquery(last.values("pk")[:1]))
            .order_by("sort_key", "pk")[:MOST_INITIATIVES]
        )
        reports = FieldReport.objects.in_bulk([each.last_report for each in rows if each.last_report])
        enrolments = _latest(rows)
        reached = _reached(each.pk for each in enrolments.values())
        to_continue = {each.pk for each in self._to_continue}
        found = {}
        for each in rows:
            enrolment, report = enrolments[each.pk], reports.get(each.last_report)
            found[f"initiative:{each.pk}"] = {
                "id": each.pk,
                "name": each.name,
                "sample": each.sample,
                "place": each.area.in_text,
                "owner": str(each.owner),
                "field": str(each.field),
                "state": each.state,
                "state_word": str(each.get_state_display()),
                "year": enrolment.year,
                "target": (enrolment.details.get("targets") or each.goal)[:LONGEST],
                "figures": reached.get(enrolment.pk, []),
                "last": {"day": report.happened_on.isoformat(), "reached": report.reached[:LONGEST]}
                if report
                else None,
                "due": self._due_of(each, report, to_continue),
            }
        return found

    def _due_of(self, initiative: Initiative, report: FieldReport | None, to_continue: set[int]) -> list[str]:
        said = []
        if initiative.pk in to_continue:
            said.append(_("Not yet continued for %(year)d.") % {"year": self.day.year})
        if report is None:
            said.append(_("Nothing reported yet."))
        elif report.happened_on.year < self.day.year:
            said.append(
                _("Nothing reported this year; the last on %(day)s.")
                % {"day": short_date(report.happened_on)}
            )
        return said

    # What became of what one sent

    def _mine(self) -> Items:
        user, since = self.post.user, timezone.now() - TOLD_FOR
        sent = list(
            Delivery.objects.of_person(user)
            .filter(Q(received_at__gte=since) | Q(state__in=Delivery.WAITING))
            .exclude(state__in=[Delivery.State.SUPERSEDED, Delivery.State.WITHDRAWN])
            .select_related("unit")
            .prefetch_related("photos")
            .order_by("-received_at", "-pk")[:MOST_TOLD]
        )
        of_record: dict[tuple[str, int], list[Delivery]] = {}
        found: Items = {}
        for delivery in sent:
            if delivery.record_id is not None:
                of_record.setdefault((delivery.record_type, delivery.record_id), []).append(delivery)
            else:
                found[f"mine:{delivery.envelope}"] = _waiting(delivery)
        known = (
            *_reports(user, since),
            *_pages(user, since),
            *_registrations(user, since),
            *_continuations(user, since),
        )
        for key, record, told in known:
            deliveries = of_record.get((record._meta.label_lower, record.pk), [])
            if key is None:
                key = str(deliveries[-1].envelope) if deliveries else f"enrolment-{record.pk}"
            if told["state"] == "draft" and not deliveries:
                # A draft of the web page is finished there.
                continue
            found[f"mine:{key}"] = told | _travelled(deliveries)
        return found


def _entry(entry: CalendarEntry) -> dict[str, Any]:
    first, last = entry.period_first or entry.opens, entry.period_last or entry.closes
    return {
        "id": entry.pk,
        "name": entry.name,
        "label": entry_label(entry),
        "opens": entry.opens.isoformat(),
        "closes": entry.closes.isoformat(),
        "first": first.isoformat(),
        "last": last.isoformat(),
    }


def _due(kind: str, text: str, until: date | None, day: date, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "text": text,
        "until": until.isoformat() if until else None,
        "late": bool(until and until < day),
        **more,
    }


def _latest(initiatives: Iterable[Initiative]) -> dict[int, Enrolment]:
    """The last counted enrolment of each. One query."""
    rows = Enrolment.objects.counted().filter(initiative__in=[each.pk for each in initiatives])
    return {each.initiative_id: each for each in rows.order_by("year", "pk")}


def _reached(enrolments: Iterable[int]) -> dict[int, list[list[str]]]:
    """What accepted reports add up to, by enrolment: (measure, amount in words). One query."""
    sums = (
        ReportFigure.objects.filter(
            report__enrolment__in=list(enrolments), report__state=FieldReport.State.ACCEPTED
        )
        .order_by()
        .values_list("report__enrolment", "measure")
        .annotate(total=Sum("amount"))
    )
    order = {name: place for place, name in enumerate(MEASURED)}
    found: dict[int, list[list[str]]] = {}
    for enrolment, measure, total in sorted(sums, key=lambda row: order[row[1]]):
        found.setdefault(enrolment, []).append([str(MEASURED[measure].label), written(measure, total)])
    return found


def _touched(steps: Any, relation: str, user: Any, since: Any, unfinished: Iterable[str]) -> Any:
    """The records this person had a hand in lately, or has not finished."""
    lately = Q(at__gte=since) | Q(**{f"{relation}__state__in": list(unfinished)})
    return steps.objects.filter(lately, by__in=Post.objects.filter(user=user).values("pk")).values(relation)


def _reports(user: Any, since: Any) -> Iterator[tuple[str | None, Any, dict[str, Any]]]:
    rows = (
        FieldReport.objects.visible_to(user)
        .filter(pk__in=_touched(FieldReportStep, "report", user, since, OPEN))
        .select_related("enrolment__initiative")
        .prefetch_related("steps", Prefetch("figures", ReportFigure.objects.select_related("kind")))
        .order_by("-pk")[:MOST_TOLD]
    )
    for report in reversed(rows):
        values = typed_into(report) if report.is_open else {}
        told = _told("report", report, report.steps.all(), {k: _text(k, v) for k, v in values.items()})
        yield (
            str(report.series),
            report,
            told
            | {
                "initiative": report.enrolment.initiative_id,
                "sample": report.enrolment.initiative.sample,
            },
        )


def _pages(user: Any, since: Any) -> Iterator[tuple[str | None, Any, dict[str, Any]]]:
    rows = (
        UnitReport.objects.visible_to(user)
        .filter(pk__in=_touched(UnitReportStep, "report", user, since, OPEN))
        .select_related("unit", "entry")
        .prefetch_related("steps", "lines")
        .order_by("-pk")[:MOST_TOLD]
    )
    for report in reversed(rows):
        values = typed_page(report) if report.is_open else {}
        told = _told("unit_report", report, report.steps.all(), {k: _text(k, v) for k, v in values.items()})
        yield str(report.series), report, told | {"sample": report.unit.sample}


def _registrations(user: Any, since: Any) -> Iterator[tuple[str | None, Any, dict[str, Any]]]:
    unfinished = (Enrolment.State.DRAFT, Enrolment.State.RETURNED)
    rows = (
        Enrolment.objects.visible_to(user)
        .filter(pk__in=_touched(EnrolmentStep, "enrolment", user, since, unfinished))
        .select_related("initiative")
        .prefetch_related("steps", "initiative__area", "initiative__practice", "initiative__consents")
        .order_by("-pk")[:MOST_TOLD]
    )
    for enrolment in reversed(rows):
        values = typed_registration(enrolment) if enrolment.is_open else {}
        told = _told(
            "registration", enrolment, enrolment.steps.all(), {k: _text(k, v) for k, v in values.items()}
        )
        yield (
            None,
            enrolment,
            told
            | {
                "initiative": enrolment.initiative_id,
                "sample": enrolment.initiative.sample,
            },
        )


def _continuations(user: Any, since: Any) -> Iterator[tuple[str | None, Any, dict[str, Any]]]:
    """Each sitting as one thing; what is returned of it is told by its own registration, to be corrected."""
    rows = Continuation.objects.filter(by__user=user, created__gte=since).select_related("unit")
    for made in reversed(rows.prefetch_related("lines__enrolment").order_by("-pk")[:MOST_TOLD]):
        states = {line.enrolment.state for line in made.lines.all() if line.enrolment is not None}
        settled = bool(states) and states <= set(Enrolment.COUNTED)
        stage = Enrolment.State.APPROVED if settled else Enrolment.State.SENT
        told: dict[str, Any] = {
            "kind": "continuing",
            "record": [made._meta.label_lower, made.pk],
            "title": str(made),
            "sample": made.unit.sample,
            "state": _STATES.get(stage, stage.value),
            "state_word": str(stage.label),
            "reason": "",
            "day": made.created.astimezone(VIETNAM).date().isoformat(),
            "url": made.get_absolute_url(),
            "values": {},
        }
        yield str(made.series), made, told


# Steps on the way up, as the phone tells them apart.
_STATES = {"received": "sent", "confirmed": "sent", "approved": "accepted", "taken_over": "accepted"}


def _told(kind: str, record: Any, steps: Iterable[Any], values: dict[str, Any]) -> dict[str, Any]:
    last = max(steps, key=lambda step: (step.at, step.pk), default=None)
    returned = record.state == "returned" and last is not None
    return {
        "kind": kind,
        "record": [record._meta.label_lower, record.pk],
        "title": str(record),
        "state": _STATES.get(record.state, record.state),
        "state_word": str(record.get_state_display()),
        "reason": last.reason if returned and last is not None else "",
        "day": last.at.astimezone(VIETNAM).date().isoformat() if last else None,
        "url": record.get_absolute_url(),
        "values": {name: value for name, value in values.items() if value not in ("", None)},
    }


def _travelled(deliveries: list[Delivery]) -> dict[str, Any]:
    """How it came from the phone: the numbers to read aloud, and its photos. The newest first."""
    photos = [photo for each in deliveries for photo in each.photos.all()]
    return {
        "number": deliveries[0].number if deliveries else "",
        "envelopes": [str(each.envelope) for each in deliveries],
        "notes": [note for each in deliveries for note in each.note_sentences],
        "photos": [_photo(each) for each in photos],
    }


def _photo(photo: Any) -> dict[str, Any]:
    if photo.refused:
        state = "refused"
    elif photo.attached_at:
        state = "attached"
    else:
        state = "arrived" if photo.arrived_at else "missing"
    return {"sha256": photo.sha256, "name": photo.name, "state": state, "sentence": photo.refused}


def _waiting(delivery: Delivery) -> dict[str, Any]:
    """What was handed in and is no record yet, with everything that was typed, to go on from."""
    return {
        "kind": delivery.kind,
        "record": None,
        "title": str(delivery),
        "sample": delivery.unit.sample,
        "state": delivery.state,
        "state_word": str(delivery.get_state_display()),
        "reason": delivery.sentence,
        "day": delivery.received_at.astimezone(VIETNAM).date().isoformat(),
        "url": "",
        "values": delivery.content.get("data", {}),
        "errors": delivery.errors,
        "content": delivery.content_hash,
        **_travelled([delivery]),
    }


def _text(name: str, value: Any) -> Any:
    """A value as the person types it into its field."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        if name in asked.FIELDS:
            return str(answer_field(asked.FIELDS[name], required=False).prepare_value(value))
        measure = next((each for each in MEASURED.values() if name.startswith(each.name)), None)
        if measure is not None:
            return measure.field().shown(value)
    return str(value)
