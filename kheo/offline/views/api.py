"""What phones ask and send: a key, who they are, the outbox, the farewell (see docs/offline.md)."""

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kheo.accounts.devices import name_from
from kheo.lib.periods import today
from kheo.offline import envelopes, intake, rules
from kheo.offline.keys import PhoneRequest, answered, body_of, for_phones, refused
from kheo.offline.models import Phone
from kheo.ui.doors import open_door
from kheo.units.reach import posts_of


@open_door("Answers a phone whose sign-in has ended in JSON, not with the sign-in page.")
def phones(request: HttpRequest) -> JsonResponse:
    """Take this browser as a phone of whoever is signed in; the key in the answer is shown once."""
    if request.method != "POST":
        return refused("method", _("This is asked in another way. Update the app."), 405)
    if not request.user.is_authenticated:
        return refused("sign_in_again", _("Sign in first; then this phone can work without signal."), 401)
    user: Any = request.user
    if not posts_of(user):
        return refused(
            "no_post", _("You hold no post today. Ask your unit's administrator to give you one."), 403
        )
    with translation.override(user.language):
        try:
            sent = envelopes.read_json(body_of(request) or b"{}")
        except envelopes.Malformed as error:
            return refused(error.code, str(error), error.status)
        known = sent.get("phone") if isinstance(sent, dict) else None
        phone, secret = Phone.objects.register(
            user, name=name_from(request.headers.get("User-Agent", "")), known=_key(known)
        )
        return answered({"phone": str(phone.pk), "key": secret, **about(phone)}, 201)


def _key(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def about(phone: Phone) -> dict[str, Any]:
    """What a phone may know of itself and of its person."""
    now = timezone.localtime()
    return {
        "seal": phone.seal,
        "person": {"id": phone.user_id, "name": phone.user.full_name},
        "posts": [
            {
                "id": post.pk,
                "title": post.duty,
                "unit": post.unit_id,
                "unit_name": post.unit.short_name or post.unit.name,
            }
            for post in posts_of(phone.user)
        ],
        "good_until": phone.good_until.isoformat(),
        "settings": rules.told(),
        "day": today().isoformat(),
        "now": now.isoformat(),
    }


@for_phones("GET")
def me(request: PhoneRequest) -> JsonResponse:
    request.phone.was_met()
    return answered(about(request.phone))


@for_phones("POST", handing_in=True)
def deliveries(request: PhoneRequest) -> JsonResponse:
    """Take the outbox; a receipt for each envelope, in the order sent."""
    sent, waiting = envelopes.read_body(body_of(request))
    receipts = intake.take(request.phone, sent)
    request.phone.was_met(waiting)
    state = "hand_in_and_wipe" if request.phone.why_closed else "good"
    return answered({"receipts": receipts, "phone": {"state": state}})


@for_phones("POST", handing_in=True)
def farewell(request: PhoneRequest) -> JsonResponse:
    """The phone's last word: what it keeps sealed, or that it has emptied itself."""
    said = envelopes.read_json(body_of(request))
    sealed = said.get("sealed", 0) if isinstance(said, dict) else 0
    if not isinstance(sealed, int) or isinstance(sealed, bool) or not 0 <= sealed <= envelopes.MOST_WAITING:
        raise envelopes.Malformed("malformed", _("This could not be read. Update the app and send again."))
    request.phone.farewell(wiped=isinstance(said, dict) and said.get("wiped") is True, sealed=sealed)
    return answered({"phone": {"state": "signed_out"}})
