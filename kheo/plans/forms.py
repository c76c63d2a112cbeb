"""What people type about plans and movements in one form each; the tables of a plan are in `editing`."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.directives.models import Directive
from kheo.files.forms import DocumentField
from kheo.lib import numbers
from kheo.lib.periods import today
from kheo.plans.acting import committees_of
from kheo.plans.models import CriteriaSet, Mandate, Movement, Plan
from kheo.plans.models.criteria import MOST_POINTS
from kheo.ui.forms import Form, QuantityField, VietnameseDateField, VndField
from kheo.units.models import Level, Line, Post, Unit

LONGEST = 20_000
# Documents and plans offered to choose from; who needs an older one finds it by its page.
OFFERED = 80

POINTS = numbers.Quantity("points", "12,75", 100, {"điểm": 100, "đ": 100}, scaled=False)


def words(label: Any, rows: int = 4, help_text: Any = "", **more: Any) -> forms.CharField:
    """A field of free text, of some lines."""
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=LONGEST,
        required=more.pop("required", False),
        help_text=help_text,
        **more,
    )


class PointsField(QuantityField):
    """Points, in hundredths; read and shown as "12,75"."""

    quantity = POINTS
    unit = gettext_lazy("points")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=MOST_POINTS, **kwargs)

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and re.fullmatch(r"\s*\d+,\d{3,}.*", value):
            raise ValidationError(_("At most two digits may follow the comma (points)."), code="invalid")
        return super().to_python(value)


class YearField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=2009, max_value=2100, **kwargs)


class PlanFilter(Form):
    q = forms.CharField(label=gettext_lazy("Committee or theme"), max_length=100, required=False)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, empty_value=None, required=False)
    movement = forms.ModelChoiceField(Movement.objects.none(), label=gettext_lazy("Movement"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args: Any, years: Iterable[int], movements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("all")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]
        self.fields["movement"].queryset = movements  # type: ignore[attr-defined]
        self.fields["movement"].empty_label = _("all")  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("all")), *Plan.State.choices]  # type: ignore[attr-defined]


class StartForm(Form):
    """A new draft: whose, of which movement, for which year, and from which plan it begins."""

    mandate = forms.ChoiceField(label=gettext_lazy("Committee and movement"))
    year = YearField(label=gettext_lazy("Year"))
    source = forms.ChoiceField(
        label=gettext_lazy("Begin with a copy of"),
        required=False,
        help_text=gettext_lazy("Everything copied can be changed; dates move to the new year."),
    )

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("year", today().year)
        super().__init__(*args, **kwargs)
        day = today()
        found = Mandate.objects.filter(
            committee__in=committees_of(by), valid_from__lte=day, valid_to__gt=day,
            movement__ended_on__isnull=True,
        ).select_related("committee", "movement")  # fmt: skip
        self.mandates = {str(each.pk): each for each in found.order_by("committee__sort_key", "pk")}
        self.sources = plans_to_copy(by)
        self.fields["mandate"].choices = [  # type: ignore[attr-defined]
            (key, f"{each.committee} · {each.movement}") for key, each in self.mandates.items()
        ]
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", _("nothing: an empty draft")),
            *((key, f"{each}, {_('version %d') % each.version}") for key, each in self.sources.items()),
        ]

    def clean_mandate(self) -> Mandate:
        return self.mandates[self.cleaned_data["mandate"]]

    def clean_source(self) -> Plan | None:
        return self.sources.get(self.cleaned_data["source"])


def plans_to_copy(by: Post, besides: Plan | None = None) -> dict[str, Plan]:
    """Settled plans one may see, the newest first: one's own of last year, the superior's, those below."""
    settled = [Plan.State.APPROVED, Plan.State.REPLACED]
    found = Plan.objects.visible_to(by.user).filter(state__in=settled).select_related("movement", "committee")
    if besides:
        found = found.exclude(pk=besides.pk)
    return {str(each.pk): each for each in found.order_by("-year", "committee__path", "-version")[:OFFERED]}


class CopyForm(Form):
    """Which sections to take over, from which plan."""

    source = forms.ChoiceField(label=gettext_lazy("From which plan"))
    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Which parts"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "A part taken over stands in place of what the draft has; criteria are added to it."
        ),
    )

    def __init__(self, *args: Any, plan: Plan, by: Post, parts: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = plans_to_copy(by, plan)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (key, f"{each}, {_('version %d') % each.version}") for key, each in self.sources.items()
        ]
        self.fields["sections"].choices = parts  # type: ignore[attr-defined]

    def clean_source(self) -> Plan:
        return self.sources[self.cleaned_data["source"]]


class AboutForm(Form):
    """A plan in words: theme, objective, content, ways, budget, and what it rests on."""

    theme = forms.CharField(label=gettext_lazy("Theme of the year"), max_length=300, required=False)
    basis = forms.MultipleChoiceField(
        label=gettext_lazy("Documents it rests on"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Confirmed documents that you may see."),
    )
    basis_text = words(gettext_lazy("Other basis, as written"), 2)
    objective = words(gettext_lazy("Objective and requirements"))
    participants = words(gettext_lazy("Scope and who takes part"), 3)
    content = words(gettext_lazy("Content common to all fields"))
    methods = words(
        gettext_lazy("How it is carried out"),
        5,
        gettext_lazy(
            "Launch and registration, making known, inspection, replication, reviews and commendation."
        ),
    )
    budget_vnd = VndField(label=gettext_lazy("Budget"), required=False)
    budget_note = words(gettext_lazy("Where the money comes from"), 2)

    examples = {
        "theme": "Dân vận khéo chung sức xây dựng nông thôn mới",
        "objective": "100% xóm, bản có ít nhất một mô hình hoạt động thiết thực, được người dân đồng tình.",
    }

    def __init__(self, *args: Any, plan: Plan, by: Post, **kwargs: Any) -> None:
        chosen = {str(each.pk): each for each in plan.basis.order_by("-issued_on", "-pk")}
        kwargs.setdefault(
            "initial", {name: getattr(plan, name) for name in Plan.ABOUT} | {"basis": list(chosen)}
        )
        super().__init__(*args, **kwargs)
        offered = Directive.objects.visible_to(by.user).confirmed().order_by("-issued_on", "-pk")[:OFFERED]
        self.documents = chosen | {str(each.pk): each for each in offered}
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (key, each.full_name[:160]) for key, each in self.documents.items()
        ]
        if not self.documents:
            del self.fields["basis"]

    def clean_basis(self) -> list[Directive]:
        return [self.documents[key] for key in self.cleaned_data["basis"]]


class SignatureForm(Form):
    """What the clerk gave a paper, and its scan."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    signed_on = VietnameseDateField(label=gettext_lazy("Signed on"))
    signer = forms.CharField(label=gettext_lazy("Signed by"), max_length=120)
    file = DocumentField(label=gettext_lazy("The signed paper, scanned or photographed"), required=False)

    examples = {"number": "05-KH/BCĐ"}


