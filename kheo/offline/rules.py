"""What the office sets for phones (docs/settings.md)."""

from typing import Any

from django.conf import settings

from kheo.offline.envelopes import MOST_BYTES, MOST_ENVELOPES, MOST_PHOTO_BYTES, MOST_PHOTOS


def days_without_sign_in() -> int:
    """For how many days after its last contact a phone's key opens without signing in again."""
    return int(settings.PHONE_DAYS)


def days_before_it_is_late() -> int:
    """After how many days something from a phone has waited too long for a person to look at it."""
    return int(settings.PHONE_LATE_DAYS)


def days_contents_are_kept() -> int:
    """For how many days what was typed is kept beside the record it became, to settle a doubt by."""
    return 180


def told() -> dict[str, Any]:
    """What a phone is told of it: days, the long side of a photo in pixels, what an envelope may hold."""
    return {
        "days_without_sign_in": days_without_sign_in(),
        "photo_long_side": int(settings.PHONE_PHOTO_SIDE),
        "photo_bytes": MOST_PHOTO_BYTES,
        "photos": MOST_PHOTOS,
        "envelopes": MOST_ENVELOPES,
        "bytes": MOST_BYTES,
    }
