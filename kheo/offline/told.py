"""What happened to a delivery, and what to do: the sentences, by the name under which a delivery keeps them.

Kept by name and not in words, so that whoever reads it later reads it in their own language.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Why a delivery is in its state.
WHY: dict[str, Any] = {
    "accepted": _("Received."),
    "kept": _("Received and kept as a draft of your unit. Nothing has been sent on."),
    "not_sent": _("Received and kept as a draft, but not yet sent on: %(sentence)s"),
    "continued": _("Received. %(n)s initiatives go on in %(year)s."),
    "continued_some": _("Received. %(n)s of %(of)s initiatives go on in %(year)s. %(left)s"),
    "already_reported": _(
        "Your unit already has a report for “%(entry)s”: %(who)s, %(when)s. Correct that one on the web, or "
        "let your office decide."
    ),
    "form": _("Some of it is not right yet. Correct it on the phone and send it again."),
    "form_older": _(
        "The form has changed since this was written. Open it, fill in what is asked now and send it again."
    ),
    "fields": _("The form does not ask for: %(names)s. Correct it on the phone and send it again."),
    "refused": _("%(sentence)s"),
    "unknown_kind": _("This server does not know what was sent. Update the app, or ask your administrator."),
    "not_found": _("What it is about is not within your reach. Your unit's office can say where it belongs."),
    "elsewhere": _("A record with this id exists elsewhere. Write it anew on the phone."),
    "undecided": _(
        "%(place)s was divided and it is not decided where this belongs. It waits for the office to decide."
    ),
    "no_post": _("You hold no post any more. Your unit decides about what was handed in."),
    "post_ended": _(
        "The post it was written for has ended: %(post)s. Your unit decides about it, or write it as another."
    ),
    "account_closed": _("The account is closed. The unit decides about what was handed in."),
    "account_asleep": _("The account is asleep. The unit decides about what was handed in."),
    "revoked": _(
        "This phone was revoked. What it handed in waits until somebody at the unit has looked at it."
    ),
    "conflict": _(
        "Something else was received under the same id before. Both are kept; your unit decides between them."
    ),
    "fault": _(
        "A fault on the server kept this from being taken. It is kept here; your office takes it up once"
        " the fault is mended."
    ),
    "superseded": _("A later version has taken its place."),
    "assigned": _("%(office)s says that this belongs to %(unit)s, where somebody decides about it."),
    "withdrawn": _("Withdrawn: %(reason)s"),
    "taken_over": _("Its words went into the record of number %(number)s, as a correction."),
}

# What is said beside it.
NOTES: dict[str, Any] = {
    "place": _("Written for %(before)s, now part of %(after)s."),
    "body": _("Written for %(before)s; %(after)s answers for it today."),
    "line_ended": _("Ended since it was written; its line stays in the report: %(names)s."),
    "line_new": _("New since it was written, set to “no change”: %(names)s."),
    "line_gone": _(
        "%(n)s lines tell of initiatives that are no longer your unit's. They were left out; "
        "their words are kept."
    ),
    "period_closed": _("“%(entry)s” closed on %(day)s; the report is marked as late."),
    "post": _("Written as %(before)s; taken as %(after)s."),
    "not_sent": _("Not yet sent on: %(sentence)s"),
}


def sentence(delivery: Any) -> str:
    return about(delivery.why, delivery.told)


def about(why: str, what: dict[str, Any]) -> str:
    """The sentence of a name of WHY."""
    return _said(WHY, why, what)


def notes(delivery: Any) -> list[str]:
    return [_said(NOTES, name, told) for name, told in delivery.notes]


def _said(sentences: dict[str, Any], name: str, told: dict[str, Any]) -> str:
    text = str(sentences.get(name, ""))
    try:
        return text % told
    except (KeyError, TypeError, ValueError):
        return text
