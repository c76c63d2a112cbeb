"""The short form for those without an account, and the desk's own."""

import time
import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.initiatives import asked
from kheo.initiatives.forms import RegistrationForm, answer_field
from kheo.initiatives.models import Catalogue, Enrolment, Initiative
from kheo.initiatives.models.enrolments import plan_for
from kheo.initiatives.registration import known_body
from kheo.lib.periods import today
from kheo.places.models import Area
from kheo.plans.acting import committees_of
from kheo.plans.models import Field, Movement
from kheo.submissions import limits
from kheo.submissions.models import RegistrationLink, Submission
from kheo.ui.forms import Form, VietnameseDateField
from kheo.units.models import Post, Unit

# Letters of one answer.
LONGEST = 4_000
_SALT = "kheo.submissions.form"


def form_number(link: RegistrationLink, at: float | None = None) -> str:
    """What a fresh form carries: its own number and when it was shown, signed."""
    words = {"link": link.pk, "key": str(uuid.uuid4()), "at": int(time.time() if at is None else at)}
    return signing.dumps(words, salt=_SALT)


class SubmissionForm(Form):
    """What a hamlet, school or party cell sends. Bound as `SubmissionForm(data, link=link)`.

    With `submission` it is the sender's correction, which needs no number: the receipt's code is it.
    """

    body = forms.CharField(label=_("Who registers"), max_length=300)
    commune = forms.ModelChoiceField(Area.objects.none(), label=_("Commune or ward"), empty_label=_("Choose"))
    hamlet = forms.CharField(
        label=_("Hamlet"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty when it is the whole commune."),
    )
    name = forms.CharField(label=_("Name of the initiative"), max_length=300)
    kind = forms.ChoiceField(
        label=_("Model or exemplar"),
        choices=Initiative.Kind.choices,
        widget=forms.RadioSelect,
        initial=Initiative.Kind.MODEL,
    )
    field = forms.ModelChoiceField(Field.objects.none(), label=_("Field of work"), empty_label=_("Choose"))
    year_kind = forms.ChoiceField(
        label=_("New or continuing"),
        choices=[
            (Enrolment.Kind.NEW, pgettext_lazy("enrolment", "new")),
            (Enrolment.Kind.CONTINUING, pgettext_lazy("enrolment", "continuing")),
        ],
        widget=forms.RadioSelect,
        initial=Enrolment.Kind.NEW,
    )
    consent = forms.BooleanField(label="")
    # A trap for programs: people do not see it. Nothing about it says so to a program.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    number = forms.CharField(widget=forms.HiddenInput, required=False)

    examples = {
        "body": _("Party cell of bản Bãi Xa; Bãi Xa primary school"),
        "hamlet": "bản Bãi Xa",
    }
    ORDER = ["body", "commune", "hamlet", "name", "kind", "field", "year_kind", "goal"]
    LAST = ["contact_name", "contact_phone", "consent", "website", "number"]
    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        link: RegistrationLink,
        submission: Submission | None = None,
        **kwargs: Any,
    ) -> None:
        self.link, self.submission = link, submission
        plan = plan_for(link.movement_id, link.committee.area, link.year, link.level_asked)
        # Of the long form only what must be answered: one page on a phone.
        wanted = asked.by_plan(plan, upward=link.goes_upward).values()
        self.asked = {
            each.name: each
            for each in wanted
            if each.name != "name" and (each.required or each.kept == "initiative")
        }
        extra = {each.name: _answer(each) for each in self.asked.values()}
        vars(self)["examples"] = {
            **self.examples,
            "name": asked.FIELDS["name"].example,
            **{each.name: each.example for each in self.asked.values()},
        }
        vars(self)["base_fields"] = {**type(self).base_fields, **extra}
        if submission is not None:
            kwargs["initial"] = {**typed_into(submission), **kwargs.get("initial", {})}
        elif data is None:
            kwargs["initial"] = {"number": form_number(link), **kwargs.get("initial", {})}
        super().__init__(data, **kwargs)
        self._choices()
        rest = [name for name in self.asked if name not in (*self.ORDER, *self.LAST)]
        self.order_fields([*self.ORDER, *rest, *self.LAST])

    def _choices(self) -> None:
        fields: Any = self.fields
        day = today()
        fields["field"].queryset = Field.objects.filter(valid_from__lte=day, valid_to__gt=day)
        if self.link.commune is not None:
            del fields["commune"]
        else:
            communes = Area.objects.on(day).communes().within_now(self.link.committee.area)
            fields["commune"].queryset = communes.in_vietnamese_order()
        fields["body"].widget.attrs |= {"list": "bodies", "autocomplete": "organization"}
        fields["hamlet"].widget.attrs |= {"list": "hamlets", "autocomplete": "off"}
        if "contact_name" in fields:
            fields["contact_name"].widget.attrs["autocomplete"] = "name"
        if "contact_phone" in fields:
            fields["contact_phone"].widget.attrs["autocomplete"] = "tel"
        if "contact_name" not in fields and "contact_phone" not in fields:
            del fields["consent"]
            return
        fields["consent"].label = _(
            "I agree that %(office)s uses this name and phone number for questions about this registration. "
            "They are not made public and are erased when I ask for it."
        ) % {"office": self.link.office.today}
        if self.submission is not None and self.submission.consented_at:
            fields["consent"].initial = True

    # For the page

    @property
    def shown(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in ("website", "number")]

    @property
    def trap(self) -> forms.BoundField:
        return self["website"]

    # Reading

    @property
    def key(self) -> uuid.UUID:
        """The form's own number, once it is valid."""
        return uuid.UUID(self._numbered()["key"])

    def _numbered(self) -> dict[str, Any]:
        return signing.loads(self.data.get("number", ""), salt=_SALT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.setdefault("commune", self.link.commune and self.link.commune.today)
        kept = {name for name, each in self.asked.items() if each.kept == "details"}
        data["details"] = {name: data[name] for name in kept if data.get(name) not in (None, "")}
        if self.submission is None:
            self._clean_number(data)
        return data

    def _clean_number(self, data: dict[str, Any]) -> None:
        """Programs fill a form at once, or what nobody sees; a person loses nothing by a second press."""
        try:
            numbered = self._numbered()
        except signing.BadSignature:
            numbered = {}
        again = ""
        if numbered.get("link") != self.link.pk:
            again = gettext("This page had grown old. What you typed is still here: send it once more.")
            self._afresh()
        elif data.get("website"):
            again = gettext(
                "Something was filled in that must stay empty. It is emptied now: send it once more."
            )
            self._afresh()
        elif time.time() - numbered["at"] < limits.SECONDS_TO_FILL:
            again = gettext("That was very fast. Look at it for a moment, then send it once more.")
        if again:
            raise forms.ValidationError(again)

    def _afresh(self) -> None:
        """The page shown again carries a fresh number and an empty trap."""
        fresh: Any = self.data.copy()  # type: ignore[attr-defined]
        fresh["number"], fresh["website"] = form_number(self.link), ""
        self.data = fresh


def _answer(each: asked.Asked) -> forms.Field:
    """The field of one question; whoever has no account writes a page at most, not a book."""
    field: Any = answer_field(each, required=each.required)
    if isinstance(field.widget, forms.Textarea):
        field.max_length = LONGEST
        field.validators.append(MaxLengthValidator(LONGEST))
        field.widget.attrs["maxlength"] = str(LONGEST)
    return field


def typed_into(submission: Submission) -> dict[str, Any]:
    """A submission as the form shows it."""
    words = {name: getattr(submission, name) for name in Submission.WORDS}
    return {
        **words,
        "commune": submission.commune_id,
        "field": submission.field_id,
        **submission.details,
    }


def as_registration(submission: Submission, by: Post) -> dict[str, Any]:
    """What a submission would have typed into the `RegistrationForm` of those at work.

    A body that is already known is named; another is added under the commune's own.
    """
    known = known_body(submission.body, submission.commune)
    return {
        **submission.details,
        "name": submission.name,
        "kind": submission.kind,
        "subject": Initiative.Subject.COLLECTIVE,
        "field": submission.field_id,
        "owner": (known or keeper_of(submission, by)).pk,
        "owner_typed": "" if known else submission.body,
        "contact_name": submission.contact_name,
        "contact_phone": submission.contact_phone,
        "commune": submission.commune_id,
        "hamlet": submission.hamlet,
        "goal": submission.goal,
        "year": submission.link.year,
        "year_kind": submission.year_kind,
        "level_asked": submission.link.level_asked,
    }


def keeper_of(submission: Submission, by: Post) -> Unit:
    """The body under which a commune's schools and party cells are added: its Party committee, as a rule."""
    commune = submission.commune.today
    above = submission.link.committee.parent
    if above is not None and above.area_id == commune.pk:
        return above
    party = Unit.objects.answering("cap_uy", on=today(), within_area=commune).order_by("path", "pk").first()
    return party or by.unit


def taking_form(submission: Submission, by: Post, data: Any = None, files: Any = None) -> RegistrationForm:
    """The registration form with what was sent in it; without `data` bound to just that."""
    typed = as_registration(submission, by) if data is None else data
    return RegistrationForm(typed, files, by=by, commune=submission.commune.today)


class CodeForm(Form):
    """The code of a receipt, as it was typed from paper or a picture."""

    code = forms.CharField(
        label=_("Code of the receipt"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    examples = {"code": "K7MW-3XQZ-PDM4"}


class LinkForm(Form):
    """Opening a link: empty days are those of the plan's window."""

    opens = VietnameseDateField(label=_("From"), required=False)
    closes = VietnameseDateField(label=_("Until"), required=False)


class DaysForm(LinkForm):
    reason = forms.CharField(label=_("Reason"), max_length=500)
    examples = {"reason": _("The flood closed the roads; the committee gives two more weeks")}


class WhyForm(Form):
    """Why something is done. `version` is what the person had before their eyes."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class MergeForm(WhyForm):
    initiative = forms.ModelChoiceField(
        Initiative.objects.none(), label=_("It is the same as"), widget=forms.RadioSelect, empty_label=None
    )
    field_order = ["initiative", "reason", "version"]

    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["initiative"].queryset = among
        fields["initiative"].label_from_instance = lambda each: (
            f"{each.name} ({each.owner}, {each.area.in_text})"
        )


class PublicListForm(Form):
    """Whose accepted list becomes public: a committee's whole year, or one of its numbered lists."""

    committee = forms.ModelChoiceField(Unit.objects.none(), label=_("Committee"), empty_label=None)
    movement = forms.ModelChoiceField(Movement.objects.none(), label=_("Movement"), empty_label=None)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    catalogue = forms.ModelChoiceField(
        Catalogue.objects.none(),
        label=_("One list only"),
        required=False,
        empty_label=_("All that is accepted in the year"),
    )

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        mine = committees_of(by)
        fields["committee"].queryset = mine
        fields["movement"].queryset = Movement.objects.launched().filter(
            mandates__committee__in=mine.order_by().values("pk")
        ).distinct()  # fmt: skip
        year = today().year
        fields["year"].choices = [(each, str(each)) for each in range(year + 1, year - 6, -1)]
        fields["year"].initial = year
        fields["catalogue"].queryset = Catalogue.objects.filter(
            committee__in=mine.order_by().values("pk"), purpose=Catalogue.Purpose.APPROVE
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        catalogue, committee = data.get("catalogue"), data.get("committee")
        if catalogue and committee:
            if catalogue.committee_id != committee.pk:
                self.add_error("catalogue", _("This list was signed by another committee."))
            data["year"] = catalogue.year
        return data
