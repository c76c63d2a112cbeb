"""How a body signs its papers: its heading, the abbreviation in its numbers, who signs, and in whose name.

`data/issuers.csv` knows the bodies every province and commune has. Bodies decide on their abbreviations
themselves (NĐ 30/2020, Phụ lục III), so what stands there can be changed on a paper and is then remembered.
"""

import csv
from dataclasses import dataclass
from functools import cache

from kheo.units.models import Member, Unit

from .layouts import family_of, path_of
from .wording import BOTH, HEAD


@dataclass(frozen=True)
class Issuer:
    """One body as its papers show it, in ordinary letters; the layout sets capitals."""

    family: str
    above: str
    name: str
    symbol: str
    collective: str
    position: str
    deputy: str
    # How it usually signs.
    signing: str = HEAD

    def offers(self) -> dict[str, str]:
        """What stands as the signer's position by each way of signing."""
        return {
            "head": self.position,
            "deputy": self.deputy,
            "order": "",
            "acting": "",
            "both": self.position,
        }


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with path_of("issuers.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def issuer(unit: Unit) -> Issuer:
    """How `unit` signs. A body nobody listed signs under its own name, below that of its superior."""
    family = family_of(unit.line)
    if unit.kind == Unit.Kind.COMMITTEE:
        return _committee(unit, family)
    row = _row(unit)
    if row is None:
        above = unit.parent.name if unit.parent else ""
        return Issuer(family, above, unit.name, "", "", "", "")
    area = unit.area
    province = area.province or area
    words = {
        "name": area.name,
        "area": area.in_text,
        "province": province.name,
        "unit": unit.name,
        "parent": unit.parent.name if unit.parent else "",
    }
    return Issuer(
        family,
        _written(row["above"], words),
        _written(row["issuer"], words),
        row["symbol"],
        row["collective"],
        row["position"],
        row["deputy"],
    )


def _written(template: str, words: dict[str, str]) -> str:
    """With the words filled in; | begins a new line."""
    return template.format(**words).replace("|", "\n")


def _row(unit: Unit) -> dict[str, str] | None:
    rows = [row for row in _rows() if row["level"] in ("", unit.level)]
    # The line for the level itself stands before the one for all.
    rows.sort(key=lambda row: row["level"] == "")
    if unit.key:
        return next((row for row in rows if row["key"] == unit.key), None)
    functions = set(unit.competences.values_list("function_id", flat=True))
    found = [row for row in rows if row["function"] in functions]
    # Two boards that became one share their functions: the name tells which of them it is.
    return max(found, key=lambda row: len(_shared(row["issuer"], unit.name)), default=None)


def _shared(template: str, name: str) -> str:
    words = template.split("{")[0].replace("|", " ").strip()
    return words if name.startswith(words) else ""


def _committee(unit: Unit, family: str) -> Issuer:
    """A steering committee stands under the body that set it up and signs with the seal of that body."""
    parent = unit.parent
    above = issuer(parent) if parent else None
    name = unit.name
    for place in (unit.area.in_text, unit.area.full_name):
        name = name.removesuffix(place).rstrip()
    seat = (
        Member.objects.filter(committee__unit=unit, title=Member.Title.HEAD).order_by("-valid_from").first()
    )
    office = seat.office if seat else (above.position if above else "")
    for known in (above.deputy, above.position) if above and parent else ():
        # "Bí thư Đảng ủy" or "Bí thư Đảng ủy xã Khe Mẫu" signs as "BÍ THƯ": the body stands in the heading.
        if known and office.startswith(known) and parent.name.startswith(office[len(known) :].strip()):  # type: ignore[union-attr]
            office = known
    position = f"{office.upper()}\nkiêm\nTRƯỞNG BAN CHỈ ĐẠO" if office else "TRƯỞNG BAN"
    return Issuer(
        family,
        above.name.replace("\n", " ") if above else "",
        name or unit.name,
        "BCĐ",
        "Ban Chỉ đạo",
        position if office else "Trưởng ban",
        "Phó Trưởng ban",
        BOTH if office else HEAD,
    )
