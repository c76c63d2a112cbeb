"""What allauth asks of Kheo: messages in our own words, closed sign-up, where one may return to."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from kheo.accounts import devices
from kheo.accounts.addresses import address_of
from kheo.accounts.administrators import administers
from kheo.accounts.journal import could_not_come_in, welcome
from kheo.accounts.models import SignIn, SignInRule, User
from kheo.ui.context import THEME_COOKIE

A_YEAR = 365 * 24 * 3600


def remember_choices(response: HttpResponse, user: User) -> HttpResponse:
    """Let the browser know the person's language and colours; whoever signs in next brings their own."""
    for cookie, value in {settings.LANGUAGE_COOKIE_NAME: user.language, THEME_COOKIE: user.theme}.items():
        response.set_cookie(
            cookie,
            value,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


class Adapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "The name or the password is not right. Please check both and try again."
        ),
        "too_many_login_attempts": _("Too many attempts. Please wait some minutes and try again."),
        "enter_current_password": _("This is not your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only this very host: the other names in ALLOWED_HOSTS are no reason to leave it."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "0.0.0.0"  # noqa: S104  (no address: all such requests count as one)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **rest: Any) -> HttpResponse | None:
        """The password was right; the account may be closed or asleep, or the code have ended."""
        person = cast(User, user)
        answer = super().pre_login(request, user, **rest)
        shut = ""
        if answer is None and person.code_has_ended:
            shut, outcome = "account_code_ended", SignIn.Outcome.EXPIRED
        elif answer is None and person.is_asleep():
            shut, outcome = "account_asleep", SignIn.Outcome.ASLEEP
        if not shut:
            return answer
        clear_login(request)
        could_not_come_in(request, person, outcome)
        return redirect(shut)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **rest: Any) -> HttpResponse:
        response = super().post_login(request, user, **rest)
        person = cast(User, user)
        with override(person.language):
            messages.info(request, welcome(person))
        if administers(person) and person.must_renew(SignInRule.objects.now()):
            request.session["renew_password"] = True
        if not request.session.get("by_pin"):
            devices.password_was_given(request, person)
        return remember_choices(response, person)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep the password the person chose; the session that chose it goes on."""
        cast(User, user).choose_password(password)
