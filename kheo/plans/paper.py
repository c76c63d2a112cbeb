"""What a plan says on paper, and what becomes of the number and the signed copy that come back."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.papers import kinds
from kheo.papers.kinds import Given, Kind
from kheo.papers.models import sheet_of
from kheo.papers.sheet import Block, Content, Grid, Sheet, Text, Title
from kheo.papers.wording import bare, roman
from kheo.plans.acting import WRITE, require
from kheo.plans.models import Plan
from kheo.plans.models.criteria import walked
from kheo.units.models import Post, Unit

KIND = "plan"


def register() -> None:
    kinds.register(
        Kind(
            KIND,
            gettext_lazy("Plan"),
            "plans.Plan",
            issuer=lambda plan, part: plan.committee,
            say=lambda plan, part: content(plan),
            check=check,
            number=number,
            correct=correct,
            signed=signed,
            consequence=gettext_lazy("A plan that is still a draft comes into force with its number."),
            url=lambda plan, part: f"/ke-hoach/{plan.pk}/",
        )
    )


def check(plan: Plan, part: str, by: Post) -> None:
    require(by, plan.committee, *WRITE)
    if plan.state not in (Plan.State.DRAFT, Plan.State.APPROVED):
        raise Refused(_("This version is no longer in force. Draft the paper of the one that is."))


def number(plan: Plan, part: str, given: Given, by: Post) -> None:
    """A plan in force takes its number; one that is a draft was decided on paper."""
    if plan.is_draft:
        plan.record_as_signed(number=given.number, signed_on=given.issued_on, signer=given.signer, by=by)
    elif not plan.number:
        plan.add_signature(number=given.number, signed_on=given.issued_on, signer=given.signer, by=by)
    elif plan.number != given.number:
        raise Refused(
            _("This plan already has the number %(number)s. Make a new version, or enter that number.")
            % {"number": plan.number}
        )


def correct(plan: Plan, part: str, given: Given, by: Post, reason: str) -> None:
    plan.correct_signature(
        number=given.number, signed_on=given.issued_on, signer=given.signer, by=by, reason=reason
    )


def signed(plan: Plan, part: str, file: Any, by: Post) -> None:
    Plan.objects.filter(pk=plan.pk).update(signed_file=file)


def sheet(plan: Plan) -> Sheet:
    """The plan's paper as it stands: the drafted one, else as its committee would head it."""
    from kheo.papers.models import Paper

    drafted = Paper.objects.about(plan).standing().filter(kind=KIND).first()
    if drafted is not None:
        return drafted.sheet
    return sheet_of(
        plan.committee,
        content(plan),
        number=plan.number,
        issued_on=plan.signed_on,
        signer=plan.signer,
    )


def content(plan: Plan) -> Content:
    """In Vietnamese, whatever the reader's language."""
    with override("vi"):
        return Content(
            "KH",
            "Kế hoạch",
            f"thực hiện phong trào thi đua “{plan.movement}”\nnăm {plan.year}",
            tuple(body(plan)),
            bases=tuple(basis(plan)),
            recipients=tuple(_recipients(plan.committee)),
        )


def basis(plan: Plan) -> Iterator[str]:
    for each in plan.basis.order_by("issued_on", "pk"):
        day = f" {formats.long_date(each.issued_on)}" if each.issued_on else ""
        issuer = f" của {each.issuer_text}" if each.issuer_text else ""
        yield f"Căn cứ {each.doc_type} số {each.number}{day}{issuer} {each.title}".strip()
    for line in plan.basis_text.splitlines():
        if words := bare(line):
            yield words if words.lower().startswith("căn cứ") else f"Căn cứ {words[:1].lower()}{words[1:]}"


def _recipients(committee: Unit) -> Iterator[str]:
    if committee.parent:
        yield f"{committee.parent.name} (báo cáo)"
    yield "Các thành viên Ban Chỉ đạo"
    yield "Các cơ quan, đơn vị thực hiện"


def body(plan: Plan) -> Iterator[Block]:
    if plan.theme:
        yield Text(f"Chủ đề: “{plan.theme}”", "centre", italic=True)
    counted = 0

    def title(text: str) -> Title:
        nonlocal counted
        counted += 1
        return Title(f"{roman(counted)}. {text.upper()}")

    for text, label in (
        (plan.objective, _("Objective and requirements")),
        (plan.participants, _("Scope and who takes part")),
    ):
        if text:
            yield title(label)
            yield Text(text)
    chosen = list(plan.chosen_fields.select_related("field"))
    if plan.content or chosen:
        yield title(_("Content"))
        if plan.content:
            yield Text(plan.content)
        for place, each in enumerate(chosen, start=1):
            yield Title(f"{place}. {each.field.name}", 2)
            if each.content:
                yield Text(each.content)
    whole = list(plan.targets.select_related("unit"))
    targets = [each for each in whole if each.part_of_id is None]
    quotas = [each for each in whole if each.part_of_id]
    if targets:
        yield title(_("Targets"))
        yield Grid(
            ("TT", _("Target"), _("For"), _("Amount")),
            tuple(
                (str(n), each.name, str(each.whom), formats.number(each.amount))
                for n, each in enumerate(targets, 1)
            ),
            (12, 83, 45, 25),
            (3,),
        )
    if plan.methods:
        yield title(_("How it is carried out"))
        yield Text(plan.methods)
    if tasks := list(plan.tasks.all()):
        yield title(_("Task table"))
        yield Grid(
            ("TT", _("Task"), _("Who leads"), _("Product"), _("By when")),
            tuple(
                (str(n), each.text, each.lead, each.product, _due(each)) for n, each in enumerate(tasks, 1)
            ),
            (10, 70, 35, 27, 23),
        )
    if calendar := list(plan.calendar.all()):
        yield title(_("Calendar"))
        yield Grid(
            ("TT", _("Content"), _("From"), _("Until")),
            tuple(
                (str(n), each.name, formats.short_date(each.opens), formats.short_date(each.closes))
                for n, each in enumerate(calendar, 1)
            ),
            (12, 93, 30, 30),
        )
    if plan.budget_vnd is not None or plan.budget_note:
        yield title(_("Budget"))
        if plan.budget_vnd is not None:
            yield Text(f"{formats.money(plan.budget_vnd)}.")
        if plan.budget_note:
            yield Text(plan.budget_note)
    yield from criteria(plan, title)
    if quotas:
        yield title(_("Quotas of units"))
        yield Grid(
            ("TT", _("Unit"), _("Target"), _("Amount")),
            tuple(
                (str(n), str(each.whom), each.name, formats.number(each.amount))
                for n, each in enumerate(quotas, 1)
            ),
            (12, 75, 53, 25),
            (3,),
        )


def criteria(plan: Plan, title: Any) -> Iterator[Block]:
    disqualifies = _("disqualifies when not met")
    for criteria_set in plan.criteria_sets.all():
        yield title(criteria_set.name)
        if criteria_set.rule:
            yield Text(f"{_('When it is met')}: {criteria_set.rule}")
        rows = tuple(
            (
                str(node.number),
                f"{node.criterion.text} ({disqualifies})"
                if node.criterion.disqualifies
                else node.criterion.text,
                "" if node.criterion.points is None else str(node.criterion.points),
            )
            for node in walked(criteria_set.tree())
        )
        yield Grid(("TT", _("Criterion"), _("Points")), rows, (20, 120, 25), (2,))


def _due(task: Any) -> str:
    return formats.short_date(task.due_on) if task.due_on else task.cadence or "Thường xuyên"
