"""Reports from the site with their figures and photos, and the periodic reports of units."""

from kheo.fieldwork.models.drafts import Draft
from kheo.fieldwork.models.field_reports import FieldReport, FieldReportStep, FigureKind, ReportFigure
from kheo.fieldwork.models.unit_reports import UnitReport, UnitReportLine, UnitReportStep

__all__ = [
    "Draft",
    "FieldReport",
    "FieldReportStep",
    "FigureKind",
    "ReportFigure",
    "UnitReport",
    "UnitReportLine",
    "UnitReportStep",
]
