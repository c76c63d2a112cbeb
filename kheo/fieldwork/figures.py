"""What a report counts: six measures, some of them by source or by kind, each in its smallest unit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.lib import formats
from kheo.ui import forms as ui

Text = str | Promise


@dataclass(frozen=True)
class Measured:
    """One measure of a report: how it is asked for and how it is read.

    `unit` is the tallies' word for the number: "count", "vnd", "m2" (hundredths), "days" (tenths), "cm".
    With `by_kind` there is one amount for each `FigureKind` of it.
    """

    name: str
    label: Text
    unit: str
    field: type[ui.QuantityField]
    example: Text
    by_kind: bool = False


MEASURED = {
    each.name: each
    for each in (
        Measured("households", _("Households taking part"), "count", ui.CountField, "86"),
        Measured("people", _("People taking part"), "count", ui.CountField, "352"),
        Measured("money_vnd", _("Money raised"), "vnd", ui.VndField, _("1.5 million"), by_kind=True),
        Measured("land_m2", _("Land given"), "m2", ui.AreaM2Field, "659,88", by_kind=True),
        Measured("length_cm", _("Length of road, wall or ditch"), "cm", ui.LengthField, "420"),
        Measured("work_days", pgettext_lazy("measure", "Work days"), "days", ui.WorkDaysField, "12,5"),
    )
}

_WRITTEN: dict[str, Callable[[int, str], str]] = {
    "count": formats.number,
    "vnd": formats.money,
    "m2": formats.area_m2,
    "days": formats.work_days,
    "cm": formats.length,
}

# What money comes from and what land is given from, as shipped; a province adds its own.
SHIPPED = [
    ("money_vnd", "dan_gop", "Dân đóng góp"),
    ("money_vnd", "ngan_sach", "Ngân sách nhà nước"),
    ("money_vnd", "doanh_nghiep", "Doanh nghiệp, nhà tài trợ"),
    ("money_vnd", "khac", "Nguồn khác"),
    ("land_m2", "dat_o", "Đất ở"),
    ("land_m2", "dat_vuon", "Đất vườn"),
    ("land_m2", "dat_nong_nghiep", "Đất nông nghiệp"),
    ("land_m2", "khac", "Đất khác"),
]


def written(measure: str, amount: int) -> str:
    """An amount as people read it: 1.500.000 đồng, 659,88 m², 12,5 ngày công."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    return _WRITTEN[MEASURED[measure].unit](amount, language)


def ship_kinds(model: Any) -> None:
    """Write the shipped kinds where they are missing; what an office has changed stays as it is.

    `model` is `FigureKind`, or a migration's picture of it.
    """
    for order, (measure, code, name) in enumerate(SHIPPED):
        model.objects.get_or_create(measure=measure, code=code, defaults={"name": name, "order": order})
