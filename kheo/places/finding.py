"""Which area is meant by "xã Tam Hợp (huyện Tương Dương)", on which day, and what is it today?

Names repeat and are given again to other communes, so a name alone is never trusted: all areas that fit are
returned, best reading first, and more than one means that a person must choose. What is written is compared
with marks first (old and new tone placement alike) and without them second.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from kheo.lib.periods import today
from kheo.lib.vietnamese import fold, nfc, tone_blind
from kheo.places import paths
from kheo.places.models import HAMLET_TYPES, Area, AreaLineage, AreaName, Level

# What may stand before a name, with the levels it can mean. Compared with its marks, because "Quan Thành" is
# a name and "quận" a type; without marks only where the whole name was written without any.
_TYPES: dict[str, tuple[str, ...]] = {
    "tỉnh": (Level.PROVINCE,),
    "thành phố": (Level.DISTRICT, Level.PROVINCE),
    "thị xã": (Level.DISTRICT,),
    "huyện": (Level.DISTRICT,),
    "quận": (Level.DISTRICT,),
    "thị trấn": (Level.COMMUNE,),
    "phường": (Level.COMMUNE,),
    "đặc khu": (Level.COMMUNE,),
    "xã": (Level.COMMUNE,),
    **dict.fromkeys(HAMLET_TYPES, (Level.HAMLET,)),
}
_SHORT = {
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
    "tdp": "tổ dân phố",
    "h": "huyện",
    "q": "quận",
    "p": "phường",
    "x": "xã",
}
# Longer words first: "khối phố" before "khối".
_WORDS = {tone_blind(word): word for word in sorted(_TYPES, key=len, reverse=True)}
_BARE_WORDS = {fold(word): word for word in sorted(_TYPES, key=len, reverse=True)}
# "TP Vinh", "Tp. Vinh", "T.P Vinh", "H. Tương Dương": one letter needs its dot.
_ABBREVIATED = re.compile(
    r"^(?:(t\.?p|t\.?x|t\.?t|t\.?d\.?p)\.?\s+|(t\.?p|t\.?x|t\.?t|[hqpx])\.\s*)(?=\S)", re.IGNORECASE
)
# Where a new part begins although no comma says so: "xã Tam Hợp huyện Tương Dương tỉnh Nghệ An".
_NEXT = re.compile(
    r"(?<=\S)\s+(?=(?:tỉnh|huyện|(?<!thị )xã|phường|thị trấn|thị xã|thành phố|TP|TX|TT)\.?\s+\S)",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"[,;()\[\]/\n\t]+|\s+[-–—]\s+")
LONGEST = 300


@dataclass(frozen=True)
class Part:
    """One name of what was written, with the levels its first word allows."""

    name: str
    levels: tuple[str, ...] = ()
    type: str = ""

    @property
    def folded(self) -> str:
        return fold(self.name)


@dataclass(frozen=True)
class Match:
    """An area that fits what was written."""

    area: Area
    # Who answers for it today; itself while it lives. A common ancestor where that is not decided.
    today: Area
    # All names agree with their marks.
    exact: bool
    # It did not exist, or not under this name, on the day asked for.
    other_time: bool = False
    # A hamlet that was named but is not known (yet) in the commune found.
    hamlet: str = ""
    hamlet_type: str = ""
    # Earlier rows of the same name that became this one.
    earlier: tuple[Area, ...] = field(default=())

    @property
    def decided(self) -> bool:
        return not self.area.heir_undecided


def find(text: str, on: date | None = None, levels: Collection[str] = ()) -> list[Match]:
    """The areas `text` can mean, on a day or, without one, at any time.

    One match: found. Several: ambiguous, a person chooses. None on that day: those of another time are
    returned with `other_time`. Parts may come in either order: "Tam Hợp, Tương Dương", "xã Tam Hợp (huyện
    Tương Dương)", "bản Phồng, xã Tam Hợp, huyện Tương Dương, tỉnh Nghệ An", "TP Vinh". `levels` narrows what
    may be found.
    """
    days = [on, None] if on else [None]
    readings = _readings(text)
    for reading in readings:
        for day in days:
            found = _fitting(reading, day, levels)
            if found:
                return _told(found, day, other_time=bool(on) and day is None)
    # A hamlet nobody has entered yet does not hide the commune it lies in.
    for reading in readings:
        spare = next((part for part in reading if part.levels == (Level.HAMLET,)), None)
        if spare is None and len(reading) > 1 and not reading[0].levels:
            spare = reading[0]
        rest = [part for part in reading if part is not spare]
        if spare is None or not rest:
            continue
        guessed = not spare.levels
        # "Tam Hợp, Quế Phong": a commune and a district that do not belong together, and no hamlet.
        if (
            guessed
            and AreaName.objects.filter(folded=spare.folded).exclude(area__level=Level.HAMLET).exists()
        ):
            continue
        for day in days[:1] if guessed and len(rest) == 1 else days:
            found = [match for match in _fitting(rest, day, levels) if match.area.level == Level.COMMUNE]
            if found:
                found = [replace(match, hamlet=spare.name, hamlet_type=spare.type) for match in found]
                return _told(found, day, other_time=bool(on) and day is None)
    return []


def namesakes(area: Area, day: date | None = None) -> list[Area]:
    """Other areas of the same level and name on a day (today): those it must not be taken for."""
    day = day or today()
    rows = Area.objects.on(day).with_place().filter(level=area.level, folded=area.folded)
    return list(rows.exclude(pk=area.pk).exclude(pk=area.heir_on(day).pk).in_vietnamese_order())


def suggest(text: str, on: date, limit: int = 12, levels: Collection[str] = (Level.COMMUNE,)) -> list[Area]:
    """Areas of a day whose name begins with what is being typed, for a list below a field."""
    parts = _parts(text)
    if not parts:
        return []
    first = parts[0]
    rows = Area.objects.on(on).of_level(*levels).with_place()
    names = AreaName.objects.filter(folded__gte=first.folded, folded__lt=first.folded + "\U0010ffff")
    rows = rows.filter(pk__in=names.values("area_id"))
    found = list(rows.in_vietnamese_order()[: limit * 4])
    for part in parts[1:]:
        found = [
            area for area in found if any(above.folded.startswith(part.folded) for above in area.upward()[1:])
        ]
    found.sort(key=lambda area: (area.folded != first.folded, area.sort_key))
    return found[:limit]


def _parts(text: str, typed: bool = True) -> list[Part]:
    text = nfc(text).replace("\x00", " ")[:LONGEST].strip()
    pieces = [" ".join(piece.split()).strip(" .:\"'“”") for piece in _BREAKS.split(_NEXT.sub(", ", text))]
    parts = [_part(piece) if typed else Part(piece) for piece in pieces if piece]
    return [part for part in parts if part.folded]


def _part(piece: str) -> Part:
    """The name apart from the word before it that says what it is."""
    short = _ABBREVIATED.match(piece)
    if short:
        word = _SHORT[short[0].replace(".", "").strip().lower()]
        return Part(piece[short.end() :].strip(), _TYPES[word], word)
    for words, told in ((_WORDS, tone_blind(piece)), (_BARE_WORDS, piece.lower() if piece.isascii() else "")):
        for begins, word in words.items():
            if told.startswith(begins + " "):
                name = " ".join(piece.split(" ")[begins.count(" ") + 1 :])
                return Part(name, _TYPES[word], word)
    return Part(piece)


def _readings(text: str) -> list[list[Part]]:
    """The ways to read what was written, the likeliest first."""
    parts = _parts(text)
    plain = _parts(text, typed=False)
    readings = [parts]
    # A name that only begins like a type: xã "Bản Hồ".
    if plain != parts:
        readings.append(plain)
    # Two names with nothing between them: "Tam Hợp Tương Dương".
    words = plain[0].name.split() if len(plain) == 1 else []
    if 3 <= len(words) <= 10:
        readings += [
            [_part(" ".join(words[:at])), _part(" ".join(words[at:]))] for at in range(1, len(words))
        ]
    return readings if parts else []


def _fitting(parts: list[Part], day: date | None, levels: Collection[str]) -> list[Match]:
    """Areas that fit one part, each other part fitting an area above them; the best-fitting only."""
    named = AreaName.objects.filter(
        folded__in={part.folded for part in parts}, area__in_force=True, area__annulled=False
    )
    if day:
        named = named.filter(
            area__valid_from__lte=day, area__valid_to__gt=day, valid_from__lte=day, valid_to__gt=day
        )
    names: dict[int, list[AreaName]] = {}
    areas: dict[int, Area] = {}
    for name in named.select_related("area__parent__parent__parent"):
        names.setdefault(name.area_id, []).append(name)
        areas[name.area_id] = name.area
    scored: list[tuple[tuple[int, int, int], Area]] = []
    for area in areas.values():
        line = [pk for pk in paths.ids(area.path) if pk in areas]
        if levels and area.level not in levels:
            continue
        score = _fit(parts, [areas[pk] for pk in reversed(line)], names, area)
        if score:
            scored.append((score, area))
    if not scored:
        return []
    best = max(score for score, _ in scored)
    return [Match(area, area, best[0] == len(parts)) for score, area in scored if score == best]


def _fit(
    parts: list[Part], line: list[Area], names: dict[int, list[AreaName]], lowest: Area
) -> tuple[int, int, int] | None:
    """How well the parts fit the areas of one line (lowest first), each part another area, or None.

    More names with their marks is better, then more types as written, then names by which lists know it.
    """
    exact = types = proper = 0
    free = list(line)
    for part in parts:
        options = []
        for area in free:
            if part.levels and area.level not in part.levels:
                continue
            for name in names[area.pk]:
                if name.folded == part.folded:
                    options.append((
                        tone_blind(name.name) == tone_blind(part.name),
                        # A settlement and the district named after it: what hangs lower is meant.
                        -line.index(area),
                        part.type == name.type,
                        not name.other_spelling,
                        area,
                    ))  # fmt: skip
        if not options:
            return None
        marks, _depth, type, own, area = max(options, key=lambda option: option[:4])
        free.remove(area)
        exact, types, proper = exact + marks, types + type, proper + own
    return None if lowest in free else (exact, types, proper)


def _told(found: list[Match], day: date | None, other_time: bool) -> list[Match]:
    """With what each area is today; without a day, rows that only continue each other are one."""
    now = today()
    lines: dict[int, list[AreaLineage]] = {}
    rows = AreaLineage.objects.known().filter(area_id__in=[match.area.pk for match in found])
    for line in rows.select_related("heir__parent__parent__parent").order_by("valid_from"):
        lines.setdefault(line.area_id, []).append(line)

    def heir(area: Area, on: date) -> Area | None:
        here = [line for line in lines.get(area.pk, []) if line.valid_from <= on < line.valid_to]
        if len(here) == 1:
            return here[0].heir
        return area.heir_on(on) if here else None

    told = []
    for match in found:
        later = [
            other
            for other in found
            if other.area.pk != match.area.pk
            and other.area.valid_from >= match.area.valid_to
            and (became := heir(match.area, other.area.valid_from)) is not None
            and became.pk == other.area.pk
        ]
        if later and day is None:
            continue
        earlier = tuple(
            other.area
            for other in found
            if day is None
            and other.area.valid_to <= match.area.valid_from
            and (became := heir(other.area, match.area.valid_from)) is not None
            and became.pk == match.area.pk
        )
        told.append(
            replace(match, today=heir(match.area, now) or match.area, other_time=other_time, earlier=earlier)
        )
    return sorted(told, key=lambda match: (match.area.valid_to < now, match.area.sort_key, match.area.pk))
