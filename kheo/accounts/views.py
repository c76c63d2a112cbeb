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
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kheo.accounts.adapter import remember_choices
from kheo.accounts.forms import ProfileForm
from kheo.accounts.models import User
from kheo.lib.refusals import Refused
from kheo.ui.doors import open_door


class SignedIn(HttpRequest):
    """A request that passed the closed doors: there is a person behind it."""

    user: User  # type: ignore[assignment]


class SignIn(LoginView):
    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
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
        return {**super().get_context_data(**kwargs), "rules": password_validators_help_texts()}


sign_in = open_door("One signs in here.")(SignIn.as_view())
sign_out = open_door("Signing out twice must not ask for a password.")(LogoutView.as_view())
change_password = never_cache(ChangePassword.as_view())


@open_door("Says that an account is closed, to someone who cannot sign in.")
def closed(request: HttpRequest) -> HttpResponse:
    return render(request, "account/account_inactive.html")


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
    return render(
        request, "accounts/account.html", {"form": form, "sign_ins": request.user.sign_ins.all()[:10]}
    )
