"""What people type about themselves: to sign in, to choose a password, on their profile."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.accounts.models import User, check_pin, user_name
from kheo.accounts.models.devices import DIGITS
from kheo.accounts.phone import phone_number
from kheo.lib.refusals import Refused
from kheo.ui.forms import Form, ModelForm


class SignInForm(LoginForm):
    """One field for user name or phone number; both end as the user name: wrong tries count together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label = _("User name or phone number")
        name.error_messages["required"] = _("Type your user name or phone number.")
        password.label = _("Password, or the code on the slip")
        password.help_text = ""
        password.error_messages["required"] = _("Type your password.")
        name.widget = forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "maxlength": 60,
            }
        )
        # The code on a slip brings the user name along; what is still empty is typed first.
        first = password if self.initial.get("login") else name
        first.widget.attrs["autofocus"] = True
        del password.widget.attrs["placeholder"]

    def clean_login(self) -> str:
        typed = super().clean_login()
        user = User.objects.who_signs_in_as(typed)
        return user.username if user else user_name(typed)


class ChangePasswordForm(AllauthChangePasswordForm):
    """A new password. Who just signed in with a one-time code need not type that again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Present password"),
            "password1": _("New password"),
            "password2": _("New password again"),
        }
        for name, label in labels.items():
            field = self.fields[name]
            field.label, field.help_text = label, ""
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = _("This field must not be empty.")
        if self.user.must_change_password:
            # They have just typed the code, and the session began with it.
            del self.fields["oldpassword"]

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        if self.user.check_password(password):
            raise ValidationError(gettext("Choose another password than the present one."))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = forms.Form.clean(self) or self.cleaned_data
        one, other = cleaned.get("password1"), cleaned.get("password2")
        if one and other and one != other:
            self.add_error("password2", gettext("The two new passwords differ. Type the same one twice."))
        return cleaned


class _PinField(forms.CharField):
    """Six digits; a phone shows its keypad, and nobody looking on reads them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=DIGITS, **kwargs)
        self.widget = forms.PasswordInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "maxlength": DIGITS,
                "pattern": f"[0-9]{{{DIGITS}}}",
                "class": "input--pin",
            }
        )


class PinForm(Form):
    """The digits that open a shared machine."""

    pin = _PinField(label=_("PIN"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pin"].widget.attrs["autofocus"] = True


class PinSetForm(Form):
    """A PIN for this machine. The password is asked again: a machine left open must not gain a second key."""

    examples = {"device": _("Machine of the Party committee's office")}
    password = forms.CharField(
        label=_("Present password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    device = forms.CharField(label=_("Name of this machine"), max_length=80)
    pin = _PinField(label=_("PIN, six digits"))
    again = _PinField(label=_("The same PIN again"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        typed: str = self.cleaned_data["password"]
        if not self.user.check_password(typed):
            raise ValidationError(gettext("This is not your present password."))
        return typed

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        try:
            check_pin(pin, self.user)
        except Refused as refusal:
            raise ValidationError(str(refusal))
        return pin

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        one, other = cleaned.get("pin"), cleaned.get("again")
        if one and other and one != other:
            self.add_error("again", gettext("The two PINs differ. Type the same one twice."))
        return cleaned


class ProfileForm(ModelForm):
    """What a person may change about themselves; the name is kept by the administrator."""

    examples = {"phone": "0912 345 678"}
    phone = forms.CharField(label=_("Phone number"), required=False, max_length=30)

    class Meta:
        model = User
        fields = ["phone", "language", "theme"]
        labels = {"language": _("Language"), "theme": _("Colours")}
        widgets = {"language": forms.RadioSelect, "theme": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each language by its own name, so that whoever is lost in the other one finds the way back.
        self.fields["language"].widget.choices = [("vi", "Tiếng Việt"), ("en", "English")]  # type: ignore[attr-defined]
        self.initial["phone"] = self.instance.spoken_phone

    def clean_phone(self) -> str | None:
        typed = self.cleaned_data["phone"]
        if not typed:
            return None
        try:
            phone = phone_number(typed)
        except ValueError as problem:
            raise ValidationError(str(problem))
        if User.objects.filter(phone=phone).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("Another account has this phone number. Ask your administrator."))
        return phone
