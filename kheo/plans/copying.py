"""When a plan is copied: last year's or the superior's into a new draft, or a plan into its next version."""

from collections.abc import Iterable
from datetime import date

from kheo.plans.models import CalendarEntry, Plan, PlanField, PlanTask, Target
from kheo.plans.models.plans import FormField


def take_over(plan: Plan, source: Plan, sections: Iterable[str]) -> None:
    """Put the sections of `source` in place of the draft's own; dates move to the draft's year.

    Between committees quotas of units stay behind, and so do tasks' ties to a directive that the draft does
    not rest on. Runs inside the caller's transaction.
    """
    wanted = set(sections)
    years = plan.year - source.year
    same = plan.committee_id == source.committee_id
    if "about" in wanted:
        for name in Plan.ABOUT:
            setattr(plan, name, getattr(source, name))
        plan.save(update_fields=list(Plan.ABOUT))
        plan.basis.set(source.basis.all())
    if "fields" in wanted:
        plan.chosen_fields.all().delete()
        PlanField.objects.bulk_create(
            PlanField(plan=plan, field_id=each.field_id, content=each.content)
            for each in source.chosen_fields.all()
        )
    if "tasks" in wanted:
        plan.tasks.all().delete()
        PlanTask.objects.bulk_create(
            PlanTask(
                plan=plan,
                text=each.text,
                lead=each.lead,
                lead_function_id=each.lead_function_id,
                product=each.product,
                due_on=moved(each.due_on, years),
                cadence=each.cadence,
                assignment_id=each.assignment_id,
                order=each.order,
            )
            for each in source.tasks.all()
        )
    if "targets" in wanted:
        _targets(plan, source, with_quotas=same)
    if "calendar" in wanted:
        plan.calendar.all().delete()
        CalendarEntry.objects.bulk_create(
            CalendarEntry(
                plan=plan,
                kind=each.kind,
                name=each.name.replace(str(source.year), str(plan.year)),
                opens=moved(each.opens, years) or each.opens,
                closes=moved(each.closes, years) or each.closes,
                period_first=moved(each.period_first, years),
                period_last=moved(each.period_last, years),
            )
            for each in source.calendar.all()
        )
    if "form" in wanted:
        plan.form_fields.all().delete()
        FormField.objects.bulk_create(
            FormField(
                plan=plan, name=each.name, asked=each.asked, required=each.required, example=each.example
            )
            for each in source.form_fields.order_by("pk")
        )
    if "criteria" in wanted:
        for each in source.criteria_sets.all():
            each.copied(plan, version=each.version + 1 if same else 1)


def _targets(plan: Plan, source: Plan, with_quotas: bool) -> None:
    plan.targets.exclude(part_of=None).delete()
    plan.targets.all().delete()
    new: dict[int, Target] = {}
    for each in source.targets.filter(part_of=None):
        new[each.pk] = Target.objects.create(
            plan=plan,
            name=each.name,
            measure=each.measure,
            unit_id=each.unit_id,
            line=each.line,
            level=each.level,
            amount=each.amount,
            order=each.order,
        )
    if with_quotas:
        Target.objects.bulk_create(
            Target(
                plan=plan,
                name=each.name,
                measure=each.measure,
                part_of=new[each.part_of_id or 0],
                unit_id=each.unit_id,
                amount=each.amount,
                order=each.order,
            )
            for each in source.targets.exclude(part_of=None)
        )


def moved(day: date | None, years: int) -> date | None:
    """The same day some years later (29 February becomes 28)."""
    if day is None:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
