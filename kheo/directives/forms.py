"""What people type in this room: a document handed in, a reading confirmed, an answer, a decision."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.files.forms import DocumentField
from kheo.lib import formats
from kheo.lib.periods import today
from kheo.ui.forms import CountField, Form, ModelForm, VietnameseDateField
from kheo.units.models import Function, Level, Line, Post, Unit

from .models import Addressee, Assignment, Directive, Duty, Reply
from .models.directive import Edit, issuer_candidates
from .rhythm import recent, span_of

# A long decision with its annexes; what is longer comes as a file.
LONGEST_DOCUMENT = 400_000
MOST_TASKS = 400


class EnterForm(Form):
    """A document pasted, uploaded, or both."""

    text = forms.CharField(
        label=gettext_lazy("Paste the text"),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=LONGEST_DOCUMENT,
        required=False,
        strip=False,
    )
    file = DocumentField(
        label=gettext_lazy("or choose the file"),
        help_text=gettext_lazy(
            ".docx, .pdf or .txt is read; beside a scan or a photo you type the fields yourself."
        ),
        required=False,
        allow_empty_file=True,
    )
    internal = forms.BooleanField(
        label=gettext_lazy("For internal circulation only (lưu hành nội bộ): never public"), required=False
    )
    source = forms.CharField(
        label=gettext_lazy("Where it comes from, if not from the issuer itself"),
        max_length=500,
        required=False,
    )
    examples = {"source": "Báo Nghệ An, 29/5/2021"}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("text", "").strip() and not given.get("file"):
            raise forms.ValidationError(_("Paste the text of the document or choose its file."))
        return given


class DirectiveForm(ModelForm):
    """The fields of the document itself, as read; each beside the words it came from."""

    issued_on = VietnameseDateField(label=gettext_lazy("Issued on"), required=False)
    effective_on = VietnameseDateField(label=gettext_lazy("In effect from (if another day)"), required=False)
    issuer = forms.ChoiceField(label=gettext_lazy("Which body that is in Khéo"), required=False)
    parent = forms.ChoiceField(label=gettext_lazy("It implements"), required=False)

    class Meta:
        model = Directive
        fields = [
            "doc_type",
            "number",
            "issued_on",
            "effective_on",
            "issuer_text",
            "issuer",
            "title",
            "summary",
            "parent",
            "source",
            "internal",
        ]
        widgets = {
            "title": forms.Textarea(attrs={"rows": 3}),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "source": forms.Textarea(attrs={"rows": 2}),
        }

    examples = {"number": "05-CT/TU", "doc_type": "Chỉ thị", "issuer_text": "Ban Thường vụ Tỉnh ủy Nghệ An"}

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        directive = self.instance
        self.units = {str(unit.pk): unit for unit, _fit in issuer_candidates(directive)}
        if directive.issuer:
            self.units[str(directive.issuer_id)] = directive.issuer
        self.fields["issuer"].choices = [  # type: ignore[attr-defined]
            ("", _("none of those Khéo knows")),
            *((key, unit.with_area) for key, unit in self.units.items()),
        ]
        if not directive.issuer and directive.state == Directive.State.READ and len(self.units) >= 1:
            from .models.directive import issuer_of

            found = issuer_of(directive)
            self.initial["issuer"] = str(found.pk) if found else ""
        held = Directive.objects.visible_to(by).confirmed().exclude(pk=directive.pk)
        self.parents = {str(each.pk): each for each in held.order_by("-issued_on", "-pk")[:200]}
        if directive.parent:
            self.parents[str(directive.parent_id)] = directive.parent
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            ("", _("no other document")),
            *((key, each.full_name[:110]) for key, each in self.parents.items()),
        ]
        for name in ("number", "doc_type", "title", "issuer_text"):
            self.fields[name].widget.attrs["data-words"] = name
        self.fields["issued_on"].widget.attrs["data-words"] = "issued_on"

    def clean_issuer(self) -> Unit | None:
        return self.units.get(self.cleaned_data["issuer"])

    def clean_parent(self) -> Directive | None:
        return self.parents.get(self.cleaned_data["parent"])

    def clean_issued_on(self) -> date | None:
        day: date | None = self.cleaned_data["issued_on"]
        if day and day > today():
            raise forms.ValidationError(_("A document cannot be issued in the future. Check the date."))
        return day

    def _post_clean(self) -> None:
        # The verbs write; the form only says what they shall write.
        pass


class TaskForm(Form):
    """One task of the document."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=gettext_lazy("Task"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=10_000,
    )
    due_on = VietnameseDateField(label=gettext_lazy("Due on"), required=False)
    due_text = forms.CharField(label=gettext_lazy("Deadline as written"), max_length=200, required=False)
    cadence = forms.CharField(label=gettext_lazy("How often"), max_length=60, required=False)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=300, required=False)
    details = forms.ChoiceField(label=gettext_lazy("It carries out"), required=False)
    withdrawn = forms.BooleanField(label=gettext_lazy("Take this task out"), required=False)

    def __init__(self, *args: Any, details: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if details:
            self.fields["details"].choices = [("", "–"), *details]  # type: ignore[attr-defined]
        else:
            del self.fields["details"]
        self.fields["cadence"].example = "hàng năm"  # type: ignore[attr-defined]
        for name in ("due_on", "cadence"):
            self.fields[name].example = ""  # type: ignore[attr-defined]


class BodyForm(Form):
    """One body that the task names."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    written = forms.CharField(label=gettext_lazy("Body as written"), max_length=300, required=False)
    function = forms.ChoiceField(label=gettext_lazy("Function"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    part = forms.ChoiceField(label=gettext_lazy("Part"), choices=Addressee.Part.choices)
    withdrawn = forms.BooleanField(label=gettext_lazy("Take this body out"), required=False)

    def __init__(self, *args: Any, functions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["function"].choices = functions  # type: ignore[attr-defined]
        self.fields["level"].choices = [("", _("every level")), *Level.choices]  # type: ignore[attr-defined]


TaskFormSet = formset_factory(TaskForm, extra=0, absolute_max=MOST_TASKS, max_num=MOST_TASKS)
BodyFormSet = formset_factory(BodyForm, extra=0, absolute_max=30, max_num=30)


class Reading:
    """The whole confirm page as one thing: the document's fields, its tasks with their bodies, its links.

    A button named `add` asks for one row more, without script: "tasks", or the prefix of the task that gets
    one more body. Nothing is saved then.
    """

    def __init__(self, directive: Directive, by: Post, data: Any = None) -> None:
        self.directive, self.by, self.data = directive, by, data
        self.add = (data or {}).get("add", "")
        self.head = DirectiveForm(data, instance=directive, by=by)
        self.references = list(directive.references.select_related("target").order_by("pk"))

    @cached_property
    def functions(self) -> list[tuple[str, str]]:
        codes = [(function.code, function.name) for function in Function.objects.all()]
        return [("", _("not known yet")), *codes]

    @cached_property
    def parent_tasks(self) -> dict[str, Assignment]:
        parent = self.directive.parent
        if self.data is not None and self.head.is_bound:
            parent = self.head.parents.get(self.data.get("parent", "")) or parent
        if parent is None:
            return {}
        return {str(task.pk): task for task in parent.assignments.filter(withdrawn=False)}

    @cached_property
    def own_tasks(self) -> dict[int, Assignment]:
        tasks = self.directive.assignments.prefetch_related("addressees__function").order_by("order", "pk")
        return {task.pk: task for task in tasks}

    @cached_property
    def tasks(self) -> Any:
        choices = [(key, f"{task.order + 1}. {task.text[:90]}") for key, task in self.parent_tasks.items()]
        extra: dict[str, Any] = {"form_kwargs": {"details": choices}, "prefix": "tasks"}
        if self.data is not None:
            data = self.data.copy()
            if self.add == "tasks":
                data["tasks-TOTAL_FORMS"] = _one_more(data.get("tasks-TOTAL_FORMS"), MOST_TASKS)
            formset = TaskFormSet(data, **extra)
        else:
            initial = [
                {
                    "pk": task.pk,
                    "text": task.text,
                    "due_on": task.due_on,
                    "due_text": task.due_text,
                    "cadence": task.cadence,
                    "product": task.product,
                    "details": str(task.details_id or ""),
                    "withdrawn": task.withdrawn,
                }
                for task in self.own_tasks.values()
            ]
            formset = TaskFormSet(initial=initial or [{}], **extra)
        for form in formset:
            self._give_bodies(form)
        return formset

    def _give_bodies(self, form: Any) -> None:
        prefix = f"{form.prefix}-bodies"
        extra: dict[str, Any] = {"form_kwargs": {"functions": self.functions}, "prefix": prefix}
        if self.data is not None and f"{prefix}-TOTAL_FORMS" in self.data:
            data = self.data.copy()
            if self.add == form.prefix:
                data[f"{prefix}-TOTAL_FORMS"] = _one_more(data.get(f"{prefix}-TOTAL_FORMS"), 30)
            form.bodies = BodyFormSet(data, **extra)
        else:
            task = self.own_tasks.get(_whole(form["pk"].value()))
            initial = [
                {
                    "pk": body.pk,
                    "written": body.written,
                    "function": body.function_id or "",
                    "level": body.level,
                    "part": body.part,
                    "withdrawn": body.withdrawn,
                }
                for body in (task.addressees.all() if task else ())
            ]
            form.bodies = BodyFormSet(initial=initial or [{}], **extra)
        form.task = self.own_tasks.get(_whole(form["pk"].value()))
        known = {body.pk: body for body in form.task.addressees.all()} if form.task else {}
        for body_form in form.bodies:
            body_form.body = known.get(_whole(body_form["pk"].value()))

    def is_valid(self) -> bool:
        bodies = [form.bodies for form in self.tasks if form.bodies.is_bound]
        # Each is asked, so that every error is shown at once.
        return all([self.head.is_valid(), self.tasks.is_valid(), *(each.is_valid() for each in bodies)])

    @property
    def errors(self) -> bool:
        return self.data is not None and not self.add and not self.is_valid()

    @cached_property
    def links(self) -> list[dict[str, Any]]:
        """Each reference with the documents it may mean: those Kheo holds under the same number."""
        keys = [reference.number_key for reference in self.references if reference.number_key]
        held: dict[str, list[Directive]] = {}
        for each in Directive.objects.visible_to(self.by).confirmed().filter(number_key__in=keys):
            held.setdefault(each.number_key, []).append(each)
        rows = []
        for reference in self.references:
            found = held.get(reference.number_key, []) if reference.number_key else []
            if reference.target and reference.target not in found:
                found = [reference.target, *found]
            likely = [each for each in found if reference.issued_on in (None, each.issued_on)]
            chosen = str(reference.target_id or (likely[0].pk if len(likely) == 1 else ""))
            name = f"reference-{reference.pk}"
            if self.data is not None:
                chosen = self.data.get(name, chosen)
            rows.append({"reference": reference, "name": name, "found": found, "chosen": chosen})
        return rows

    def edit(self) -> Edit:
        """What was typed, for the verbs of Directive. Only after `is_valid`."""
        tasks = []
        for form in self.tasks:
            given = dict(form.cleaned_data)
            if "details" in given:
                given["details"] = self.parent_tasks.get(given["details"])
            given["bodies"] = [
                {**body, "function": self._function(body.get("function", ""))}
                for body in (form.bodies.cleaned_data if form.bodies.is_bound else [])
                if body
            ]
            tasks.append(given)
        links = {}
        for row in self.links:
            by_key = {str(each.pk): each for each in row["found"]}
            links[row["reference"].pk] = by_key.get(row["chosen"])
        return Edit(fields=dict(self.head.cleaned_data), tasks=tasks, links=links)

    def _function(self, code: str) -> Function | None:
        return self._function_rows.get(code)

    @cached_property
    def _function_rows(self) -> dict[str, Function]:
        return {function.code: function for function in Function.objects.all()}


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _one_more(value: Any, most: int) -> str:
    return str(min(_whole(value) + 1, most))


class ReasonForm(Form):
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 3}))


class DecisionForm(Form):
    """Accept or return an answer."""

    reason = forms.CharField(
        label=gettext_lazy("To the unit (needed when you return it)"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )


class FollowForm(Form):
    """What came after a document."""

    HOW = [
        ("continued", gettext_lazy("continues it; both stay in force")),
        ("replaced", gettext_lazy("replaces it")),
        ("implements", gettext_lazy("implements it (plan, guidance)")),
    ]
    other = forms.ChoiceField(label=gettext_lazy("The other document"))
    how = forms.ChoiceField(label=gettext_lazy("The other document …"), choices=HOW, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, directive: Directive, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Directive.objects.visible_to(by).confirmed().exclude(pk=directive.pk)
        self.held = {str(each.pk): each for each in held.order_by("-issued_on", "-pk")[:300]}
        self.fields["other"].choices = [  # type: ignore[attr-defined]
            (key, each.full_name[:110]) for key, each in self.held.items()
        ]

    def clean_other(self) -> Directive:
        return self.held[self.cleaned_data["other"]]


class ReplyForm(ModelForm):
    """A body's answer; with `siblings`, the same answer for further tasks of the document."""

    received_on = VietnameseDateField(label=gettext_lazy("Received on"), required=False)
    studied_on = VietnameseDateField(
        label=gettext_lazy("Made known inside the body (quán triệt) on"), required=False
    )
    studied_by_count = CountField(label=gettext_lazy("Number attending"), required=False, most=1_000_000)
    period = forms.ChoiceField(label=gettext_lazy("For the period"), required=False)
    implementing = forms.ChoiceField(
        label=gettext_lazy("Own implementing document, if Khéo holds it"), required=False
    )
    upload = DocumentField(label=gettext_lazy("or upload it"), required=False)
    also = forms.MultipleChoiceField(
        label=gettext_lazy("The same answer also for"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    # What the answer was written upon: a colleague's newer one must not be passed over.
    answers = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Reply
        fields = [
            "status",
            "period",
            "results",
            "reason",
            "difficulties",
            "proposals",
            "received_by",
            "received_on",
            "studied_on",
            "studied_how",
            "studied_by_count",
            "implementing",
        ]
        labels = {
            "reason": gettext_lazy("Reason: why it is not yours, or why you correct an accepted answer"),
            "studied_how": gettext_lazy("How it was made known"),
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 4}) for name in ("results", "difficulties", "proposals")
        } | {"reason": forms.Textarea(attrs={"rows": 2})}

    examples = {
        "results": "Đã ban hành kế hoạch; 12/12 xóm đăng ký mô hình; 03 mô hình đã ra mắt.",
        "studied_how": "hội nghị Ban Chấp hành mở rộng",
        "received_by": "Văn thư Đảng ủy",
    }

    def __init__(
        self, *args: Any, duty: Duty, by: Post, siblings: Sequence[Duty] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.duty = duty
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (code, formats.period(span)) for code in recent(duty.rhythm, today()) if (span := span_of(code))
        ]
        if not duty.is_standing:
            del self.fields["period"]
        own = Directive.objects.confirmed().entered_by_unit(by.unit).exclude(pk=duty.assignment.directive_id)
        self.own = {str(each.pk): each for each in own.order_by("-issued_on", "-pk")[:100]}
        self.fields["implementing"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((key, each.full_name[:110]) for key, each in self.own.items()),
        ]
        self.siblings = {str(each.pk): each for each in siblings if each.pk != duty.pk}
        if self.siblings:
            self.fields["also"].choices = [  # type: ignore[attr-defined]
                (key, f"{each.assignment.order + 1}. {each.assignment.text[:110]} ({each.unit})")
                for key, each in self.siblings.items()
            ]
            # What several bodies were asked that have become one is answered once.
            self.initial["also"] = [
                key
                for key, each in self.siblings.items()
                if each.assignment_id == duty.assignment_id and each.owes_answer
            ]
        else:
            del self.fields["also"]
        self.initial.setdefault("received_by", duty.received_by)
        self.initial.setdefault("received_on", duty.received_on)
        self.initial.setdefault("answers", duty.answers)

    def clean_implementing(self) -> Directive | None:
        return self.own.get(self.cleaned_data["implementing"])

    def _post_clean(self) -> None:
        # The verb writes; the form only says what it shall write.
        pass

    def words(self) -> dict[str, Any]:
        """The fields of the answer, for `Duty.reply_all`."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        if self.cleaned_data.get("upload"):
            given.pop("file", None)
        return given

    def duties(self) -> list[Duty]:
        return [self.duty, *(self.siblings[key] for key in self.cleaned_data.get("also", []))]


class MatrixFilter(forms.Form):
    """The filters above the matrix; what cannot be read is left out."""

    STATES = [
        ("", gettext_lazy("every state")),
        ("owed", gettext_lazy("answer still owed")),
        ("overdue", gettext_lazy("overdue")),
        ("waiting", gettext_lazy("answered, waiting for a decision")),
        ("accepted", gettext_lazy("accepted")),
        ("returned", gettext_lazy("returned")),
        ("declined", gettext_lazy("not theirs")),
    ]
    directive = forms.ChoiceField(label=gettext_lazy("Document"), required=False)
    task = forms.ChoiceField(label=gettext_lazy("Task"), required=False)
    line = forms.ChoiceField(label=gettext_lazy("Line"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("District of then, commune of today"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, required=False)
    q = forms.CharField(label=gettext_lazy("Name of the body"), required=False, max_length=120)

    def __init__(
        self,
        *args: Any,
        directives: Sequence[Directive],
        tasks: Sequence[Assignment],
        areas: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choose: dict[str, list[tuple[str, Any]]] = {
            "directive": [(str(each.pk), each.full_name[:90]) for each in directives],
            "task": [("", _("all tasks")), *((str(t.pk), f"{t.order + 1}. {t.text[:70]}") for t in tasks)],
            "line": [("", _("every line")), *Line.choices],
            "level": [("", _("every level")), *Level.choices],
            "area": [("", _("everywhere")), *areas],
        }
        for name, choices in choose.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class ListFilter(forms.Form):
    STATES = [("", gettext_lazy("every state")), *Directive.State.choices]
    q = forms.CharField(label=gettext_lazy("Number or words"), required=False, max_length=120)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, required=False)
    doc_type = forms.CharField(label=gettext_lazy("Type"), required=False, max_length=60)
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1930, max_value=2100)
