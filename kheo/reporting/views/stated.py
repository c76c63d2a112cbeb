"""Figures by report: their documents, what each states, corrections, and what they say beside the count."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kheo.files.models import Attachment
from kheo.lib.periods import Period, today
from kheo.lib.refusals import Refused
from kheo.lib.tables import read_pasted, read_tables
from kheo.reporting.against import beside
from kheo.reporting.dashboard import chosen_year
from kheo.reporting.forms import CorrectForm, LinesForm, OneFigureForm, SourceForm, WithdrawForm
from kheo.reporting.models import ENTER, ReportedFigure, ReportedSource, Stated
from kheo.reporting.stated import Given, Read, Reader, as_text
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request
from kheo.units.apart import PLACE, told_apart
from kheo.units.models import Level, Unit
from kheo.units.reach import posts_of

# What is measured beside the count in one list; more are found through a body or a year.
MOST_COMPARED = 1000


def sources(request: Request) -> HttpResponseBase:
    """The documents that state figures, newest first."""
    rows = ReportedSource.objects.visible_to(request.post or request.user)
    rows = rows.select_related("entered_for", "entered_by__user").prefetch_related("figures")
    return render(
        request,
        "reporting/sources.html",
        {
            "page": keyset_page(rows, request, ("-entered_at", "-id")),
            "may_enter": request.post is not None and request.post.role in ENTER,
        },
    )


def source_new(request: Request) -> HttpResponseBase:
    post = request.post_or_refuse()
    post.require(*ENTER)
    form = SourceForm(request.POST or None, request.FILES or None)

    def keep() -> ReportedSource:
        words = dict(form.cleaned_data)
        upload = words.pop("file")
        file = Attachment.objects.store(upload, by=post, kind="source") if upload else None
        return ReportedSource.objects.keep(by=post, file=file, **words)

    if form.is_valid() and form.attempt(keep):
        messages.success(request, _("The document is kept. Now enter what it states."))
        return redirect("reported_add", form.result.pk)
    return render(request, "reporting/source_new.html", {"form": form})


def source_edit(request: Request, pk: int) -> HttpResponseBase:
    """Correct what is known of the document."""
    found, post = find_source(request, pk), request.post_or_refuse()
    found.require_writer(post)
    names = ("publisher", "number", "dated", "title", "url", "published")
    form = SourceForm(
        request.POST or None, request.FILES or None, initial={name: getattr(found, name) for name in names}
    )

    def describe() -> None:
        words = dict(form.cleaned_data)
        upload = words.pop("file")
        file = Attachment.objects.store(upload, by=post, kind="source") if upload else None
        found.describe(by=post, file=file, **words)

    if form.is_valid() and form.attempt(describe):
        messages.success(request, _("The document is described anew."))
        return redirect(found)
    return render(request, "reporting/source_new.html", {"form": form, "source": found})


def source_withdraw(request: Request, pk: int) -> HttpResponseBase:
    """Withdraw everything a document states."""
    found, post = find_source(request, pk), request.post_or_refuse()
    found.require_writer(post)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: found.withdraw(post, form.cleaned_data["reason"])):
        messages.success(request, _("All its figures are withdrawn; they stay readable below."))
        return redirect(found)
    return render(
        request,
        "reporting/ask.html",
        {
            "source": found,
            "form": form,
            "title": _("Withdraw all its figures"),
            "button": _("Withdraw them all"),
            "danger": True,
        },
    )


def find_source(request: Request, pk: int) -> ReportedSource:
    seen = ReportedSource.objects.visible_to(request.post or request.user)
    return get_object_or_404(seen.select_related("file", "entered_for__area", "entered_by__user"), pk=pk)


def source(request: Request, pk: int) -> HttpResponseBase:
    """One document and what it states: wholes with their parts, corrected and withdrawn ones below."""
    found = find_source(request, pk)
    seen = found.figures.visible_to(request.post or request.user)
    standing = list(seen.standing().with_parts())
    return render(
        request,
        "reporting/source.html",
        {
            "source": found,
            "rows": beside(
                [each for each in standing if each.part_of_id is None], request.post, sample=found.sample
            ),
            "parts": [each for each in standing if each.part_of_id is not None],
            "withdrawn": seen.exclude(withdrawn_at=None).select_related("withdrawn_by__user", "field"),
            "may_write": found.may_be_written_by(request.post),
        },
    )


def add(request: Request, pk: int) -> HttpResponseBase:
    """Type one figure, whole and by field."""
    found, post = find_source(request, pk), request.post_or_refuse()
    found.require_writer(post)
    form = OneFigureForm(request.POST or None, post=post, initial={"unit": whose_own(post)})
    if form.is_valid():
        data = form.cleaned_data
        given = Given(data["period"], None, data["measure"])
        read = Reader(post, given).read(form.rows())
        for line in read.doubtful:
            form.add_error(None, line.error)
        if not read.doubtful and form.attempt(lambda: found.state(read.good, by=post)):
            messages.success(request, kept_words(form.result))
            return redirect(found)
    return render(request, "reporting/add.html", {"source": found, "form": form, "names": names_within(post)})


def lines(request: Request, pk: int) -> HttpResponseBase:
    """Many figures from pasted lines or a file: read, shown line by line, and kept on a second press."""
    found, post = find_source(request, pk), request.post_or_refuse()
    found.require_writer(post)
    form = LinesForm(request.POST or None, request.FILES or None, post=post)
    read: Read | None = None
    if form.is_valid():
        try:
            text = text_of(form)
            given = given_by(form, post)
            read = Reader(post, given).read(read_pasted(text)[0].rows)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            # What a file held is shown as text, to be changed and sent on.
            form = LinesForm({**request.POST.dict(), "lines": text}, post=post)
            form.is_valid()
            if "keep" in request.POST and read.good and not read.doubtful:
                good = read.good
                if form.attempt(lambda: found.state(good, by=post)):
                    messages.success(request, kept_words(form.result))
                    return redirect(found)
    return render(
        request,
        "reporting/lines.html",
        {"source": found, "form": form, "read": read, "names": names_within(post)},
    )


def whose_own(post: Any) -> str:
    """A commune mostly enters its own figures; the province those of others."""
    return "" if post.unit.level == Level.PROVINCE else post.unit.name


def text_of(form: LinesForm) -> str:
    upload = form.cleaned_data.get("table")
    if not upload:
        return form.cleaned_data["lines"]
    tables = read_tables(upload.read(), upload.name)
    return as_text(max(tables, key=lambda table: len(table.rows)).rows)


def given_by(form: Any, post: Any) -> Given:
    data = form.cleaned_data
    given = Given(data["period"], None, data["measure"], whole=post.unit)
    if data["unit"].strip():
        whom = Reader(post, given).body(data["unit"])
        if isinstance(whom, str):
            raise Refused(whom)
        given.unit = whom
    return given


def kept_words(made: list[ReportedFigure]) -> str:
    if not made:
        return _("These figures are kept already; nothing has changed.")
    return ngettext("%(n)d figure is kept.", "%(n)d figures are kept.", len(made)) % {"n": len(made)}


def names_within(post: Any) -> list[str]:
    """Bodies that answer for a place within reach, to be chosen while typing; the others may be typed too."""
    here = Unit.objects.living().filter(parent=post.unit.parent_id or post.unit.pk).order_by("sort_key")
    communes = Unit.objects.answering("cap_uy", on=today(), within_area=post.unit.area)
    found = [post.unit.name, *communes.order_by("sort_key").values_list("name", flat=True)[:200]]
    return list(dict.fromkeys([*found, *here.values_list("name", flat=True)[:40]]))


def find_figure(request: Request, pk: int) -> ReportedFigure:
    seen = ReportedFigure.objects.visible_to(request.post or request.user).standing()
    return get_object_or_404(seen.select_related("source__entered_for__area"), pk=pk)


def correct(request: Request, pk: int) -> HttpResponseBase:
    found, post = find_figure(request, pk), request.post_or_refuse()
    found.source.require_writer(post)
    form = CorrectForm(request.POST or None, initial={"value": found.value})
    if form.is_valid() and form.attempt(lambda: found.correct(post, **form.cleaned_data)):
        messages.success(request, _("The figure is corrected; the earlier one stays readable below."))
        return redirect(found.source)
    return render(
        request,
        "reporting/ask.html",
        {
            "figure": found,
            "source": found.source,
            "form": form,
            "title": _("Correct a figure by report"),
            "button": _("Correct it"),
            "danger": False,
        },
    )


def withdraw(request: Request, pk: int) -> HttpResponseBase:
    found, post = find_figure(request, pk), request.post_or_refuse()
    found.source.require_writer(post)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: found.withdraw(post, form.cleaned_data["reason"])):
        messages.success(request, _("The figure is withdrawn; it stays readable below."))
        return redirect(found.source)
    return render(
        request,
        "reporting/ask.html",
        {
            "figure": found,
            "source": found.source,
            "form": form,
            "title": _("Withdraw a figure by report"),
            "button": pgettext("a figure", "Withdraw it"),
            "danger": True,
        },
    )


def comparison(request: Request) -> HttpResponseBase:
    """Counted beside stated: of one body period by period, or of all bodies in one year."""
    who = request.post or request.user
    seen = ReportedFigure.objects.visible_to(who).standing().filter(unit__isnull=False, field=None)
    asked = request.GET.get("unit", "")
    known = Unit.objects.select_related(PLACE)
    unit = get_object_or_404(known, pk=int(asked)) if asked.isdigit() else None
    year = chosen_year(request.GET.get("year", ""))
    if unit is not None:
        seen = seen.filter(unit__path_now=unit.path_now)
    else:
        seen = seen.touching(Period.year(year))
    sample = request.GET.get("sample") == "1" or any(post.unit.sample for post in posts_of(who))
    if not sample:
        seen = seen.filter(sample=False)
    order = ("-period_last", "period_first", "unit__sort_key", "unit_id", "measure", "pk")
    figures = list(seen.with_parts().select_related(f"unit__{PLACE}").order_by(*order)[:MOST_COMPARED])
    rows = beside(figures, who, sample=sample)
    names = told_apart(row.figure.unit for row in rows if row.figure.unit)
    if wants_xlsx(request):
        columns: list[Any] = [
            (_("Body"), lambda row: names[row.figure.unit_id]),
            (_("Period"), lambda row: row.figure.period_words),
            (_("What is counted"), lambda row: str(Stated(row.figure.measure).label)),
            (_("By report"), "figure.value"),
            (_("Counted by Kheo"), lambda row: "" if row.counted is None else row.counted),
            (_("By report less counted"), lambda row: "" if row.gap is None else row.gap),
            (_("Sums"), lambda row: " ".join(row.figure.sum_sentences)),
            (_("Source"), lambda row: str(row.figure.source)),
        ]
        return xlsx_response("doi-chieu-so-lieu.xlsx", columns, rows)
    return render(
        request,
        "reporting/comparison.html",
        {
            "unit": unit,
            "rows": [(row, names[row.figure.unit_id or 0]) for row in rows],
            "year": year,
            "years": range(today().year, 2014, -1),
            "more": len(figures) == MOST_COMPARED,
        },
    )
