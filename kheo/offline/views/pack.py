"""The field pack, for the phone that asks for what it lacks."""

from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext as _

from kheo.lib.periods import today
from kheo.offline.envelopes import Malformed, read_json
from kheo.offline.keys import PhoneRequest, answered, body_of, for_phones, refused
from kheo.offline.models import Phone
from kheo.offline.pack import Pack, difference
from kheo.units.models import Post
from kheo.units.reach import posts_of

# As many items as the largest pack has, several times over.
MOST_ITEMS = 5_000


@for_phones("POST")
def pack(request: PhoneRequest) -> JsonResponse:
    """What the phone lacks of the pack of one of its person's posts."""
    asked = read_json(body_of(request) or b"{}")
    have = asked.get("have", {}) if isinstance(asked, dict) else None
    if not isinstance(have, dict) or len(have) > MOST_ITEMS:
        raise Malformed("malformed", _("This could not be read. Update the app and send again."))
    post = _post(request.phone, asked.get("as"))
    if post is None:
        return refused(
            "post_ended", _("You do not hold this post today. Choose another one on the first page."), 409
        )
    day = today()
    answer = difference(Pack(post).items(), {str(key): str(value) for key, value in have.items()}, day)
    if request.phone.last_pack_day != day:
        Phone.objects.filter(pk=request.phone.pk).update(last_pack_day=day)
    request.phone.was_met()
    return answered(answer)


def _post(phone: Phone, chosen: Any) -> Post | None:
    """The post asked for among those held today; the first where none is named."""
    held = posts_of(phone.user)
    if chosen is None:
        return held[0]
    return next((post for post in held if post.pk == chosen), None)
