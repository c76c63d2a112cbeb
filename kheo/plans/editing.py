"""How the sections of a draft are edited: one form each, and nothing typed is lost.

An editor reads one section, shows it as a form and writes it with one verb. Its tables grow by a button
(`add`) that only asks for more rows. `seen` is the fingerprint of what the person was shown: if somebody
saved in between they are told, keep what they typed, and their next save counts.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.forms import formset_factory
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.directives.models import Assignment, Directive
from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans import pasting
from kheo.plans.form_fields import FORM_FIELDS
from kheo.plans.models import (
    CalendarEntry,
    CriteriaSet,
    Field,
    FormField,
    Plan,
    Target,
    shipped_form,
)
from kheo.plans.models.criteria import DEEPEST, walked
from kheo.plans.told import fingerprint
from kheo.ui.forms import CountField, Form, VietnameseDateField
from kheo.units.models import Function, Level, Line, Post, Unit

from .forms import AboutForm, CriteriaHeadForm, PointsField, words

MOST_ROWS = 300
LONGEST_PASTE = 100_000
MORE = 3


class RowForm(Form):
    """A row of a table: known by `pk`, ordered by `place`, taken out by `gone`; an empty one is none."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    place = forms.IntegerField(
        label=pgettext_lazy("place in a table", "Order"),
        required=False,
        min_value=0,
        max_value=9999,
        widget=forms.NumberInput(attrs={"class": "input--place"}),
    )
    gone = forms.BooleanField(label=gettext_lazy("Take this row out"), required=False)

    content: ClassVar[tuple[str, ...]] = ()
    needed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, choices: dict[str, Sequence[Any]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (choices or {}).items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    @property
    def empty(self) -> bool:
        """Whether nothing has been typed into a row that is not yet known."""
        return not self.cleaned_data.get("pk") and not any(
            self.cleaned_data.get(name) not in (None, "", False) for name in self.content
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors or given.get("gone") or self.empty:
            return given
        for name in self.needed:
            if given.get(name) in (None, ""):
                self.add_error(name, _("This is still empty."))
        return given


class TaskRow(RowForm):
    text = words(gettext_lazy("Task"), 2)
    lead = forms.CharField(label=gettext_lazy("Who leads"), max_length=300, required=False)
    lead_function = forms.ChoiceField(label=gettext_lazy("Which function"), required=False)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=300, required=False)
    due_on = VietnameseDateField(label=gettext_lazy("Due on"), required=False, example="")
    cadence = forms.CharField(
        label=gettext_lazy("or how often"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "cadences"}),
    )
    assignment = forms.IntegerField(widget=forms.HiddenInput, required=False)
    content = ("text", "lead", "product", "due_on", "cadence")
    needed = ("text", "lead")


