"""Codes that people copy from paper or a screen: letters and digits that are not taken for one another."""

import secrets
import unicodedata

CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


def new_code(groups: int = 3, of: int = 4) -> str:
    """Random letters in groups: "k7mw-3xqz-pdm4" holds about 59 bits, "k7mw-3xqz" about 40."""
    return "-".join("".join(secrets.choice(CLEAR) for _letter in range(of)) for _group in range(groups))


def read_code(text: str, of: int = 4) -> str:
    """What was typed in the one form in which codes are kept: capitals, spaces and dashes do not matter."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
    return "-".join(plain[at : at + of] for at in range(0, len(plain), of))
