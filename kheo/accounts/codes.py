"""One-time codes: what a slip carries, until the person has chosen a password of their own.

A code is drawn, never chosen, so it needs no slow hash: ten of 31 letters are about 50 bits, and two thousand
rounds make each guess at a stolen database dear enough for the days a code holds. A few hundred are made in
less than a second; with the hash of passwords that would take minutes.
"""

import re

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password

from kheo.lib.codes import new_code


class CodeHasher(PBKDF2PasswordHasher):
    algorithm = "onetime"
    iterations = 2_000


def one_time_code() -> str:
    """Ten letters and digits in two groups of five, easily copied from paper: "k7m2x-9qfhd"."""
    return new_code(2, of=5)


def _bare(code: str) -> str:
    """Phones begin with a capital and people leave the dash out: neither matters."""
    return re.sub(r"[^a-z0-9]", "", code.lower())


def sealed(code: str) -> str:
    """The code as it is kept in the place of a password."""
    hasher = CodeHasher()
    return hasher.encode(_bare(code), hasher.salt())


def is_sealed_code(kept: str) -> bool:
    return kept.startswith(f"{CodeHasher.algorithm}$")


def opens(typed: str, kept: str) -> bool:
    """Whether `typed` is the code that was kept. A wrong one takes as long as a wrong password does."""
    if CodeHasher().verify(_bare(typed), kept):
        return True
    make_password(typed)
    return False
