"""What a unit's periodic report says on paper, and what becomes of its number and its signed copy."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kheo.fieldwork.figures import MEASURED, written
from kheo.fieldwork.models import ReportFigure, UnitReport
from kheo.initiatives.models.enrolments import standing_office
from kheo.lib.formats import number as number_words
from kheo.lib.formats import period as period_name
from kheo.lib.formats import short_date
from kheo.lib.refusals import Refused
from kheo.papers import kinds
from kheo.papers.kinds import Given, Kind
from kheo.papers.sheet import Block, Content, Grid, Text, Title
from kheo.units.models import Post

KIND = "unit_report"


def register() -> None:
    kinds.register(
        Kind(
            KIND,
            gettext_lazy("Periodic report"),
            "fieldwork.UnitReport",
            issuer=lambda report, part: report.unit.today,
            say=lambda report, part: content(report),
            check=check,
            number=number,
            correct=correct,
            signed=signed,
        )
    )


def check(report: UnitReport, part: str, by: Post) -> None:
    report.check_author(by)
    if report.state in (UnitReport.State.WITHDRAWN, UnitReport.State.SUPERSEDED):
        raise Refused(_("This version no longer counts. Draft the paper of the one that does."))


def number(report: UnitReport, part: str, given: Given, by: Post) -> None:
    report.take_number(number=given.number, signed_on=given.issued_on, signer=given.signer, by=by)


def correct(report: UnitReport, part: str, given: Given, by: Post, reason: str) -> None:
    report.correct_number(
        number=given.number, signed_on=given.issued_on, signer=given.signer, by=by, reason=reason
    )


def signed(report: UnitReport, part: str, file: Any, by: Post) -> None:
    UnitReport.objects.filter(pk=report.pk).update(signed_file=file)


def content(report: UnitReport) -> Content:
    """In Vietnamese, whatever the reader's language."""
    with override("vi"):
        committee = report.entry.plan.committee if report.entry else None
        movement = report.entry.plan.movement.name if report.entry else "Dân vận khéo"
        above = standing_office(committee) if committee else report.unit.today.parent
        return Content(
            "BC",
            "Báo cáo",
            f"kết quả thực hiện phong trào thi đua “{movement}”\n{span(report)}",
            tuple(body(report)),
            addressees=(above.name,) if above else (),
            recipients=("Như trên",) if above else (),
        )


def span(report: UnitReport) -> str:
    """The period by its name, or by its two days."""
    named = period_name(report.period)
    if "–" not in named:
        return named
    return f"từ ngày {short_date(report.period_first)} đến ngày {short_date(report.period_last)}"


def body(report: UnitReport) -> Iterator[Block]:
    lines = list(report.lines.select_related("initiative__area"))
    yield Title("I. CÁC MÔ HÌNH, ĐIỂN HÌNH ĐANG DUY TRÌ")
    if lines:
        counts = ", ".join(
            f"{number_words(n)} {report.lines.model.Standing(standing).label}"
            for standing, n in report.counts().items()
            if n
        )
        yield Text(f"Tổng số {number_words(len(lines))} mô hình, điển hình: {counts}.")
        yield Grid(
            ("TT", "Mô hình, điển hình", "Địa bàn", "Tình hình", "Ghi chú"),
            tuple(
                (
                    str(place),
                    line.initiative.name,
                    line.initiative.area.in_text,
                    str(line.get_standing_display()),
                    line.note,
                )
                for place, line in enumerate(lines, start=1)
            ),
            (10, 62, 32, 26, 35),
        )
    else:
        yield Text("Trong kỳ, đơn vị không có mô hình, điển hình đang duy trì.")
    yield Title("II. KẾT QUẢ")
    yield Text(report.results)
    if figures := counted(report):
        yield Text("Số liệu cộng từ các báo cáo đã được tiếp nhận trong kỳ:")
        yield Grid(("Nội dung", "Số lượng"), figures, (115, 50), (1,))
    sections = [("KHÓ KHĂN, VƯỚNG MẮC", report.difficulties), ("ĐỀ XUẤT, KIẾN NGHỊ", report.proposals)]
    for sign, (title, words) in zip(("III", "IV"), [each for each in sections if each[1]], strict=False):
        yield Title(f"{sign}. {title}")
        yield Text(words)


def counted(report: UnitReport) -> tuple[tuple[str, str], ...]:
    """The figures accepted for the page's initiatives in its period."""
    rows = ReportFigure.objects.filter(
        report__state="accepted",
        report__enrolment__initiative__in=report.lines.values("initiative"),
        report__happened_on__gte=report.period_first,
        report__happened_on__lte=report.period_last,
    )
    sums = dict(rows.order_by().values_list("measure").annotate(total=Sum("amount")))
    return tuple(
        (str(each.label), written(name, sums[name])) for name, each in MEASURED.items() if name in sums
    )
