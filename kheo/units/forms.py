"""What people type about posts and steering committees."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kheo.accounts.models import User
from kheo.lib.periods import FOREVER, today
from kheo.ui.forms import Form, ModelForm, VietnameseDateField
from kheo.units.models import Level, Line, Member, Post, ReachKind, Renewal, Role, Unit


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
        typed = self.cleaned_data["username"].strip()
        user = User.objects.filter(Q(username=typed.lower()) | Q(phone=typed), is_active=True).first()
        if user is None:
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
            "A line for each: old area; what happens; new area; superior; code. "
            "Or paste a spreadsheet's lines."
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class WithdrawForm(Form):
    because = forms.CharField(label=_("Why is it withdrawn?"), max_length=300)


class JournalFilter(Form):
    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    since = VietnameseDateField(label=_("From"), required=False)
    until = VietnameseDateField(label=_("Until"), required=False)
