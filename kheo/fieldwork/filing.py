"""When a report is filed: what the form holds becomes a draft with its figures and photos, then it is sent.

The photos are washed by the form, before any transaction; the rest is one transaction, so that a refusal
half-way leaves nothing behind.
"""

from typing import Any

from django.db import transaction

from kheo.fieldwork.forms import FieldReportForm, UnitReportForm
from kheo.fieldwork.models import Draft, FieldReport, UnitReport
from kheo.files.models import Attachment, Photo
from kheo.papers.models import keep_signed
from kheo.units.models import Post


def file(
    form: FieldReportForm,
    *,
    by: Post,
    report: FieldReport | None = None,
    send: bool = False,
    new: bool = False,
) -> FieldReport:
    """The valid form as a report: a new one, or `report` with what was changed; sent at once if asked.

    The same series handed in twice is one report. `new`: the caller knows that no page or phone has handed
    it in before, so it is not looked for; if one has after all, the database refuses (IntegrityError).
    Raises Refused with a sentence.
    """
    data = form.cleaned_data
    # In a caller's transaction a refusal ends that too; a way back to here would cost two more questions.
    with transaction.atomic(savepoint=False):
        series = data.get("series")
        sought = None if new or report is not None else series
        if sought is not None and FieldReport.objects.filter(series=sought).exists():
            report = FieldReport.objects.visible_to(by).filter(series=sought).order_by("-version").first()
        fresh = report is None
        if report is None:
            values = form.values()
            report = FieldReport.objects.begin(
                values.pop("enrolment"),
                by=by,
                values=values,
                figures=form.figures(),
                series=series,
                send=send,
            )
        elif not report.is_open and _same(report, form):
            return report
        else:
            report.write(by=by, values=form.values(), figures=form.figures())
        keep_photos(form, report, by)
        if series is not None and not new:
            Draft.objects.visible_to(by).filter(key=series).delete()
        if send and not fresh:
            report.send(by=by)
    return report


def _same(report: FieldReport, form: FieldReportForm) -> bool:
    """Whether the form says what the report already says: a second press of the button."""
    values = form.values()
    figures = {(row.measure, row.kind_id): row.amount for row in report.figures.all()}
    return all(getattr(report, name) == value for name, value in values.items()) and figures == form.figures()


def keep_photos(form: FieldReportForm, report: FieldReport, by: Post) -> list[Photo]:
    """The photos of the form with their words and answers. One sent twice is kept once."""
    data = form.cleaned_data
    if not data.get("photos"):
        return []
    known = set(report.photos().values_list("received_sha256", flat=True))
    kept = []
    for washed in data["photos"]:
        if washed.received_sha256 in known:
            continue
        known.add(washed.received_sha256)
        photo = Photo.objects.store(
            washed,
            by=by,
            owner=report,
            author=data["photo_author"],
            caption=data["photo_caption"],
            taken_on=data["photo_on"] or washed.taken_on or report.happened_on,
        )
        if answers := form.answers():
            photo.answer(by, **answers)
        kept.append(photo)
    return kept


def file_page(
    form: UnitReportForm,
    *,
    by: Post,
    report: UnitReport | None = None,
    send: bool = False,
    new: bool = False,
) -> UnitReport:
    """The valid form as the unit's periodic report; sent at once if asked. `new` as in `file`."""
    data = form.cleaned_data
    upload = data.get("signed_file")
    # A scan is washed before the transaction, which on SQLite holds the only write lock.
    signed = Attachment.objects.store(upload, by=by, kind="signed") if upload else None
    with transaction.atomic(savepoint=not new):
        series = data.get("series")
        if report is None and series is not None and not new:
            report = UnitReport.objects.visible_to(by).filter(series=series).order_by("-version").first()
        fresh = report is None
        if report is None:
            report = UnitReport.objects.begin(
                by.unit, by=by, values=form.values(), lines=form.lines(), series=series, send=send
            )
        else:
            report.write(by=by, values=form.values(), lines=form.lines())
        if signed is not None:
            if not keep_signed(report, signed, by=by):
                signed.belong_to(report)
            UnitReport.objects.filter(pk=report.pk).update(signed_file=signed)
            report.signed_file = signed
        if series is not None and not new:
            Draft.objects.visible_to(by).filter(key=series).delete()
        if send and not fresh:
            report.send(by=by)
    return report


def words_of(fields: dict[str, Any]) -> dict[str, Any]:
    """A draft's fields, as a form takes them for a start."""
    return {name: values[-1] for name, values in fields.items() if values}
