"""The door of the phones: a key in the header of each request, and answers in JSON.

No cookie opens it, so no other site can make a browser send something here.
"""

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from kheo.lib.refusals import Refused
from kheo.lib.rows import Worded
from kheo.offline.envelopes import MOST_BYTES, Malformed
from kheo.offline.models import Phone
from kheo.ui.doors import open_door

log = logging.getLogger(__name__)

View = Callable[..., JsonResponse]


class PhoneRequest(HttpRequest):
    """A request that showed the key of `phone`."""

    phone: Phone


def refused(code: str, sentence: str, status: int) -> JsonResponse:
    answer = JsonResponse({"refused": {"code": code, "sentence": sentence}}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def answered(content: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(content, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


class Turned(Exception):
    """A request that its phone's key does not open. `code` is for the phone, `str(error)` for the person."""

    def __init__(self, code: str, sentence: str, status: int) -> None:
        self.code, self.status = code, status
        super().__init__(sentence)


def phone_of(request: HttpRequest, *, handing_in: bool = False) -> Phone:
    """The phone whose key a request shows. Raises Turned with the sentence for the phone.

    `handing_in`: also phones that may only hand in what they hold. Ask `phone.why_closed` whether it is one.
    """
    phone = _with_key(request.headers.get("Authorization", ""))
    if phone is None:
        raise Turned("sign_in_again", _("Sign in again on this phone. Nothing on it is lost."), 401)
    if handing_in and not phone.must_sign_in:
        # Open or closed, it is let in: nothing more is asked of the database.
        return phone
    with translation.override(phone.user.language):
        if phone.why_closed:
            if not handing_in:
                raise Turned(
                    "hand_in_and_wipe",
                    _("This phone may only hand in what it holds; then it empties itself."),
                    403,
                )
        elif phone.must_sign_in:
            raise Turned("sign_in_again", _("Sign in again on this phone. Nothing on it is lost."), 401)
    return phone


def _with_key(header: str) -> Phone | None:
    scheme, _space, key = header.partition(" ")
    name, _dot, secret = key.strip().partition(".")
    if scheme != "Kheo" or not secret or len(key) > 200:
        return None
    try:
        pk = uuid.UUID(name)
    except ValueError:
        return None
    return next((phone for phone in _named(pk) if phone.opens_with(secret)), None)


_named = Worded(lambda pk: Phone.objects.select_related("user").filter(pk=pk).order_by(), uuid.UUID)


def for_phones(*methods: str, handing_in: bool = False) -> Callable[[View], View]:
    """A view for phones that show their key. `handing_in`: also for those that may do nothing else."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @open_door("A phone shows its own key instead of a sign-in.")
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
            if request.method not in methods:
                return refused("method", _("This is asked in another way. Update the app."), 405)
            try:
                phone = phone_of(request, handing_in=handing_in)
            except Turned as turned:
                return refused(turned.code, str(turned), turned.status)
            request.phone = phone  # type: ignore[attr-defined]
            with translation.override(phone.user.language):
                try:
                    return view(request, *args, **kwargs)
                except Malformed as error:
                    return refused(error.code, str(error), error.status)
                except Refused as refusal:
                    return refused("refused", str(refusal), 409)
                except (OperationalError, InterfaceError):
                    # The database is busy or starts again: what has a receipt is kept, the rest comes again.
                    log.warning("A phone is asked to come again: %s", request.path, exc_info=True)
                    return refused("busy", _("The server is busy. The phone tries again by itself."), 503)

        return answer

    return wrap


def body_of(request: HttpRequest) -> bytes:
    """The body, never more of it than is allowed. Raises Malformed."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise Malformed("too_large", _("This is more than 2 MB. Send it in several requests."), 413)
    return request.read(MOST_BYTES + 1)