class TargetRow(RowForm):
    name = forms.CharField(label=gettext_lazy("Target"), max_length=200, required=False)
    amount = CountField(label=gettext_lazy("Amount"), required=False, example="")
    measure = forms.ChoiceField(label=gettext_lazy("Counted as"), required=False)
    line = forms.ChoiceField(label=gettext_lazy("Line"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    content = ("name", "amount", "measure", "line", "level")
    needed = ("name", "amount")


class CalendarRow(RowForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    opens = VietnameseDateField(label=gettext_lazy("From"), required=False, example="")
    closes = VietnameseDateField(label=gettext_lazy("Until"), required=False, example="")
    period_first = VietnameseDateField(
        label=gettext_lazy("A report tells of: from"), required=False, example=""
    )
    period_last = VietnameseDateField(label=gettext_lazy("until"), required=False, example="")
    content = ("name", "opens", "closes", "period_first", "period_last")
    needed = ("kind", "name", "opens", "closes")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("gone") or not given.get("opens") or not given.get("closes"):
            return given
        if given["closes"] < given["opens"]:
            self.add_error("closes", _("The last day lies before the first."))
        first, last = given.get("period_first"), given.get("period_last")
        if given.get("kind") == CalendarEntry.Kind.REPORT:
            if not first or not last:
                self.add_error("period_first", _("Say which span the report tells of."))
            elif last < first:
                self.add_error("period_last", _("The last day lies before the first."))
        elif first or last:
            given["period_first"] = given["period_last"] = None
        return given


class CriterionRow(RowForm):
    depth = forms.TypedChoiceField(
        label=gettext_lazy("Step"), coerce=int, empty_value=None, required=False, choices=()
    )
    text = words(gettext_lazy("Criterion"), 2)
    max_points = PointsField(label=gettext_lazy("Most points"), required=False, example="")
    disqualifies = forms.BooleanField(label=gettext_lazy("Disqualifies when not met"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=1000, required=False)
    content = ("text", "max_points", "note")
    needed = ("text",)


class Table:
    """Rows of one form class: shown from `initial`, read from `data`, one more by a button."""

    def __init__(
        self,
        form_class: type[RowForm],
        data: Any,
        initial: list[dict[str, Any]],
        choices: dict[str, Sequence[Any]],
        more: int = 0,
        new: list[dict[str, Any]] | None = None,
    ) -> None:
        formset = formset_factory(form_class, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
        extra: dict[str, Any] = {"prefix": "rows", "form_kwargs": {"choices": choices}}
        if data is None:
            rows = [{**row, "place": place} for place, row in enumerate(initial, 1)]
            self.rows = formset(initial=[*rows, *({} for _n in range(MORE))], **extra)
            return
        data = data.copy()
        count = min(_whole(data.get("rows-TOTAL_FORMS")), MOST_ROWS)
        for row in new or []:
            for name, value in row.items():
                data[f"rows-{count}-{name}"] = value
            count = min(count + 1, MOST_ROWS)
        data["rows-TOTAL_FORMS"] = str(min(count + more, MOST_ROWS))
        data.setdefault("rows-INITIAL_FORMS", "0")
        self.rows = formset(data, **extra)

    def is_valid(self) -> bool:
        return bool(self.rows.is_valid())

    def given(self) -> list[dict[str, Any]]:
        """What was typed, in its order, without empty rows and those taken out."""
        kept = [
            form.cleaned_data for form in self.rows if not form.empty and not form.cleaned_data.get("gone")
        ]
        # Sorting is stable: a new row numbered like an old one comes right behind it.
        kept.sort(key=lambda row: row["place"] if row["place"] is not None else MOST_ROWS * 100)
        return [{name: value for name, value in row.items() if name not in ("place", "gone")} for row in kept]


def _whole(value: Any) -> int:
    try:
        return max(int(value), 0)
    except (TypeError, ValueError):
        return 0


class Editor:
    """One section being edited. `head` is a form of its own, or the one that carries refusals."""

    section: ClassVar[str]
    title: ClassVar[str | Promise]
    template: ClassVar[str]
    lead: ClassVar[str | Promise] = ""

    def __init__(self, plan: Plan, by: Post, data: Any = None) -> None:
        self.plan, self.by, self.data = plan, by, data
        self.seen = fingerprint(self.lines()) if data is None else str(data.get("seen", ""))[:16]
        self.head: Form = self.make_head()

    def make_head(self) -> Form:
        return Form(self.data)

    def lines(self) -> list[str]:
        return self.plan.lines(self.section)

    @property
    def asks_more(self) -> bool:
        """Whether a button was pressed that only asks for more rows: nothing is written then."""
        return bool(self.data is not None and (self.data.get("add") or self.data.get("take")))

    @property
    def wrong(self) -> bool:
        return self.data is not None and not self.asks_more

    def is_valid(self) -> bool:
        return self.head.is_valid()

    def save(self) -> bool:
        """Write it. False where it was refused; then the form says why and holds what was typed."""
        try:
            self.write()
        except Refused as refusal:
            self.head.add_error(None, str(refusal))
            if isinstance(refusal, FasterColleague):
                fresh = Plan.objects.get(pk=self.plan.pk)
                fresh.movement, fresh.committee = self.plan.movement, self.plan.committee
                self.plan = fresh
                self.seen = fingerprint(self.lines())
            return False
        return True

    def write(self) -> None:
        raise NotImplementedError


def form_of(fields: dict[str, forms.Field], data: Any, initial: dict[str, Any]) -> Form:
    """A house form with fields that are known only now."""
    made: Form = type("SectionForm", (Form,), fields)(data, initial=initial)
    return made


class AboutEditor(Editor):
    section, title = "about", gettext_lazy("Basis, theme and content")
    template = "plans/parts/edit_form.html"

    def make_head(self) -> Form:
        return AboutForm(self.data, plan=self.plan, by=self.by)

    def write(self) -> None:
        given = dict(self.head.cleaned_data)
        basis: list[Directive] = given.pop("basis", [])
        self.plan.describe(self.by, given, basis, self.seen)


class FieldsEditor(Editor):
    section, title = "fields", gettext_lazy("Chosen fields")
    template = "plans/parts/edit_fields.html"
    lead = gettext_lazy("The fields the committee chooses for the year, each with its content.")

    @cached_property
    def fields(self) -> list[Field]:
        day = date(self.plan.year, 12, 31)
        own = self.plan.chosen_fields.values_list("field", flat=True)
        found = Field.objects.filter(valid_from__lte=day, valid_to__gt=day) | Field.objects.filter(
            pk__in=list(own)
        )
        return list(found.distinct())

    def make_head(self) -> Form:
        chosen = {each.field_id: each.content for each in self.plan.chosen_fields.all()}
        initial = {f"chosen_{pk}": True for pk in chosen}
        initial |= {f"content_{pk}": content for pk, content in chosen.items()}  # type: ignore[misc]
        asked: dict[str, forms.Field] = {}
        for field in self.fields:
            asked[f"chosen_{field.pk}"] = forms.BooleanField(label=field.name, required=False)
            asked[f"content_{field.pk}"] = words(
                _("Content of %(field)s for the year") % {"field": field.name}, 3
            )
        return form_of(asked, self.data, initial)

    @property
    def rows(self) -> list[tuple[Field, Any, Any]]:
        return [
            (field, self.head[f"chosen_{field.pk}"], self.head[f"content_{field.pk}"])
            for field in self.fields
        ]

    def write(self) -> None:
        given = self.head.cleaned_data
        contents = {
            field: given[f"content_{field.pk}"]
            for field in self.fields
            # Content typed beside a field that was not ticked means it is chosen.
            if given[f"chosen_{field.pk}"] or given[f"content_{field.pk}"].strip()
        }
        self.plan.choose_fields(self.by, contents, self.seen)


class TableEditor(Editor):
    """A section that is a table."""

    row: ClassVar[type[RowForm]]
    # What the columns of a pasted table are, where one may be pasted (`read_pasted`).
    pastes: ClassVar[str | Promise] = ""

    def __init__(self, plan: Plan, by: Post, data: Any = None) -> None:
        super().__init__(plan, by, data)
        more = MORE if data is not None and data.get("add") else 0
        initial = self.initial() if data is None else []
        new = [*self.new_rows(), *self.pasted()]
        self.table = Table(self.row, data, initial, self.choices(), more, new)

    def initial(self) -> list[dict[str, Any]]:
        raise NotImplementedError

    def choices(self) -> dict[str, Sequence[Any]]:
        return {}

    def new_rows(self) -> list[dict[str, Any]]:
        return []

    def pasted(self) -> list[dict[str, Any]]:
        """The rows of a table pasted in, when its button was pressed."""
        if self.data is None or self.data.get("take") != "pasted":
            return []
        return self.read_pasted(str(self.data.get("pasted", ""))[:LONGEST_PASTE])[:MOST_ROWS]

    def read_pasted(self, text: str) -> list[dict[str, Any]]:
        return []

    def is_valid(self) -> bool:
        return all([self.head.is_valid(), self.table.is_valid()])


class TasksEditor(TableEditor):
    section, title, row = "tasks", gettext_lazy("Task table"), TaskRow
    template = "plans/parts/edit_tasks.html"
    lead = gettext_lazy("Who does what, with which product, by when. Without a date a task is standing.")
    pastes = gettext_lazy("task, who leads, product, by when")
    cadences = ("thường xuyên", "hằng tháng", "hằng quý", "6 tháng", "hằng năm")

    def read_pasted(self, text: str) -> list[dict[str, Any]]:
        return pasting.tasks(text)

    def initial(self) -> list[dict[str, Any]]:
        return [
            {
                "pk": each.pk, "text": each.text, "lead": each.lead,
                "lead_function": each.lead_function_id or "", "product": each.product,
                "due_on": each.due_on, "cadence": each.cadence, "assignment": each.assignment_id or "",
            }
            for each in self.plan.tasks.all()
        ]  # fmt: skip

    @cached_property
    def functions(self) -> dict[str, Function]:
        return {each.code: each for each in Function.objects.all()}

    def choices(self) -> dict[str, Sequence[Any]]:
        return {
            "lead_function": [
                ("", _("not said")),
                *((code, each.name) for code, each in self.functions.items()),
            ]
        }

    @cached_property
    def documents(self) -> list[Directive]:
        """What the plan rests on: their tasks may be taken over."""
        return list(self.plan.basis.order_by("issued_on", "pk"))

    def new_rows(self) -> list[dict[str, Any]]:
        wanted = _whole(self.data.get("take")) if self.data is not None else 0
        document = next((each for each in self.documents if each.pk == wanted), None)
        if document is None:
            return []
        count = _whole(self.data.get("rows-TOTAL_FORMS"))
        typed = {str(self.data.get(f"rows-{n}-assignment", "")) for n in range(min(count, MOST_ROWS))}
        return [taken(each) for each in self.plan.tasks_left(document) if str(each.pk) not in typed]

    def write(self) -> None:
        rows = self.table.given()
        known = {
            each.pk: each
            for each in Assignment.objects.filter(pk__in=[row["assignment"] or 0 for row in rows])
            .filter(directive__plans=self.plan)
        }  # fmt: skip
        for row in rows:
            row["lead_function"] = self.functions.get(row["lead_function"])
            row["assignment"] = known.get(row["assignment"])
        self.plan.write_tasks(self.by, rows, self.seen)


def taken(assignment: Assignment) -> dict[str, Any]:
    """A directive's assignment as a row of the task table, as text for the form."""
    bodies = assignment.bodies
    leads = [body for body in bodies if body.part == "lead"] or bodies
    function = leads[0].function_id if len(leads) == 1 else ""
    return {
        "text": assignment.text,
        "lead": ", ".join(body.written for body in leads)[:300],
        "lead_function": function or "",
        "product": assignment.product,
        "due_on": assignment.due_on.strftime("%d/%m/%Y") if assignment.due_on else "",
        "cadence": assignment.cadence if not assignment.due_on else "",
        "assignment": str(assignment.pk),
    }


class TargetsEditor(TableEditor):
    section, title, row = "targets", gettext_lazy("Targets"), TargetRow
    template = "plans/parts/edit_targets.html"
    lead = gettext_lazy("Targets of the plan. Quotas of units are given under each one, on its own page.")
    pastes = gettext_lazy("target, amount")

    def read_pasted(self, text: str) -> list[dict[str, Any]]:
        return pasting.targets(text)

    def initial(self) -> list[dict[str, Any]]:
        names = ("pk", "name", "amount", "measure", "line", "level")
        return [
            {name: getattr(each, name) for name in names} for each in self.plan.targets.filter(part_of=None)
        ]

    def choices(self) -> dict[str, Sequence[Any]]:
        return {
            "measure": [("", _("not counted by Khéo")), *Target.MEASURES],
            "line": [("", _("every line")), *Line.choices],
            "level": [("", _("every level")), *Level.choices],
        }

    def write(self) -> None:
        self.plan.write_targets(self.by, self.table.given(), self.seen)


class CalendarEditor(TableEditor):
    section, title, row = "calendar", gettext_lazy("Calendar"), CalendarRow
    template = "plans/parts/edit_calendar.html"
    lead = gettext_lazy("When one registers, reports, is inspected and reviews. Both days are included.")

    def initial(self) -> list[dict[str, Any]]:
        names = ("pk", "kind", "name", "opens", "closes", "period_first", "period_last")
        rows = [{name: getattr(each, name) for name in names} for each in self.plan.calendar.all()]
        return rows or suggested(self.plan.year)

    @cached_property
    def is_suggestion(self) -> bool:
        return self.data is None and not self.plan.calendar.exists()

    def choices(self) -> dict[str, Sequence[Any]]:
        return {"kind": CalendarEntry.Kind.choices}

    def write(self) -> None:
        self.plan.write_calendar(self.by, self.table.given(), self.seen)


def suggested(year: int) -> list[dict[str, Any]]:
    """Dates to begin with where a plan has none: registration until April, reports in June and December."""
    kind = CalendarEntry.Kind

    def row(what: str, name: str, opens: tuple, closes: tuple, half: bool = False) -> dict[str, Any]:
        told = what == kind.REPORT
        return {
            "kind": what,
            "name": name,
            "opens": date(year, *opens),
            "closes": date(year, *closes),
            "period_first": date(year, 1, 1) if told else None,
            "period_last": (date(year, 6, 30) if half else date(year, 12, 31)) if told else None,
        }

    return [
        row(kind.REGISTRATION, _("Registration for %d") % year, (1, 15), (4, 30)),
        row(kind.REPORT, _("Half-year report %d") % year, (6, 20), (7, 10), half=True),
        row(kind.REVIEW, _("Interim review, first half of %d") % year, (7, 1), (7, 31)),
        row(kind.INSPECTION, _("Inspection of %d") % year, (9, 1), (10, 31)),
        row(kind.REPORT, _("Yearly report %d") % year, (12, 1), (12, 20)),
        row(kind.REVIEW, _("Final review of %d") % year, (12, 1), (12, 31)),
    ]


class FormEditor(Editor):
    section, title = "form", gettext_lazy("Registration form")
    template = "plans/parts/edit_registration.html"
    lead = gettext_lazy("What those who register are asked, and when.")

    def make_head(self) -> Form:
        own = {each.name: each for each in self.plan.form_fields.all()}
        initial: dict[str, Any] = {}
        for row in shipped_form():
            known = own.get(row["name"])
            for part in ("asked", "required", "example"):
                initial[f"{part}_{row['name']}"] = getattr(known, part) if known else row[part]
        asked: dict[str, forms.Field] = {}
        for field in FORM_FIELDS:
            asked[f"asked_{field.name}"] = forms.ChoiceField(
                label=_("%(field)s: when it is asked") % {"field": field.label},
                choices=FormField.Asked.choices,
            )
            asked[f"required_{field.name}"] = forms.BooleanField(
                label=_("%(field)s: must be answered") % {"field": field.label}, required=False
            )
            asked[f"example_{field.name}"] = forms.CharField(
                label=_("%(field)s: example shown") % {"field": field.label}, max_length=300, required=False
            )
        return form_of(asked, self.data, initial)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {"label": field.label}
            | {part: self.head[f"{part}_{field.name}"] for part in ("asked", "required", "example")}
            for field in FORM_FIELDS
        ]

    def write(self) -> None:
        given = self.head.cleaned_data
        rows = [
            {part: given[f"{part}_{field.name}"] for part in ("asked", "required", "example")}
            | {"name": field.name}
            for field in FORM_FIELDS
        ]
        self.plan.write_form(self.by, [] if rows == shipped_form() else rows, self.seen)


EDITORS: dict[str, type[Editor]] = {
    each.section: each
    for each in (AboutEditor, FieldsEditor, TasksEditor, TargetsEditor, CalendarEditor, FormEditor)
}


class CriteriaEditor(TableEditor):
    """A set of criteria: its head and its nested rows."""

    section, title, row = "criteria", gettext_lazy("Criteria"), CriterionRow
    template = "plans/parts/edit_criteria.html"
    pastes = gettext_lazy("criterion with its number (I. 1. 1.1. a), most points")

    def __init__(self, criteria_set: CriteriaSet, by: Post, data: Any = None) -> None:
        self.set = criteria_set
        assert criteria_set.plan is not None
        super().__init__(criteria_set.plan, by, data)

    def make_head(self) -> Form:
        return CriteriaHeadForm(self.data, criteria_set=self.set)

    def lines(self) -> list[str]:
        fresh = CriteriaSet.objects.filter(pk=self.set.pk).first()
        return fresh.lines() if fresh else []

    def read_pasted(self, text: str) -> list[dict[str, Any]]:
        return pasting.criteria(text)

    def initial(self) -> list[dict[str, Any]]:
        return [
            {
                "pk": node.criterion.pk, "depth": node.depth, "text": node.criterion.text,
                "max_points": node.criterion.max_points, "disqualifies": node.criterion.disqualifies,
                "note": node.criterion.note,
            }
            for node in walked(self.set.tree())
        ]  # fmt: skip

    def choices(self) -> dict[str, Sequence[Any]]:
        steps = [_("group or criterion"), _("part of the one above"), _("part, third step"), _("fourth step")]
        return {"depth": list(enumerate(steps[: DEEPEST + 1]))}

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        above = -1
        for row in self.table.given():
            row["depth"] = row["depth"] or 0
            if row["depth"] > above + 1:
                self.head.add_error(
                    None,
                    _(
                        "“%(text)s” lies more than one step below the row before it. "
                        "Give that row its step first."
                    )
                    % {"text": row["text"][:80]},
                )
                return False
            above = row["depth"]
        return True

    def write(self) -> None:
        self.set.rewrite(self.by, dict(self.head.cleaned_data), self.table.given(), self.seen)


class QuotaEditor(Editor):
    """What each unit is to contribute to one target."""

    section, title = "targets", gettext_lazy("Quotas of units")
    template = "plans/parts/edit_quotas.html"

    def __init__(self, target: Target, by: Post, units: list[Unit], data: Any = None) -> None:
        self.target, self.units = target, units
        super().__init__(target.plan, by, data)

    def make_head(self) -> Form:
        self.own = {each.unit_id: each for each in self.target.quotas.select_related("unit")}
        asked: dict[str, forms.Field] = {
            "all": CountField(
                label=_("The same for all units below that are left empty"), required=False, example=""
            )
        }
        for unit in self.units:
            asked[f"unit_{unit.pk}"] = CountField(label=unit.with_area, required=False, example="")
        amounts = {f"unit_{pk}": each.amount for pk, each in self.own.items()}
        return form_of(asked, self.data, amounts)

    @property
    def rows(self) -> list[tuple[Unit, Any]]:
        return [(unit, self.head[f"unit_{unit.pk}"]) for unit in self.units]

    def write(self) -> None:
        given = self.head.cleaned_data
        # Units that the filter does not show keep theirs.
        shown = {unit.pk for unit in self.units}
        amounts = {each.unit: each.amount for pk, each in self.own.items() if pk not in shown and each.unit}
        for unit in self.units:
            amount = given[f"unit_{unit.pk}"]
            amount = given["all"] if amount is None else amount
            if amount is not None:
                amounts[unit] = amount
        self.plan.write_quotas(self.by, self.target, amounts, self.seen)
