"""`{% message KIND THING %}`: a ready message beside what it is about. Built into the template engine."""

from typing import Any

from django import template

from kheo.messaging.kinds import kinds
from kheo.messaging.models import Offer, offer

register = template.Library()


@register.inclusion_tag("messaging/message.html", takes_context=True)
def message(context: template.Context, kind: str, thing: Any) -> dict[str, Any]:
    """The message of a kind about one record; nothing for whoever may not write it."""
    wanted, post = kinds.get(kind), context.get("acting_post")
    if wanted is None or post is None or thing is None:
        return {}
    units = list(wanted.units(post, thing))
    if not wanted.allows(post, thing, units) or (wanted.group_text and not units):
        return {}
    return shown(context, offer(wanted, post, thing, units, group=bool(wanted.group_text)))


@register.inclusion_tag("messaging/message.html", takes_context=True)
def message_to(context: template.Context, offer: Offer | None) -> dict[str, Any]:
    """A message a view has already prepared (`kheo.messaging.models.offers`)."""
    return shown(context, offer) if offer else {}


@register.filter
def offer_of(offers: dict[int, Offer], unit: Any) -> Offer | None:
    """The message prepared for one body of a list."""
    return offers.get(unit.pk) if unit else None


def shown(context: template.Context, offer: Offer) -> dict[str, Any]:
    # The script is asked for once a page, however many messages stand on it.
    told: dict[Any, Any] = context.render_context  # type: ignore[assignment]
    first = not told.get("messaging")
    told["messaging"] = True
    request = context.get("request")
    return {
        "offer": offer,
        "first": first,
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "back": request.get_full_path() if request else "/",
    }
