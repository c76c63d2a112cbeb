"""A unit's periodic report in an envelope: its form as on the page, with the lines of the day it was written.

What has ended since keeps its line, because the page tells of the period; what has begun since is set to
"no change", and that is said; what has left the body's reach is left out, its words kept with what was sent.
"""

import re
from uuid import UUID

from django.utils.translation import gettext_lazy

from kheo.fieldwork import filing
from kheo.fieldwork.forms import UnitReportForm, read_key
from kheo.fieldwork.models import UnitReport, UnitReportLine
from kheo.initiatives.models import Initiative
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib.formats import moment, short_date
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.offline import form_descriptions, kinds
from kheo.offline.envelopes import Envelope
from kheo.offline.kinds import Filed, Notes, Waits
from kheo.plans.models import CalendarEntry
from kheo.units.models import Post

_LINE = re.compile(r"(line|note)_(\d{1,18})")
# Names in one note; the page of the report shows every line.
NAMED = 5


def bind(envelope: Envelope, post: Post) -> tuple[UnitReportForm, Notes]:
    post.require(*WRITERS)
    series = read_key(envelope.said("series")) or envelope.id
    report = None
    if series != envelope.id:
        seen = UnitReport.objects.visible_to(post).filter(series=series)
        report = seen.select_related("unit__area", "entry__plan").order_by("-version").first()
        if report is None:
            raise Waits("not_found")
        report.check_write(post)
    entry = _entry(envelope.said("entry"))
    if entry is not None:
        _check_unreported(entry, post, series)
    written = {int(match[2]) for name in envelope.data if (match := _LINE.fullmatch(name))}
    form = UnitReportForm(
        envelope.typed(series=series),
        by=post,
        on=envelope.pack_day,
        report=report,
        also=written,
        brief=True,
    )
    lines = {each.pk: each for each in form.initiatives}
    form.left_out = {  # type: ignore[attr-defined]
        name for name in envelope.data if (match := _LINE.fullmatch(name)) and int(match[2]) not in lines
    }
    return form, [*_notes(envelope, form, written), *_late(entry)]


def _entry(text: str) -> CalendarEntry | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    return CalendarEntry.objects.filter(pk=int(text)).select_related("plan__committee").first()


def _check_unreported(entry: CalendarEntry, post: Post, series: UUID) -> None:
    """Somebody may have filed the report of this period on the web meanwhile."""
    reports = UnitReport.objects.filter(entry=entry, unit__path_now=post.unit.path_now)
    known = reports.exclude(state="withdrawn").exclude(series=series).order_by("pk").first()
    if known is not None:
        last = known.steps.select_related("by__user").order_by("-at", "-pk").first()
        raise Waits(
            "already_reported",
            entry=entry.name,
            who=last.by.user.full_name if last else "—",
            when=moment(last.at) if last else "—",
        )


def _notes(envelope: Envelope, form: UnitReportForm, written: set[int]) -> Notes:
    notes: Notes = []
    lines = {each.pk: each for each in form.initiatives}
    ended = [each for pk, each in lines.items() if pk in written and each.state == Initiative.State.ENDED]
    if ended:
        notes.append(["line_ended", {"names": _names([each.name for each in ended])}])
    new = [each for pk, each in lines.items() if pk not in written] if written else []
    if new and form.report is None:
        notes.append(["line_new", {"names": _names([each.name for each in new])}])
    silent = {"", UnitReportLine.Standing.SAME}
    if lost := [name for name in form.left_out if envelope.said(name) not in silent]:  # type: ignore[attr-defined]
        notes.append(["line_gone", {"n": len({name.partition("_")[2] for name in lost})}])
    return notes


def _late(entry: CalendarEntry | None) -> Notes:
    if entry is None or entry.closes >= today():
        return []
    return [["period_closed", {"entry": entry.name, "day": short_date(entry.closes)}]]


def _names(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:NAMED]) + (" …" if len(names) > NAMED else "")


def file(form: UnitReportForm, envelope: Envelope, post: Post) -> Filed:
    """As the page does it: kept, then sent; what refuses the sending is said and the words stay a draft."""
    entry = form.cleaned_data["entry"]
    if entry is not None:
        _check_unreported(entry, post, form.cleaned_data["series"])
    report = form.report
    # Whoever else used the envelope's id for a report is met at the database's constraint.
    if report is None and form.cleaned_data["series"] == envelope.id:
        return _file_new(form, envelope, post)
    if report is not None:
        report = UnitReport.objects.select_related("unit__area", "entry__plan").get(pk=report.pk)
        report.check_write(post)
    saved = filing.file_page(form, by=post, report=report)
    return kinds.sent(saved, envelope, post)


def _file_new(form: UnitReportForm, envelope: Envelope, post: Post) -> Filed:
    refusal = _refusal_to_send(form) if envelope.send else ""
    send = envelope.send and not refusal
    saved = filing.file_page(form, by=post, send=send, new=True)
    if refusal:
        return Filed(saved, "not_sent", {"sentence": refusal})
    return Filed(saved, "accepted" if send else "kept")


def _refusal_to_send(form: UnitReportForm) -> str:
    """Why it would not be sent, before anything is written."""
    try:
        UnitReport(**form.values()).check_told(form.lines())
    except Refused as refusal:
        return str(refusal)
    return ""


def register() -> None:
    kinds.register(
        kinds.Kind(
            "unit_report",
            gettext_lazy("Periodic report"),
            "fieldwork.unitreport",
            bind=bind,
            file=file,
            version=lambda post: form_descriptions.unit_report(UnitReportForm(by=post))["version"],
        )
    )
