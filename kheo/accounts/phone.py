"""Phone numbers as people write them: 0912 345 678, +84 912.345.678, 84912345678."""

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LOOKS_LIKE_A_NUMBER = re.compile(r"[\d\s().+\-‐–]+")


def phone_number(text: str) -> str:
    """The number in E.164 (+84912345678); a number without country code is Vietnamese.

    Raises ValueError with a sentence for the person who typed it.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _LOOKS_LIKE_A_NUMBER.fullmatch(plain):
        for attempt in (plain, "+" + plain):
            try:
                number = phonenumbers.parse(attempt, "VN")
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValueError(_("This is not a phone number. Write it like 0912 345 678."))


def is_phone_number(text: str) -> None:
    """A form field's validator: raises ValidationError with the sentence of `phone_number`."""
    try:
        phone_number(text)
    except ValueError as error:
        raise ValidationError(str(error))


def spoken(phone: str | None) -> str:
    """The number as it is said at home: 0912 345 678; other countries' with their code."""
    if not phone:
        return ""
    number = phonenumbers.parse(phone, "VN")
    at_home = number.country_code == 84
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, form)
