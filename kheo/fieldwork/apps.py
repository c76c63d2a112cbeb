from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.apps import seen_by


class FieldworkConfig(AppConfig):
    name = "kheo.fieldwork"
    label = "fieldwork"

    def ready(self) -> None:
        from kheo.fieldwork import closed, measures, messages, panels, paper
        from kheo.files.owners import register_owner
        from kheo.search import index
        from kheo.ui.registry import Link, MenuEntry, links, menu, verbs
        from kheo.units import heirs

        measures.declare()
        panels.declare()
        messages.declare()
        closed.declare()
        paper.register()
        index.register(
            index.Searchable(
                kind="field_report",
                label=_("Report"),
                model="fieldwork.FieldReport",
                url_name="field_report",
                words=words_of_field_report,
                reached=seen_by,
                things=field_reports_for_search,
            )
        )
        index.register(
            index.Searchable(
                kind="unit_report",
                label=_("Periodic report"),
                model="fieldwork.UnitReport",
                url_name="unit_report",
                words=words_of_unit_report,
                reached=seen_by,
                things=unit_reports_for_search,
            )
        )
        for owner in ("FieldReport", "UnitReport"):
            register_owner(f"fieldwork.{owner}", lambda user, report: report.may_be_seen_by(user))
        heirs.register(heirs.Question("reports", _("Reports not yet accepted"), open_reports_at))
        verbs.add(
            {
                "superseded": _("superseded it by a corrected version"),
                "photo_answered": _("answered for the people in the photo"),
                "photo_described": _("described the photo"),
                "signed_file_added": _("added the signed document as a file"),
                "number_taken": _("took over the number of the signed paper"),
            }
        )
        menu.add(MenuEntry(_("Reports"), "field_report_list", "report", 34, group="reports"))
        menu.add(MenuEntry(_("Periodic reports"), "unit_report_list", "document", 35, group="reports"))
        links.add(
            "initiatives.initiative", Link(_("Reports and figures"), "initiative_reports", "report", 20)
        )
        links.add("initiatives.initiative", Link(_("Write a report"), "field_report_new", "camera", 21))


def field_reports_for_search() -> Any:
    from kheo.fieldwork.models import FieldReport

    return FieldReport.objects.select_related(
        "enrolment__initiative__owner", "enrolment__initiative__area__parent__parent__parent"
    ).order_by("pk")


def unit_reports_for_search() -> Any:
    from kheo.fieldwork.models import UnitReport

    return UnitReport.objects.select_related("unit__area__parent__parent", "entry").order_by("pk")


def words_of_field_report(report: Any) -> Any:
    from kheo.search.index import Words

    if report.state in ("draft", "withdrawn", "superseded"):
        return None
    initiative = report.initiative
    return Words(
        title=str(report),
        text="\n".join(filter(None, [report.narrative, report.reached])),
        place=initiative.area.short_place,
        area_id=initiative.area_id,
        unit_id=initiative.owner_id,
        day=report.happened_on,
    )


def words_of_unit_report(report: Any) -> Any:
    from kheo.search.index import Words

    if report.state in ("draft", "withdrawn", "superseded"):
        return None
    return Words(
        title=str(report),
        text="\n".join(filter(None, [report.results, report.difficulties, report.proposals])),
        place=report.unit.area.short_place,
        numbers=[report.number] if report.number else [],
        area_id=report.unit.area_id,
        unit_id=report.unit_id,
        day=report.period_last,
    )


def open_reports_at(units: Any, areas: Any) -> int:
    from kheo.fieldwork.models import FieldReport, UnitReport
    from kheo.fieldwork.models.versions import OPEN

    of_initiatives = Q(enrolment__initiative__owner__in=units) | Q(enrolment__initiative__area__in=areas)
    return (
        FieldReport.objects.filter(of_initiatives, state__in=OPEN).count()
        + UnitReport.objects.filter(Q(unit__in=units) | Q(unit__area__in=areas), state__in=OPEN).count()
    )
