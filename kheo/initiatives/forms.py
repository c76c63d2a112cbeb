"""The one mouth for registrations and for what decides about them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.accounts.phone import is_phone_number, spoken
from kheo.files.forms import DocumentField
from kheo.initiatives import asked
from kheo.initiatives.models import Consent, Enrolment, Initiative, OnBehalf, Practice
from kheo.initiatives.models.enrolments import plan_for
from kheo.initiatives.models.on_behalf import DAYS_TO_ANSWER
from kheo.lib.periods import today
from kheo.places.models import Area
from kheo.plans.models import Field, current_movement
from kheo.ui.forms import (
    AreaM2Field,
    Form,
    ModelForm,
    NarrowingForm,
    VietnameseDateField,
    VndField,
    WorkDaysField,
)
from kheo.units.forms import offer_communes
from kheo.units.models import Level, Post, ReachKind, Unit

_ASKED_LEVELS = [(Level.COMMUNE, _("the commune")), (Level.PROVINCE, _("the province"))]
_NUMBERS = {"resources_vnd": VndField, "resources_work_days": WorkDaysField, "resources_land_m2": AreaM2Field}
_ONE_LINE = {"person_title", "resources_goods", "beneficiaries"}


class RegistrationForm(Form):
    """A registration, short or long. Bound as `RegistrationForm(data, by=post, on=day)`."""

    name = forms.CharField(max_length=300)
    kind = forms.ChoiceField(
        label=_("Model or exemplar"),
        choices=Initiative.Kind.choices,
        widget=forms.RadioSelect,
        initial="model",
    )
    subject = forms.ChoiceField(
        label=_("Whose"), choices=Initiative.Subject.choices, widget=forms.RadioSelect, initial="collective"
    )
    field = forms.ModelChoiceField(Field.objects.none(), label=_("Field of work"))
    practice = forms.CharField(
        label=_("Practice"),
        max_length=300,
        required=False,
        help_text=_(
            "If others do the same elsewhere, choose the practice from the library or name a new one."
        ),
    )
    owner = forms.ModelChoiceField(Unit.objects.none(), label=_("Led by"))
    owner_typed = forms.CharField(
        label=_("Or led by a unit that is not in the list"),
        max_length=300,
        required=False,
        help_text=_("A school, a party cell, a hamlet's organisation. It is added under your unit."),
    )
    commune = forms.ModelChoiceField(Area.objects.none(), label=_("Commune or ward"), required=False)
    hamlet = forms.CharField(
        label=_("Hamlet"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty when it is the whole commune."),
    )
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    year_kind = forms.ChoiceField(
        label=_("New or continuing"),
        choices=[
            (Enrolment.Kind.NEW, pgettext_lazy("enrolment", "new")),
            (Enrolment.Kind.CONTINUING, pgettext_lazy("enrolment", "continuing")),
        ],
        widget=forms.RadioSelect,
        initial="new",
    )
    level_asked = forms.ChoiceField(
        label=_("Level asked for"),
        choices=_ASKED_LEVELS,
        initial=Level.COMMUNE,
        help_text=_("Above the commune the second part of this form is asked for too."),
    )
    consent = forms.BooleanField(
        label=_("The person has agreed to be presented by name as an exemplar"), required=False
    )
    consent_person = forms.CharField(label=_("Who agreed"), max_length=120, required=False)
    consent_on = VietnameseDateField(label=_("Agreed on"), required=False)
    consent_how = forms.ChoiceField(
        label=_("How the person agreed"), choices=[("", "—"), *Consent.How.choices], required=False
    )
    consent_file = DocumentField(label=_("Signed consent, if there is one"), required=False)
    attachment = DocumentField(label=_("Document"), required=False)

    # What is required depends on the level asked for, which the person may still change on the page.
    use_required_attribute = False
    examples = {
        "practice": _("Bell of peace"),
        "owner_typed": _("Bãi Xa primary school"),
        "hamlet": "bản Bãi Xa",
        "consent_person": _("The person herself"),
    }
    # The order of the short form, as a commune reads it.
    SHORT = [
        "name", "kind", "subject", "field", "practice", "owner", "owner_typed", "contact_name",
        "contact_phone",
        "commune", "hamlet", "goal", "year", "year_kind", "level_asked",
    ]  # fmt: skip
    PERSON = [
        "person_title", "person_done", "person_result",
        "consent", "consent_person", "consent_on", "consent_how", "consent_file",
    ]  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        by: Post,
        on: date | None = None,
        enrolment: Enrolment | None = None,
        commune: Area | None = None,
        **kwargs: Any,
    ) -> None:
        # `commune`: the registration is typed for another body of this commune.
        self.by, self.day, self.enrolment, self.typed_at = by, on or today(), enrolment, commune
        if enrolment is not None:
            kwargs["initial"] = {**typed_into(enrolment), **kwargs.get("initial", {})}
        level = (data.get("level_asked") if data is not None else None) or (kwargs.get("initial") or {}).get(
            "level_asked", Level.COMMUNE
        )
        self.upward = level in (Level.PROVINCE, Level.DISTRICT)
        self.short, self.long = self._asked()
        examples: Any = {
            **self.examples,
            **{name: each.example for name, each in (self.long | self.short).items()},
            **{each.name: each.example for each in asked.PERSON},
        }
        for_person = {each.name: each for each in asked.PERSON}
        extra = {
            name: answer_field(each, required=each.required and (name in self.short or self.upward))
            for name, each in (self.long | self.short | for_person).items()
            if name != "name"
        }
        # Both stand on the class; here they are this form's own.
        vars(self)["examples"] = examples
        vars(self)["base_fields"] = {**type(self).base_fields, **extra}
        super().__init__(data, files, **kwargs)
        self.fields["name"].label = str(asked.FIELDS["name"].label)
        for name in for_person:
            self.fields[name].required = False
        self._choices()
        order = [*self.SHORT, *self.PERSON]
        self.order_fields([*order, *(name for name in self.fields if name not in order)])

    def _asked(self) -> tuple[dict[str, asked.Asked], dict[str, asked.Asked]]:
        """What is asked always, and what only of those proposed upward, by the plans in force here."""
        movement = current_movement()
        year = self.enrolment.year if self.enrolment else self.day.year
        plans = {
            level: plan_for(movement, self.typed_at or self.by.unit.area, year, level) if movement else None
            for level in (Level.COMMUNE, Level.PROVINCE)
        }
        short = asked.by_plan(plans[Level.COMMUNE], upward=False)
        upward = asked.by_plan(plans[Level.PROVINCE], upward=True)
        return short, {name: each for name, each in upward.items() if name not in short}

    def _choices(self) -> None:
        unit = self.by.unit
        fields: Any = self.fields
        fields["field"].queryset = Field.objects.filter(valid_from__lte=self.day, valid_to__gt=self.day)
        fields["field"].empty_label = _("Choose")
        if self.typed_at is None:
            fields["owner"].queryset = leading_units(self.by, self.enrolment)
            fields["owner"].initial, fields["owner"].empty_label = unit.pk, None
        else:
            fields["owner"].queryset, fields["owner"].empty_label = units_at(self.typed_at), _("Choose")
            fields["owner_typed"].help_text = _(
                "A school, a party cell, a hamlet's organisation. It is added under the body chosen above."
            )
        if self.enrolment is None and self.typed_at is None:
            # Most often whoever registers is the contact: two fields less to type on a phone.
            for name, known in (
                ("contact_name", self.by.user.full_name),
                ("contact_phone", self.by.user.phone),
            ):
                if name in fields:
                    fields[name].initial = spoken(known) if name == "contact_phone" else known
        if self.by.reach == ReachKind.OWN:
            # A unit typed under one's own would lie outside what this post sees.
            del fields["owner_typed"]
        if self.typed_at is not None:
            fields["commune"].queryset = Area.objects.filter(pk=self.typed_at.pk)
            fields["commune"].initial, fields["commune"].required = self.typed_at.pk, True
            fields["commune"].widget = forms.HiddenInput()
        elif unit.area.commune is not None:
            del fields["commune"]
        else:
            communes = Area.objects.on(self.day).communes().within_now(unit.area)
            fields["commune"].queryset = communes.in_vietnamese_order()
            fields["commune"].required = True
        year = self.day.year
        fields["year"].choices = [(each, str(each)) for each in (year, year + 1, year - 1)]
        fields["year"].initial = year
        if self.enrolment is not None:
            fields["year"].choices = [(self.enrolment.year, str(self.enrolment.year))]
            if self.enrolment.initiative.is_settled:
                for name in ("owner", "owner_typed", "commune", "hamlet", "kind", "subject"):
                    if name in fields:
                        fields[name].disabled = True
        fields["practice"].widget.attrs["list"] = "practices"
        fields["hamlet"].widget.attrs["list"] = "hamlets"

    # Parts, for the page

    def parts(self, names: Any) -> Iterator[forms.BoundField]:
        return (self[name] for name in names if name in self.fields)

    @property
    def asks_person(self) -> bool:
        return self["subject"].value() == Initiative.Subject.PERSON

    def short_part(self) -> Iterator[forms.BoundField]:
        more = [name for name in self.short if name not in self.SHORT]
        return self.parts([*self.SHORT, *more])

    def person_part(self) -> Iterator[forms.BoundField]:
        return self.parts(self.PERSON)

    def long_parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        found = []
        for key, label in asked.GROUPS.items():
            fields = list(self.parts(name for name, each in self.long.items() if each.group == key))
            if fields:
                found.append((label, fields))
        return found

    # Reading

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("subject") == Initiative.Subject.PERSON:
            self._clean_person(data)
        if data.get("kind") == Initiative.Kind.MODEL and data.get("subject") == Initiative.Subject.PERSON:
            self.add_error(
                "subject", _("A person is an exemplar. A model is a collective's or a household's.")
            )
        first, last = data.get("span_first"), data.get("span_last")
        if first and last and first > last:
            self.add_error("span_last", _("It ends before it begins. Check the two years."))
        kept = {name for name, each in asked.FIELDS.items() if each.kept == "details"}
        before = dict(self.enrolment.details) if self.enrolment else {}
        said = {name: data[name] for name in kept if name in data and data[name] not in (None, "")}
        data["details"] = {key: value for key, value in before.items() if key not in kept} | said
        if self.typed_at is not None and (owner := data.get("owner")):
            data["under"] = (owner.parent or owner) if owner.kind == Unit.Kind.TYPED else owner
        return data

    def _clean_person(self, data: dict[str, Any]) -> None:
        for each in asked.PERSON:
            if not data.get(each.name):
                self.add_error(each.name, _("This is asked of an exemplar who is a person."))
        standing = self.enrolment.initiative.standing_consent if self.enrolment else None
        if not data.get("consent"):
            if standing is None:
                self.add_error(
                    "consent",
                    _("Without the person's consent it cannot be registered. Ask the person first."),
                )
            return
        for name in ("consent_person", "consent_on", "consent_how"):
            if not data.get(name):
                self.add_error(name, _("Say who agreed, when and how."))
        if data.get("consent_on") and data["consent_on"] > self.day:
            self.add_error("consent_on", _("This day lies in the future."))


def answer_field(each: asked.Asked, *, required: bool) -> forms.Field:
    """The form field for one question."""
    common: dict[str, Any] = {"label": each.label, "required": required}
    if each.name in _NUMBERS:
        return _NUMBERS[each.name](**common)
    if each.name in ("span_first", "span_last"):
        return forms.IntegerField(
            min_value=1990, max_value=2100, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common
        )
    if each.kept == "initiative":
        column: Any = Initiative._meta.get_field(each.name)
        longest = column.max_length
        if each.name == "contact_phone":
            # Kept as it was typed; only that it is a number is asked.
            common |= {"validators": [is_phone_number], "widget": forms.TextInput(attrs={"type": "tel"})}
        return forms.CharField(max_length=longest, **common)
    if each.name in _ONE_LINE:
        return forms.CharField(max_length=500, **common)
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **common)


def typed_into(enrolment: Enrolment) -> dict[str, Any]:
    """An enrolment as the form shows it."""
    initiative = enrolment.initiative
    area = initiative.area
    consent = initiative.standing_consent
    return {
        "name": initiative.name,
        "kind": initiative.kind,
        "subject": initiative.subject,
        "field": enrolment.field_id,
        "practice": initiative.practice.name if initiative.practice else "",
        "owner": initiative.owner_id,
        "contact_name": initiative.contact_name,
        "contact_phone": initiative.contact_phone,
        "goal": initiative.goal,
        "commune": initiative.commune_id,
        "hamlet": area.in_text if area.level == "hamlet" else "",
        "year": enrolment.year,
        "year_kind": enrolment.kind,
        "level_asked": enrolment.level_asked,
        "consent_person": consent.person if consent else "",
        "consent_on": consent.given_on if consent else None,
        "consent_how": consent.how if consent else "",
        **enrolment.details,
    }


def leading_units(by: Post, enrolment: Enrolment | None = None) -> Any:
    """The bodies a post may name as leading: its own, those hanging under it, those in its commune."""
    units = Unit.objects.living().exclude(kind=Unit.Kind.COMMITTEE)
    mine = Q(pk=by.unit_id)
    if by.reach != ReachKind.OWN:
        mine |= Q(parent=by.unit_id)
    if by.reach == ReachKind.PLACE and by.unit.area.commune is not None:
        mine |= Q(area=by.unit.area_id) | Q(area__parent=by.unit.area_id)
    found = units.filter(mine)
    if enrolment is not None:
        found = Unit.objects.filter(Q(pk__in=found.values("pk")) | Q(pk=enrolment.initiative.owner_id))
    return found.order_by("sort_key", "pk")


def units_at(commune: Area) -> Any:
    """The bodies of a commune and its hamlets, for which somebody else may type."""
    here = Q(area=commune) | Q(area__parent=commune)
    return Unit.objects.living().filter(here).exclude(kind=Unit.Kind.COMMITTEE).order_by("sort_key", "pk")


class OnBehalfForm(Form):
    """How a registration typed for another body came in."""

    origin = forms.ChoiceField(
        label=_("How it came"),
        choices=[each for each in OnBehalf.Origin.choices if each[0] not in ("link", "other")],
        widget=forms.RadioSelect,
        initial=OnBehalf.Origin.PAPER,
    )
    told_on = VietnameseDateField(label=_("Received on"), initial=today)
    told_by = forms.CharField(label=_("From whom"), max_length=120, required=False)
    answer_by = VietnameseDateField(
        label=_("To be confirmed by"),
        initial=lambda: today() + timedelta(days=DAYS_TO_ANSWER),
        help_text=_("Without an answer it is shown as not confirmed by the unit; silence confirms nothing."),
    )
    paper = DocumentField(
        label=_("The sheet or a phone photo of it"),
        required=False,
        help_text=_("It stays with the registration."),
    )

    examples = {"told_by": _("Đồng chí Vi Thị Mai, head of bản Bãi Xa")}

    def clean_told_on(self) -> date:
        day = self.cleaned_data["told_on"]
        if day > today():
            raise forms.ValidationError(_("This day lies in the future."))
        return day

    def clean_answer_by(self) -> date:
        day = self.cleaned_data["answer_by"]
        if day < today():
            raise forms.ValidationError(_("This day has passed. Give the unit some days."))
        return day


class ByWordForm(Form):
    """How a unit without an account confirmed what was typed for it."""

    how = forms.CharField(label=_("How the unit confirmed"), max_length=300)
    on = VietnameseDateField(label=_("Confirmed on"), initial=today)

    examples = {"how": _("By phone, with the head of bản Bãi Xa")}


class CommuneForm(Form):
    """For whose commune one types."""

    commune = forms.ModelChoiceField(Area.objects.none(), label=_("Commune or ward"), empty_label=_("Choose"))

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communes: Any = Area.objects.on(today()).communes().within_now(by.unit.area)
        self.fields["commune"].queryset = communes.in_vietnamese_order()  # type: ignore[attr-defined]


class ReasonForm(Form):
    """Why something goes back, is given up, or ends. `seen` is the state the person had before their eyes."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class StartForm(Form):
    on = VietnameseDateField(label=_("Day of the start"), initial=today)


