from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.views import LoginView, LogoutView, PasswordChangeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kheo.accounts import devices
from kheo.accounts.adapter import remember_choices
from kheo.accounts.administrators import administers
from kheo.accounts.forms import PinForm, PinSetForm, ProfileForm
from kheo.accounts.journal import could_not_come_in
from kheo.accounts.models import Device, Pin, SignInRule, User
from kheo.accounts.models import SignIn as SignInRow
from kheo.audit.models import Entry
from kheo.lib.refusals import Refused
from kheo.ui.doors import open_door


class SignedIn(HttpRequest):
    """A request that passed the closed doors: there is a person behind it."""

    user: User  # type: ignore[assignment]


class SignIn(LoginView):
    template_name = "account/login.html"

    def get_initial(self) -> dict[str, Any]:
        """The QR code of a slip brings the user name along, never the code."""
        return {**super().get_initial(), "login": self.request.GET.get("ten", "")[:60]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "pins": devices.pins_here(self.request),
            "ended": self.request.session.get("ended"),
            "idle_minutes": settings.IDLE_MINUTES,
            "cast": User.objects.cast() if settings.DEMO else [],
        }


class ChangePassword(PasswordChangeView):
    template_name = "account/password_change.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Refused(_("This account has no password: the demonstration signs it in with one click."))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = (
            Entry.objects.about(self.request.user).filter(verb="code_given").select_related("user").first()
        )
        return {
            **super().get_context_data(**kwargs),
            "rules": [rule for rule in password_validators_help_texts() if rule],
            "given": given if getattr(self.request.user, "has_code", False) else None,
        }

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session.pop("renew_password", None)
        return super().form_valid(form)


sign_in = open_door("One signs in here.")(SignIn.as_view())
sign_out = open_door("Signing out twice must not ask for a password.")(LogoutView.as_view())
change_password = never_cache(ChangePassword.as_view())


@open_door("Says that an account is closed, to someone who cannot sign in.")
def closed(request: HttpRequest) -> HttpResponse:
    return render(request, "account/account_inactive.html")


@open_door("Says that an account sleeps, to someone who cannot sign in.")
def asleep(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/asleep.html", {"rule": SignInRule.objects.now()})


@open_door("Says that a one-time code has ended, to someone who cannot sign in.")
def code_ended(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/code_ended.html", {"rule": SignInRule.objects.now()})


@open_door("One signs in here, on a machine one has signed in on with the password.")
@never_cache
def pin_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Six digits instead of the password, for one of the people of this machine."""
    pin = get_object_or_404(devices.pins_here(request), pk=pk)
    onward = request.POST.get("next", request.GET.get("next", ""))
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    onward = onward if safe else ""
    form = PinForm(request.POST or None)
    why = pin.why_closed()
    if request.method == "POST" and not why and form.is_valid():
        if pin.opens_with(form.cleaned_data["pin"], devices.key_of(request)):
            request.opened_by_pin = True  # type: ignore[attr-defined]
            return perform_login(request, Login(user=pin.user, redirect_url=onward or None))
        could_not_come_in(request, pin.user, SignInRow.Outcome.PIN_WRONG)
        why = pin.why_closed()
        form.add_error(
            "pin",
            ngettext(
                "This is not the PIN. %(n)s try is left, then the password is asked.",
                "This is not the PIN. %(n)s tries are left, then the password is asked.",
                pin.tries_left,
            )
            % {"n": pin.tries_left},
        )
    return render(request, "accounts/pin.html", {"pin": pin, "form": form, "why": why, "next": onward})


@open_door("Whoever forgot the password or has no account cannot sign in.")
def forgotten(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/forgotten.html")


@open_door("In a demonstration anyone may be anyone; answers in demo mode on this machine only.")
@require_POST
def demo_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    person = get_object_or_404(User.objects.cast(), pk=pk)
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return perform_login(request, Login(user=person, redirect_url=onward if safe else None))


@never_cache
def account(request: SignedIn) -> HttpResponse:
    """A person's own page: what is known about them here, and what they may change."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        request.user.keep_profile(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return remember_choices(redirect("account"), request.user)
    device = devices.device_of(request)
    return render(
        request,
        "accounts/account.html",
        {
            "form": form,
            "sign_ins": request.user.sign_ins.all()[:10],
            "pins": request.user.pins.standing().select_related("device", "user"),
            "device": device,
            "administers": administers(request.user),
        },
    )


@never_cache
def pin_set(request: SignedIn) -> HttpResponse:
    """Choose a PIN for this machine, which several people share."""
    if not request.user.has_usable_password():
        raise Refused(_("This account has no password: the demonstration signs it in with one click."))
    if administers(request.user):
        raise Refused(
            _("Whoever administers accounts signs in with the password: a PIN would open too much.")
        )
    device, key = devices.device_of(request), devices.key_of(request)
    first = {"device": device.name if device else devices.name_from(request.headers.get("User-Agent", ""))}
    form = PinSetForm(request.user, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        if device is None:
            device, key = Device.objects.begin(form.cleaned_data["device"])
        Pin.objects.set_by(request.user, device, key, form.cleaned_data["pin"])
        messages.success(request, _("From now on your PIN opens Khéo on this machine."))
        return devices.keep_key(redirect("account"), key)
    rule = SignInRule.objects.now()
    return render(request, "accounts/pin_set.html", {"form": form, "device": device, "rule": rule})


@require_POST
def pin_remove(request: SignedIn, pk: int) -> HttpResponse:
    """A machine was lost, sold or handed on: one's PIN opens it no longer."""
    pin = get_object_or_404(request.user.pins.filter(removed_at=None), pk=pk)
    Pin.objects.filter(pk=pin.pk).remove(by=request.user)
    messages.success(request, _("The PIN no longer opens that machine."))
    return redirect("account")
