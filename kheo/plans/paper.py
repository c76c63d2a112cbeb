"""A plan as the paper an office signs: A4, with heading, number to be given, and signature."""

from collections.abc import Iterator

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from kheo.lib import formats
from kheo.plans.models import Plan
from kheo.plans.models.criteria import walked
from kheo.ui.documents import Block, Heading, Pair, Paragraph, Table, docx_response
from kheo.units.models import Line

PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def docx(plan: Plan) -> FileResponse:
    """The plan as .docx. Number, date and signer stand where they are known, else dots to be filled in."""
    with override("vi"):
        return docx_response(
            f"ke-hoach-{plan.year}-ban-{plan.version}",
            f"KẾ HOẠCH\n{plan.movement} năm {plan.year}",
            [*body(plan), *foot(plan)],
            before=[head(plan)],
        )


def head(plan: Plan) -> Pair:
    """The heading: that of Party papers differs from that of the State's (NĐ 30/2020)."""
    committee = plan.committee
    above = committee.parent.name.upper() if committee.parent else ""
    place = committee.area.name
    day = (
        f"{place}, {formats.long_date(plan.signed_on)}"
        if plan.signed_on
        else f"{place}, ngày … tháng … năm {plan.year}"
    )
    number = f"Số {plan.number or '…-KH/BCĐ'}"
    party = committee.line == Line.PARTY
    centre = {"align": "centre", "indent": False, "size": 13}
    left = [
        Paragraph(above, **centre),  # type: ignore[arg-type]
        Paragraph(committee.name.upper(), bold=True, **centre),  # type: ignore[arg-type]
        Paragraph("*" if party else "───────", **centre),  # type: ignore[arg-type]
        Paragraph(number, **centre),  # type: ignore[arg-type]
    ]
    right = [
        Paragraph(PARTY if party else STATE[0], bold=True, **centre),  # type: ignore[arg-type]
        *([] if party else [Paragraph(STATE[1], bold=True, **centre)]),  # type: ignore[arg-type]
        Paragraph("───────────", **centre),  # type: ignore[arg-type]
        Paragraph(day, italic=True, **centre),  # type: ignore[arg-type]
    ]
    return Pair(left, right)


def body(plan: Plan) -> Iterator[Block]:
    basis = [f"- {each.full_name}" for each in plan.basis.order_by("issued_on", "pk")]
    basis += [line for line in plan.basis_text.splitlines() if line.strip()]
    if plan.theme:
        yield Paragraph(f"Chủ đề: “{plan.theme}”", "centre", italic=True, indent=False)
    if basis:
        yield Paragraph("Căn cứ:")
        yield from basis
    number = 0

    def title(text: str) -> Heading:
        nonlocal number
        number += 1
        return Heading(f"{roman(number)}. {text.upper()}")

    for text, label in (
        (plan.objective, _("Objective and requirements")),
        (plan.participants, _("Scope and who takes part")),
    ):
        if text:
            yield title(label)
            yield text
    chosen = list(plan.chosen_fields.select_related("field"))
    if plan.content or chosen:
        yield title(_("Content"))
        if plan.content:
            yield plan.content
        for each in chosen:
            yield Heading(each.field.name, 2)
            if each.content:
                yield each.content
    targets = [each for each in plan.targets.select_related("unit") if each.part_of_id is None]
    quotas = [each for each in plan.targets.select_related("unit") if each.part_of_id]
    if targets:
        yield title(_("Targets"))
        rows = [(n, each.name, each.whom, formats.number(each.amount)) for n, each in enumerate(targets, 1)]
        yield Table(("TT", _("Target"), _("For"), _("Amount")), rows, (12, 83, 45, 25), (3,))
    if plan.methods:
        yield title(_("How it is carried out"))
        yield plan.methods
    tasks = list(plan.tasks.all())
    if tasks:
        yield title(_("Task table"))
        yield Table(
            ("TT", _("Task"), _("Who leads"), _("Product"), _("By when")),
            [
                (
                    n,
                    each.text,
                    each.lead,
                    each.product,
                    formats.short_date(each.due_on) if each.due_on else each.cadence or "Thường xuyên",
                )
                for n, each in enumerate(tasks, 1)
            ],
            (10, 70, 35, 27, 23),
        )
    calendar = list(plan.calendar.all())
    if calendar:
        yield title(_("Calendar"))
        yield Table(
            ("TT", _("Content"), _("From"), _("Until")),
            [
                (n, each.name, formats.short_date(each.opens), formats.short_date(each.closes))
                for n, each in enumerate(calendar, 1)
            ],
            (12, 93, 30, 30),
        )
    if plan.budget_vnd is not None or plan.budget_note:
        yield title(_("Budget"))
        if plan.budget_vnd is not None:
            yield f"{formats.money(plan.budget_vnd)}."
        if plan.budget_note:
            yield plan.budget_note
    disqualifies = _("disqualifies when not met")
    for criteria_set in plan.criteria_sets.all():
        yield title(criteria_set.name)
        if criteria_set.rule:
            yield f"{_('When it is met')}: {criteria_set.rule}"
        rows_of = [
            (
                node.number,
                f"{node.criterion.text} ({disqualifies})"
                if node.criterion.disqualifies
                else node.criterion.text,
                node.criterion.points,
            )
            for node in walked(criteria_set.tree())
        ]
        yield Table(("TT", _("Criterion"), _("Points")), rows_of, (20, 120, 25), (2,))
    if quotas:
        yield title(_("Quotas of units"))
        yield Table(
            ("TT", _("Unit"), _("Target"), _("Amount")),
            [(n, each.whom, each.name, formats.number(each.amount)) for n, each in enumerate(quotas, 1)],
            (12, 75, 53, 25),
            (3,),
        )


def foot(plan: Plan) -> list[Block]:
    small = {"align": "left", "indent": False, "size": 12}
    centre = {"align": "centre", "indent": False}
    return [
        Pair(
            [
                Paragraph("Nơi nhận:", bold=True, italic=True, **small),  # type: ignore[arg-type]
                Paragraph("- …", **small),  # type: ignore[arg-type]
                Paragraph("- Lưu.", **small),  # type: ignore[arg-type]
            ],
            [
                Paragraph("T/M BAN CHỈ ĐẠO", bold=True, **centre),  # type: ignore[arg-type]
                Paragraph("TRƯỞNG BAN", **centre),  # type: ignore[arg-type]
                *[Paragraph("", **centre) for _line in range(3)],  # type: ignore[arg-type]
                Paragraph(plan.signer, bold=True, **centre),  # type: ignore[arg-type]
            ],
        )
    ]


def roman(number: int) -> str:
    """1 → I, 4 → IV, up to 39."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + ones[number % 10]
