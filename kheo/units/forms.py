"""What people type about posts and steering committees."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.accounts.models import SignInRule, User
from kheo.accounts.phone import phone_number
from kheo.lib.periods import FOREVER, today
from kheo.places.models import Area
from kheo.ui.forms import Form, ModelForm, VietnameseDateField
from kheo.units.models import Level, Line, Member, Post, ReachKind, Renewal, Reorganisation, Role, Unit


def offer_communes(form: forms.BaseForm, by: Post | None) -> None:
    """Fill a list's field "commune" with those within this post's reach; who works in one has no choice."""
    area = by.unit.area if by else None
    if area is None or area.commune is not None:
        del form.fields["commune"]
    else:
        here = Area.objects.on(today()).communes().within_now(area).in_vietnamese_order()
        form.fields["commune"].queryset = here.only("full_name", "sort_key", "path_now")  # type: ignore[attr-defined]


class UnitFilter(Form):
    q = forms.CharField(label=_("Name"), required=False, max_length=200)
    line = forms.ChoiceField(label=_("Line"), required=False, choices=[("", _("all")), *Line.choices])
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("all")), *Level.choices])
    on = VietnameseDateField(label=_("On the day"), required=False)

    def day(self) -> date:
        return (self.cleaned_data.get("on") if self.is_valid() else None) or today()


class PostForm(Form):
    """Gives a person a post at a unit. Administrators' posts are given by administrators alone."""

    examples = {"username": "lovanminh", "title": _("Specialist for mass mobilisation")}
    username = forms.CharField(
        label=_("User name or phone number"), help_text=_("The account must exist already."), max_length=60
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    reach = forms.ChoiceField(label=_("Reach"), choices=ReachKind.choices, initial=ReachKind.OWN)
    title = forms.CharField(label=_("Job title"), required=False, max_length=200)
    valid_from = VietnameseDateField(label=_("From"), initial=today)
    valid_to = VietnameseDateField(label=_("Until (the first day no longer held)"), required=False)

    def clean_username(self) -> User:
        user: User | None = User.objects.who_signs_in_as(self.cleaned_data["username"])
        if user is None or not user.is_active:
            raise forms.ValidationError(
                _("There is no account of this name. Ask the administrator to make it.")
            )
        return user

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["valid_to"] = data.get("valid_to") or FOREVER
        if data.get("valid_from") and data["valid_to"] <= data["valid_from"]:
            self.add_error("valid_to", _("The end comes after the beginning."))
        return data

    def give(self, unit: Unit, by: Post) -> Post:
        data = self.cleaned_data
        return Post.objects.give(
            by=by,
            user=data["username"],
            unit=unit,
            role=data["role"],
            reach=data["reach"],
            title=data["title"],
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
        )


class EndForm(Form):
    on = VietnameseDateField(label=_("Last day no longer held"), initial=today)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class RenewalForm(ModelForm):
    examples = {"number": "12-QĐ/ĐU", "signer": _("Secretary of the Party committee")}
    on = VietnameseDateField(label=_("Date of the decision"))

    class Meta:
        model = Renewal
        fields = ["kind", "on", "number", "signer", "note"]
        labels = {"kind": _("Kind of decision"), "note": _("Note")}


class MemberForm(ModelForm):
    examples = {"office": _("Deputy secretary of the Party committee")}
    valid_from = VietnameseDateField(label=_("From"), initial=today)

    class Meta:
        model = Member
        fields = ["title", "office", "name", "valid_from"]


class ReorganisationForm(Form):
    """A decision with its table of moves, as an office pastes it."""

    about = forms.ChoiceField(
        label=_("What it tells of"),
        choices=Reorganisation.About.choices,
        initial=Reorganisation.About.AREAS,
        required=False,
        widget=forms.RadioSelect,
    )
    examples = {
        "name": "Sắp xếp xã Tam Quang và xã Tam Thái",
        "legal_basis": "Nghị quyết số 12/NQ-UBTVQH16",
        "table": "xã Tam Quang ; toàn bộ ; xã Tam Sơn ; ; 16940",
    }
    name = forms.CharField(label=_("What is reorganised"), max_length=300)
    legal_basis = forms.CharField(label=_("By which decision"), max_length=200)
    on = VietnameseDateField(
        label=_("Takes effect on"),
        help_text=_("Past, today or a day to come: then it takes effect by itself."),
    )
    table = forms.CharField(
        label=_("Table of moves"),
        help_text=_(
            "A line for each: old area or body; what happens; new one; superior; code. "
            "Or paste a spreadsheet's lines."
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def clean_about(self) -> str:
        return self.cleaned_data["about"] or Reorganisation.About.AREAS


class ReversalForm(Form):
    """The decision that corrects a mistaken one."""

    examples = {"legal_basis": "Quyết định số 34/QĐ-UBND"}
    name = forms.CharField(label=_("What is corrected"), max_length=300)
    legal_basis = forms.CharField(label=_("By which decision"), max_length=200)


class WithdrawForm(Form):
    because = forms.CharField(label=_("Why is it withdrawn?"), max_length=300)


class JournalFilter(Form):
    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    since = VietnameseDateField(label=_("From"), required=False)
    until = VietnameseDateField(label=_("Until"), required=False)


def _phone(typed: str, person: User | None = None) -> str | None:
    """A phone number of nobody else, or None for an empty field; a ValidationError says what to do."""
    if not typed:
        return None
    try:
        phone = phone_number(typed)
    except ValueError as problem:
        raise forms.ValidationError(str(problem)) from None
    others = User.objects.filter(phone=phone)
    if person is not None:
        others = others.exclude(pk=person.pk)
    if others.exists():
        raise forms.ValidationError(
            _("An account has this phone number already. Find it under “People” and give it a further post.")
        )
    return phone


class PersonForm(Form):
    """A new person at a unit: an account and its first post."""

    examples = {
        "full_name": "Lô Văn Minh",
        "phone": "0912 345 678",
        "title": _("Specialist for mass mobilisation"),
    }
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        max_length=30,
        help_text=_("May be left empty; with it one can also sign in by phone number."),
    )
    title = forms.CharField(label=_("Job title"), required=False, max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.REPORTER)
    reach = forms.ChoiceField(label=_("Reach"), choices=ReachKind.choices, initial=ReachKind.OWN)
    valid_from = VietnameseDateField(label=_("From"), initial=today)
    valid_to = VietnameseDateField(label=_("Until (the first day no longer held)"), required=False)

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by.role != Role.ADMIN:
            role: Any = self.fields["role"]
            role.choices = [choice for choice in Role.choices if choice[0] != Role.ADMIN]

    def clean_full_name(self) -> str:
        return " ".join(self.cleaned_data["full_name"].split())

    def clean_phone(self) -> str | None:
        return _phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["valid_to"] = data.get("valid_to") or FOREVER
        if data.get("valid_from") and data["valid_to"] <= data["valid_from"]:
            self.add_error("valid_to", _("The end comes after the beginning."))
        return data


class CorrectForm(Form):
    """A name or a phone number put right."""

    full_name = forms.CharField(label=_("Full name"), max_length=120)
    phone = forms.CharField(label=_("Phone number"), required=False, max_length=30)

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        self.person = person
        kwargs.setdefault("initial", {"full_name": person.full_name, "phone": person.spoken_phone})
        super().__init__(*args, **kwargs)

    def clean_full_name(self) -> str:
        return " ".join(self.cleaned_data["full_name"].split())

    def clean_phone(self) -> str | None:
        return _phone(self.cleaned_data["phone"], self.person)


class LeaveForm(Form):
    """Somebody leaves the office."""

    examples = {"reason": _("moved to another office by decision 12-QĐ/ĐU")}
    on = VietnameseDateField(label=_("First day no longer in office"), initial=today)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ChangeForm(Form):
    """The post held in another way from a day on."""

    on = VietnameseDateField(label=_("From"), initial=today)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    reach = forms.ChoiceField(label=_("Reach"), choices=ReachKind.choices)
    title = forms.CharField(label=_("Job title"), required=False, max_length=200)
    reason = forms.CharField(label=_("Reason or decision"), max_length=300, required=False)

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by.role != Role.ADMIN:
            role: Any = self.fields["role"]
            role.choices = [choice for choice in Role.choices if choice[0] != Role.ADMIN]


class DeputyForm(Form):
    """Who stands in, from day to day: somebody of the same unit, or anybody by user name or phone number."""

    examples = {"username": "minh.tamquang", "reason": _("on leave, on training, ill")}
    colleague = forms.ModelChoiceField(
        label=_("Somebody of this unit"), queryset=User.objects.none(), required=False, empty_label="—"
    )
    username = forms.CharField(
        label=_("or somebody else, by user name or phone number"), max_length=60, required=False
    )
    first = VietnameseDateField(label=_("First day"), initial=today)
    last = VietnameseDateField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, post: Post, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Post.objects.current().filter(unit=post.unit_id).exclude(user=post.user_id)
        colleague: Any = self.fields["colleague"]
        colleague.queryset = User.objects.filter(
            pk__in=here.order_by().values("user"), is_active=True
        ).order_by("sort_key", "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        typed = data.get("username", "")
        person = data.get("colleague")
        if typed and not person:
            person = User.objects.who_signs_in_as(typed)
            if person is None or not person.is_active:
                self.add_error(
                    "username", _("There is no account of this name. Ask the administrator to make it.")
                )
        elif not person:
            self.add_error("colleague", _("Choose who stands in."))
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("The last day comes after the first."))
        data["person"] = person
        return data


class RosterForm(Form):
    """An office's list of people, as a file or pasted."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A spreadsheet or a Word table, as the office keeps it."),
    )
    pasted = forms.CharField(
        label=_("or paste rows with their headings"), required=False, widget=forms.Textarea
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("file") and not data.get("pasted"):
            self.add_error("file", _("Choose the file, or paste rows."))
        return data


class PeopleFilter(Form):
    q = forms.CharField(label=_("Name, user name or phone number"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("all")),
            ("asked", _("asks to be reopened")),
            ("asleep", _("asleep")),
            ("soon", _("falls asleep soon")),
            ("new", _("not signed in yet")),
            ("closed", _("closed")),
        ],
    )


class RuleForm(ModelForm):
    """What is asked of sign-ins from a day on."""

    valid_from = VietnameseDateField(label=_("From"), initial=today)

    class Meta:
        model = SignInRule
        fields = [
            "valid_from",
            "least_characters",
            "kinds",
            "renew_days",
            "code_days",
            "idle_days",
            "remind_days",
            "pin_days",
            "basis",
        ]

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < today():
            raise forms.ValidationError(
                _("A rule begins today or later: what was asked before stays as it was.")
            )
        return day