class FileForm(Form):
    file = DocumentField(label=gettext_lazy("The signed paper, scanned or photographed"))


class ReasonForm(Form):
    reason = words(gettext_lazy("Reason"), 3, required=True)


class MovementForm(Form):
    """What a movement is: what the law expects before it is launched."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=300)
    launched_by = forms.ChoiceField(label=gettext_lazy("Launched by"))
    objective = words(gettext_lazy("Objective"), 3)
    scope_text = words(gettext_lazy("Scope"), 2)
    participants = words(gettext_lazy("Who takes part"), 2)

    examples = {"name": "Dân vận khéo", "participants": "Tập thể, hộ gia đình, cá nhân trên địa bàn"}

    def __init__(self, *args: Any, by: Post, movement: Movement | None = None, **kwargs: Any) -> None:
        if movement:
            kwargs.setdefault("initial", {name: getattr(movement, name) for name in Movement.WORDS})
        super().__init__(*args, **kwargs)
        if movement:
            del self.fields["launched_by"]
            if movement.launched_on:
                self.fields["reason"] = ReasonForm.base_fields["reason"]
            return
        self.bodies = {str(each.pk): each for each in [by.unit, *committees_of(by)]}
        self.fields["launched_by"].choices = [  # type: ignore[attr-defined]
            (key, str(each)) for key, each in self.bodies.items()
        ]

    def clean_launched_by(self) -> Unit:
        return self.bodies[self.cleaned_data["launched_by"]]


class DayForm(Form):
    on = VietnameseDateField(label=gettext_lazy("On"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": today()})
        super().__init__(*args, **kwargs)


class EndForm(DayForm):
    reason = words(gettext_lazy("Reason"), 3, required=True)


class MandateForm(Form):
    committee = forms.ChoiceField(label=gettext_lazy("Steering committee"))
    since = VietnameseDateField(label=gettext_lazy("Since"))
    decision = forms.CharField(label=gettext_lazy("By which decision"), max_length=120, required=False)

    examples = {"decision": "Quyết định 15-QĐ/ĐU, 12/01/2026"}

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"since": today()})
        super().__init__(*args, **kwargs)
        self.committees = {str(each.pk): each for each in committees_of(by)}
        self.fields["committee"].choices = [  # type: ignore[attr-defined]
            (key, str(each)) for key, each in self.committees.items()
        ]

    def clean_committee(self) -> Unit:
        return self.committees[self.cleaned_data["committee"]]


class CriteriaAddForm(Form):
    """A new set of criteria in a plan: a copy of another, or an empty one."""

    source = forms.ChoiceField(
        label=gettext_lazy("Begin with a copy of"),
        required=False,
        help_text=gettext_lazy("Your own of last year, the superior's, or a reference set from elsewhere."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=300, required=False)
    mode = forms.ChoiceField(label=gettext_lazy("How it judges"), required=False)
    subject = forms.ChoiceField(label=gettext_lazy("Applies to"), required=False)

    examples = {"name": "Tiêu chí công nhận mô hình “Dân vận khéo” tập thể"}

    def __init__(self, *args: Any, plan: Plan, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = CriteriaSet.objects.to_copy_from(plan, by.user).order_by("reference", "-year", "pk")
        self.sources = {str(each.pk): each for each in found[:OFFERED]}
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", _("nothing: an empty set")),
            *((key, source_label(each)) for key, each in self.sources.items()),
        ]
        self.fields["mode"].choices = CriteriaSet.Mode.choices  # type: ignore[attr-defined]
        self.fields["subject"].choices = CriteriaSet.Subject.choices  # type: ignore[attr-defined]

    def clean_source(self) -> CriteriaSet | None:
        return self.sources.get(self.cleaned_data["source"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("source") and not given.get("name", "").strip():
            self.add_error("name", _("Give the new set a name, or choose one to copy."))
        return given


def source_label(each: CriteriaSet) -> str:
    """A set to copy from, in one line: its name, who wrote it, when, and what it is."""
    kind = _("reference") if each.reference else _("version %d") % each.version
    parts = [each.name[:90], each.issuer[:60], str(each.year or ""), kind]
    if each.mode == CriteriaSet.Mode.GROUNDS:
        parts.append(str(each.get_mode_display()))
    return " · ".join(part for part in parts if part)


class CriteriaHeadForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=300)
    mode = forms.ChoiceField(label=gettext_lazy("How it judges"), choices=CriteriaSet.Mode.choices)
    subject = forms.ChoiceField(label=gettext_lazy("Applies to"), choices=CriteriaSet.Subject.choices)
    applies_to = forms.CharField(label=gettext_lazy("What it is used for"), max_length=400, required=False)
    rule = words(gettext_lazy("When it is met"), 2)
    bands = words(
        gettext_lazy("Bands, one a line: name and the points it begins at"),
        3,
        gettext_lazy("Only for sets by points."),
    )

    examples = {
        "rule": "Đạt tất cả các tiêu chí",
        "bands": "Tốt: 80",
        "applies_to": "Xét công nhận mô hình tập thể cấp xã",
    }

    def __init__(self, *args: Any, criteria_set: CriteriaSet, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {name: getattr(criteria_set, name) for name in CriteriaSet.HEAD}
            | {
                "bands": "\n".join(
                    f"{band['name']}: {band['from'] or '?'}" for band in criteria_set.bands_told
                )
            },
        )
        super().__init__(*args, **kwargs)

    def clean_bands(self) -> list[dict[str, Any]]:
        """The bands as the model keeps them, highest first; one without a limit ("?") last."""
        bands: list[dict[str, Any]] = []
        for line in self.cleaned_data["bands"].splitlines():
            name, colon, limit = line.rpartition(":")
            if not line.strip():
                continue
            if not colon or not name.strip():
                raise ValidationError(
                    _("Write each band as name and points, for example “Tốt: 80”. Not read: %(line)s")
                    % {"line": line[:80]}
                )
            try:
                least = None if limit.strip() in ("", "?") else PointsField().clean(limit)
            except ValidationError as error:
                raise ValidationError(f"{line[:80]}: {error.messages[0]}") from None
            bands.append({"name": name.strip()[:100], "from": least})
        return sorted(bands, key=lambda band: -1 if band["from"] is None else band["from"], reverse=True)


class QuotaFilter(Form):
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    line = forms.ChoiceField(label=gettext_lazy("Line"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", _("all")), *Level.choices]  # type: ignore[attr-defined]
        self.fields["line"].choices = [("", _("all")), *Line.choices]  # type: ignore[attr-defined]


class CriteriaFilter(Form):
    show = forms.ChoiceField(
        label=gettext_lazy("Which"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            ("own", gettext_lazy("of plans in force")),
            ("reference", gettext_lazy("reference sets")),
        ],
    )
    mode = forms.ChoiceField(label=gettext_lazy("How it judges"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [("", _("all")), *CriteriaSet.Mode.choices]  # type: ignore[attr-defined]
