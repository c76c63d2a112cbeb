"""The overview of a year, the records behind each of its numbers, and the half-year table."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from kheo.lib.database import one_moment
from kheo.lib.periods import Period, today
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.reporting import words
from kheo.reporting.dashboard import KINDS_OF_TABLE, Dashboard, chosen_year, place_of
from kheo.reporting.forms import LookForm, QuestionForm
from kheo.reporting.half_year import HalfYear, chosen_half
from kheo.reporting.records import Line as RecordLine
from kheo.reporting.records import Question
from kheo.tallies.figures import NOWHERE, Standing
from kheo.tallies.measures import KINDS
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request
from kheo.units.models import Line, Unit


@one_moment()
def dashboard(request: Request) -> HttpResponseBase:
    asked, who = request.GET, request.post or request.user
    year = chosen_year(asked.get("year", ""))
    form = LookForm(asked, place=place_of(who), period=Period.year(year))
    found = Dashboard(who, year, look=form.look, sample=with_sample(request))
    if wants_xlsx(request):
        by = asked.get("table", "") if asked.get("table") in KINDS_OF_TABLE else "field"
        columns, rows = found.spreadsheet(by)
        return xlsx_response(f"tong-hop-{found.year}-{by}.xlsx", columns, rows)
    return render(
        request,
        "reporting/dashboard.html",
        {"dashboard": found, "form": form, "coverage": found.coverage, "tables": found.tables()},
    )


def with_sample(request: Request) -> bool:
    """Whether invented areas and bodies are counted: only when asked for, or for who works in one of them."""
    if "sample" in request.GET:
        return request.GET["sample"] == "1"
    return bool(request.post and request.post.unit.sample)


@one_moment()
def records(request: Request) -> HttpResponseBase:
    question = QuestionForm(request.GET).question(request.post or request.user)
    if question is None:
        raise Http404
    source, rows = question.source, question.in_order()
    if wants_xlsx(request):
        columns: list[Any] = [
            (_("Name"), "initiative.name"),
            (_("Field of work"), "field.name"),
            (_("Led by"), "initiative.owner.name"),
            (_("Place"), "initiative.area.short_place"),
            (_("Year") if source.by_year else _("Day"), "when"),
            (words.column(question.measure), lambda line: words.plain(question.measures[0], line.amount)),
        ]
        return xlsx_response("ho-so.xlsx", columns, (RecordLine.of(row, source) for row in rows.iterator()))
    page = keyset_page(rows, request, question.order)
    return render(
        request,
        "reporting/records.html",
        {
            "question": question,
            "title": words.short(question.measure),
            "period": words.period(question.period),
            "about": about(question),
            "total": words.written(question.measures[0], question.total()),
            "coverage": question.coverage(),
            "amounts": bool(source.amount),
            "lines": [
                (line, words.written(question.measures[0], line.amount))
                for line in (RecordLine.of(row, source) for row in page.rows)
            ],
            "page": page,
        },
    )


@one_moment()
def coverage(request: Request) -> HttpResponseBase:
    """Which communes stand behind a total, and which are missing."""
    who = request.post or request.user
    data = request.GET.copy()
    data["measure"] = "enrolled"
    question = QuestionForm(data).question(who)
    if question is None:
        raise Http404
    found = question.reading_coverage()
    if wants_xlsx(request):
        behind, by_report = {area.pk for area in found.behind}, {area.pk for area in found.by_report}

        def state(area: Standing) -> str:
            if area.pk in by_report:
                return _("by report alone")
            return _("stands behind") if area.pk in behind else _("missing")

        columns: list[Any] = [(_("Commune or ward"), "full_name"), (_("State"), state)]
        return xlsx_response("xa-dung-sau.xlsx", columns, found.asked)
    return render(
        request,
        "reporting/coverage.html",
        {
            "coverage": found,
            "period": words.period(question.period),
            "about": about(question),
            "question": question,
        },
    )


def about(question: Question) -> list[str]:
    """What the list is narrowed to, in words."""
    nowhere = _("Not attributed further down")
    found: list[str] = []
    for asked in (question.area, question.district):
        if asked == NOWHERE:
            found.append(nowhere)
        elif asked:
            places = Area.objects.with_place().filter(pk=int(asked) if asked.isdigit() else 0)
            found += [place.short_place[:1].upper() + place.short_place[1:] for place in places]
    if question.unit == NOWHERE:
        found.append(nowhere)
    elif question.unit:
        found += Unit.objects.filter(pk=int(question.unit) if question.unit.isdigit() else 0).values_list(
            "name", flat=True
        )
    if question.field:
        found += Field.objects.filter(code=question.field).values_list("name", flat=True)
    if question.line in Line.values:
        found.append(str(Line(question.line).label))
    if question.kind:
        found.append(str(KINDS.get(question.kind, question.kind)))
    return found


@one_moment()
def half_year(request: Request) -> HttpResponseBase:
    asked, who = request.GET, request.post or request.user
    year, half = chosen_year(asked.get("year", "")), chosen_half(asked.get("half", ""))
    form = LookForm(asked, place=place_of(who), period=Period.half(year, half))
    found = HalfYear(who, year, half, look=form.look, sample=with_sample(request))
    if wants_xlsx(request):
        return xlsx_response(f"bang-6-thang-{year}-{found.half}.xlsx", *found.spreadsheet())
    if asked.get("format") == "docx":
        return found.document(request.post_or_refuse())
    return render(
        request,
        "reporting/half_year.html",
        {"table": found, "form": form, "years": range(today().year, 2020, -1)},
    )