class EndForm(ReasonForm):
    on = VietnameseDateField(label=_("Day of the end"), initial=today)
    field_order = ["on", "reason"]


class FieldForm(Form):
    """Correcting the field of work an enrolment is counted in."""

    field = forms.ModelChoiceField(Field.objects.all(), label=_("Right field of work"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class CatalogueForm(Form):
    """The list as it was signed: its number, day and signer, as the clerk gives them."""

    number = forms.CharField(label=_("Number of the list"), max_length=60)
    signed_on = VietnameseDateField(label=_("Signed on"), initial=today)
    signer = forms.CharField(label=_("Signed by"), max_length=120)
    signed_file = DocumentField(label=_("The signed list, if it is at hand"), required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    on = VietnameseDateField(label=_("Ended on"), initial=today)

    examples = {"number": "03-DM/BCĐ", "signer": _("Nguyễn Văn Bình, head of the committee")}

    def __init__(self, *args: Any, purpose: str = "approve", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if purpose == "approve":
            del self.fields["reason"], self.fields["on"]


class SignedFileForm(Form):
    signed_file = DocumentField(label=_("The signed list"))


class ConsentEndForm(Form):
    on = VietnameseDateField(label=_("Taken back on"), initial=today)


class PracticeForm(ModelForm):
    class Meta:
        model = Practice
        fields = ["name", "field", "description"]

    examples = {
        "name": _("Bell of peace"),
        "description": _("A bell in each hamlet; agreed signals; a watch that everyone takes in turn"),
    }


class FilterForm(NarrowingForm):
    """The words and choices a list is narrowed by. Nothing is required; what cannot be read is left out."""

    q = forms.CharField(label=_("Name"), max_length=200, required=False)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    field = forms.ModelChoiceField(
        Field.objects.all(), label=_("Field of work"), required=False, empty_label=_("All")
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All")), *Initiative.Kind.choices], required=False
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    line = forms.ChoiceField(label=_("Line"), required=False)
    commune = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune or ward"), required=False, empty_label=_("All")
    )
    level = forms.ChoiceField(
        label=_("Level asked for"), choices=[("", _("All")), *_ASKED_LEVELS], required=False
    )
    sort = forms.ChoiceField(
        label=_("Order"), choices=[("", _("A to Z")), ("newest", _("newest first"))], required=False
    )

    body = forms.ModelChoiceField(Unit.objects.none(), label=_("Body"), required=False, empty_label=_("All"))

    def __init__(self, data: Any, *, by: Any, states: Any, years: Any = None, **kwargs: Any) -> None:
        from kheo.units.models import Line

        super().__init__(data, **kwargs)
        fields: Any = self.fields
        year = today().year
        fields["year"].choices = [
            ("", gettext("All")),
            *((each, str(each)) for each in years or range(year + 1, 2019, -1)),
        ]
        fields["state"].choices = [("", gettext("All")), *states]
        fields["line"].choices = [("", gettext("All")), *Line.choices]
        if str(self.data.get("body", "")).isdigit():
            # Where a link asked for one body's records: shown, so that it can be let go of.
            fields["body"].queryset = Unit.objects.filter(pk=self.data["body"])
        else:
            del fields["body"]
        offer_communes(self, by)
