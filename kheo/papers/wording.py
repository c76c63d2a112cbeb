"""The lines of a paper as the rules write them: number, date, bases, recipients, signature, lettering."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kheo.lib.formats import long_date

from .layouts import Layout

# Điểm are lettered in the Vietnamese alphabet: no f, j, w, z, and đ after d.
LETTERS = "abcdđeghiklmnopqrstuvxy"
ROOM_FOR_NUMBER = "\u00a0" * 6
# Signing: the head, a deputy, somebody by order of the head, somebody acting as head, or the head of another
# body who is also the committee's ("kiêm").
HEAD, DEPUTY, ORDER, ACTING, BOTH = "head", "deputy", "order", "acting", "both"


def letter(place: int) -> str:
    """The place-th point, from 0: a, b, c, d, đ, e, g …; after y come aa, ab …"""
    rounds, rest = divmod(place, len(LETTERS))
    return (LETTERS[rounds - 1] if rounds else "") + LETTERS[rest]


def roman(number: int) -> str:
    """1 → I, 4 → IV, up to 39."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + ones[number % 10]


def number_line(layout: Layout, symbol: str, number: str = "") -> str:
    """ "Số: 05/BC-UBND" or "Số 05-BC/ĐU"; room is left for a number that has not been given."""
    word = layout.head["number_word"]
    if number:
        return f"{word} {number}"
    return f"{word} {ROOM_FOR_NUMBER}{symbol}"


def date_line(place: str, on: date | None, year: int) -> str:
    """ "Tam Quang, ngày 05 tháng 7 năm 2026". Zeros stand before days below 10 and months 1 and 2 alone."""
    room = "\u00a0" * 5
    day = long_date(on) if on else f"ngày{room} tháng{room} năm {year}"
    return f"{place}, {day}"


def place_of(area: Any) -> str:
    """The place name of a body's papers: the bare name of its province or commune.

    Places called after a number, a person or an event keep their type: "Phường 1" (NĐ 30/2020, Phụ lục I,
    II.4).
    """
    seat = area.commune or area.province or area
    if not seat.type_lowers or seat.name[:1].isdigit():
        return str(seat.full_name)
    return str(seat.name)


def bases(layout: Layout, lines: Sequence[str]) -> list[str]:
    """The legal bases, each on a line of its own: "Căn cứ …;" and a full stop or a comma after the last."""
    rules = layout.bases
    return _list(lines, rules["prefix"], rules["between"], rules["last"])


def recipients(layout: Layout, lines: Sequence[str]) -> list[str]:
    """What stands under "Nơi nhận:", the copy that is kept last."""
    rules = layout.recipients
    kept = [line for line in lines if not bare(line).startswith("Lưu")]
    last = next((line for line in lines if bare(line).startswith("Lưu")), rules["keep"])
    return _list([*kept, last], "- ", rules["between"], rules["last"])


def addressees(layout: Layout, lines: Sequence[str], *, request: bool = False) -> list[str]:
    """ "Kính gửi: one body", or the word alone and one body a line; a tờ trình may say "Kính trình"."""
    word = layout.to["request_word" if request else "word"]
    if len(lines) < 2:
        return [f"{word}: {bare(line)}" for line in lines]
    return [f"{word}:", *_list(lines, "- ", ";", ".")]


def bare(line: str) -> str:
    """Without the dash before it and the punctuation after it, which the rules put there."""
    return line.strip().lstrip("-–+• ").rstrip(" .,;/")


def lines_of(text: str) -> list[str]:
    """The lines somebody typed, empty ones left out."""
    return [line for line in (each.strip() for each in text.splitlines()) if bare(line)]


def _list(lines: Sequence[str], prefix: str, between: str, last: str) -> list[str]:
    words = [bare(line) for line in lines if bare(line)]
    return [
        f"{prefix}{word}{between if place < len(words) else last}"
        for place, word in enumerate(words, start=1)
    ]


def signature(
    layout: Layout, signing: str, *, collective: str, head: str, position: str
) -> list[tuple[str, str]]:
    """The lines above the signature, each with its part ("behalf" or "position").

    `collective` is the body that decides together ("Ủy ban nhân dân"; "" where the head alone answers),
    `head` the head's position, `position` what the signer is.
    """
    rules, lines = layout.signing, []
    if signing == BOTH:
        # A committee without a seal signs with that of the signer's body: BÍ THƯ / kiêm / TRƯỞNG BAN CHỈ ĐẠO.
        return [(line, "position") for line in position.splitlines() if line.strip()]
    if collective and signing in (HEAD, DEPUTY, ACTING):
        lines.append((f"{rules['behalf']} {collective.upper()}", "behalf"))
    if signing == DEPUTY and (not collective or rules["deputy_for_collective"]):
        lines.append((f"{rules['for']} {head.upper()}", "behalf"))
    elif signing == ORDER:
        lines.append((f"{rules['order']} {head.upper()}", "behalf"))
    elif signing == ACTING:
        lines.append((f"{rules['acting']} {head.upper()}", "behalf"))
        return lines
    # Where nothing stands above it, the position itself is set as strongly.
    part = "position" if lines else "behalf"
    lines += [(line.upper(), part) for line in position.splitlines() if line.strip()]
    return lines


def joined(lines: Iterable[str]) -> str:
    return "\n".join(lines)
