"""What the columns of an office's list may hold, and what a heading probably means.

A heading is guessed from its words, and where it has none from its cells; a person has the last word. Some
lists have a column for each field of work, or one for "mới" and one for "duy trì", with a mark in the one that
holds: each such column is a target of its own.
"""
# ruff: noqa: E501 - tables and patterns stay on one line each

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.lib.vietnamese import fold


@dataclass(frozen=True)
class Target:
    """A column's meaning. `words` is what folded headings of it match; `once`: a list has one such column."""

    name: str
    label: str | Promise
    words: str = ""
    once: bool = True


# In the order in which they are tried: the narrower before the wider.
TARGETS = [
    Target("ignore", _("Leave this column out"), r"stt|so tt|tt|so thu tu|no|#|(tong )?so( luong)?( mo hinh| dien hinh).*|so luong|tong( so| cong)?", once=False),
    Target("contact_phone", _("Contact's phone"), r".*\b(dien thoai|sdt|so dt|dtdd|phone|di dong)\b.*"),
    Target(
        "contact_name", _("Contact"),
        r"(ho (va )?ten )?.*\b(nguoi (lien he|phu trach|dung dau|dai dien)|dau moi|lien he|contact)\b.*|ho (va )?ten",
    ),
    Target("mark_new", _("Mark: new"), r"(xay dung )?moi|mo hinh moi|dang ky moi|xay dung moi"),
    Target("mark_continuing", _("Mark: continuing"), r"duy tri|tiep tuc( duy tri)?|mo hinh duy tri|cu"),
    Target(
        "year_kind", _("New or continuing"),
        r".*\b(moi\W+(hay |hoac )?(duy tri|tiep tuc|cu)|duy tri\W+(hay |hoac )?moi)\b.*|new or continuing|tinh trang",
    ),
    Target(
        "year_begun", _("Year begun"),
        r".*\b(nam|thoi (gian|diem)|ngay)\b.*\b(bat dau|xay dung|thanh lap|ra mat|dang ky|trien khai|thuc hien)\b.*"
        r"|ra mat|nam|thoi gian|thoi diem",
    ),
    Target("mark_person", _("Mark: person"), r"ca nhan|dien hinh ca nhan"),
    Target("mark_collective", _("Mark: collective"), r"tap the|dien hinh tap the"),
    Target("kind", _("Model or exemplar"), r"loai( hinh)?|mo hinh ?[/,-] ?dien hinh|loai mo hinh|doi tuong|kind"),
    Target("field", _("Field of work"), r".*\b(linh vuc|field( of work)?)\b.*|noi dung linh vuc"),
    Target("level", _("Level"), r"cap|cap (do|cong nhan|dang ky|mo hinh|quan ly|thuc hien)|level"),
    Target("district", _("District of its time"), r".*\b(huyen|quan|thi xa|thanh pho)\b.*"),
    Target("hamlet", _("Hamlet"), r".*\b(xom|thon|khoi|to dan pho|khu dan cu|hamlet)\b.*|ban|ban ?[/,] ?.*"),
    Target(
        "owner", _("Led by"),
        r".*\b(don vi|co quan|to chuc|chu tri|chu the|tap the|chi bo|led by)\b.*",
    ),
    Target("commune", _("Commune"), r".*\b(xa|phuong|thi tran|commune)\b.*"),
    Target("place", _("Place, whole"), r".*\b(dia ban|dia chi|dia diem|noi (thuc hien|xay dung)|place)\b.*"),
    Target(
        "name", _("Name of the initiative"),
        r".*\b(ten|mo hinh|dien hinh|dan van kheo|cong trinh|phan viec|name)\b.*",
    ),
    Target("goal", _("Goal in one line"), r".*\b(muc tieu|noi dung|muc dich|ket qua|hieu qua|cach lam|goal)\b.*"),
    Target("note", _("Note"), r".*\b(ghi chu|note|nhan xet)\b.*"),
]  # fmt: skip
BY_NAME = {target.name: target for target in TARGETS}
# A column for each field of work: "field:kinh_te".
FIELD = "field:"

# How lists write the fields of work, beside their names; folded, signs as spaces.
_FIELDS = {
    "kinh te": r"(phat trien )?kinh te|kt|kinh te va .*",
    "van hoa xa hoi": r"van hoa( va)? xa hoi|vh xh|vhxh|van hoa|xa hoi|vx",
    "quoc phong an ninh": r"(quoc phong|qp)( va)? (an ninh|an)|qpan|an ninh( va)? quoc phong|anqp|qp|an|an ninh( trat tu)?"
    r"|quoc phong|antt|an ninh chinh tri.*",
    "he thong chinh tri": r".*he thong chinh tri.*|htct|xd htct|xdhtct|xay dung dang.*|xay dung he thong.*|xd dang.*",
}


def bare(text: str) -> str:
    """Folded, with signs as spaces."""
    return " ".join(re.sub(r"[^\w]+", " ", fold(text)).split())


def field_of(text: str, fields: Sequence[tuple[str, str]]) -> str:
    """The code of the field of work that `text` names, of (code, name) pairs; "" where none or several fit."""
    said = re.sub(r"^(\d+|[ivx]+|[a-d]) ", "", bare(text))
    said = re.sub(
        r"^(ve )?(trong )?(cac )?(mo hinh |dien hinh )?(trong |ve )?(linh vuc )?(ve |phat trien )?", "", said
    )
    if not said:
        return ""
    found = [code for code, name in fields if bare(name) == said]
    for pattern in _FIELDS.values() if not found else ():
        if re.fullmatch(pattern, said):
            found += [code for code, name in fields if re.fullmatch(pattern, bare(name))]
    if not found:
        found = [code for code, name in fields if len(said) > 6 and bare(name).startswith(said)]
    return found[0] if len(set(found)) == 1 else ""


def guess(heading: str, fields: Sequence[tuple[str, str]] = ()) -> str:
    """The target a heading probably means; "" where it says nothing. "Địa bàn / Xã" is read from its end."""
    parts = [part for part in heading.split(" / ") if part.strip()]
    for part in [*reversed(parts), *([" ".join(parts)] if len(parts) > 1 else [])]:
        said = " ".join(re.sub(r"[*:.()\[\]]", " ", fold(part)).split())
        if code := field_of(part, fields):
            return FIELD + code
        if re.search(r"\b(xa|phuong)\b", said) and re.search(r"\b(huyen|quan|thi xa)\b", said):
            return "place"
        for target in TARGETS:
            if target.words and re.fullmatch(target.words, said):
                return target.name
    return ""


_PHONE = re.compile(r"(\+?84|0)?[ .]?[1-9]\d{1,3}[ .]?\d{3}[ .]?\d{2,4}")
_PLACE = re.compile(r"(?i:xã|phường|thị trấn|x\.|p\.|tt\.?)\s+\w")
_HAMLET = re.compile(r"(?i:xóm|bản|thôn|khối|tổ dân phố|tdp|khu)\s+\w")
_DISTRICT = re.compile(r"(?i:huyện|thị xã|thành phố|tp\.?|tx\.?|h\.)\s+\w")


def guess_by_cells(cells: Sequence[str], fields: Sequence[tuple[str, str]] = ()) -> str:
    """The target a column without a telling heading probably has, by what stands in it; "" where it is not
    clear."""
    said = [cell for cell in cells if cell.strip()][:200]
    if not said:
        return "ignore"

    def most(fits: Callable[[str], Any]) -> bool:
        return sum(1 for cell in said if fits(cell)) >= 0.7 * len(said)

    if most(lambda cell: _PHONE.fullmatch(cell.strip()) is not None):
        return "contact_phone"
    if most(lambda cell: field_of(cell, fields)):
        return "field"
    if most(lambda cell: fold(cell) in ("moi", "duy tri", "tiep tuc", "cu")):
        return "year_kind"
    if most(lambda cell: re.fullmatch(r"(19|20)\d\d", cell.strip())):
        return "year_begun"
    for pattern, name in ((_DISTRICT, "district"), (_PLACE, "commune"), (_HAMLET, "hamlet")):
        short = re.compile(rf"(?=.{{0,60}}$){pattern.pattern}")
        if most(short.match):
            return name
    if most(lambda cell: re.fullmatch(r"\d{1,5}\.?", cell.strip())):
        return "ignore"
    return ""


def mapping_of(
    headings: Sequence[str], columns: Sequence[Sequence[str]], fields: Sequence[tuple[str, str]]
) -> list[str]:
    """A target for each column, as far as can be guessed; "ignore" for the rest. `columns` are their cells."""
    found = [guess(heading, fields) for heading in headings]
    for at, cells in enumerate(columns):
        if not found[at]:
            found[at] = guess_by_cells(cells, fields)
    _settle_names(found, headings, columns)
    taken: set[str] = set()
    for at, name in enumerate(found):
        target = BY_NAME.get(name)
        if name in taken and (target is None or target.once):
            found[at] = "ignore"
        taken.add(name)
    return [name or "ignore" for name in found]


def _settle_names(found: list[str], headings: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Of several columns that may hold the name the one with the telling heading; without any, the one with
    the longest words that nothing else is known of."""
    named = [at for at, name in enumerate(found) if name == "name"]
    if len(named) > 1:
        best = max(named, key=lambda at: (fold(headings[at]).startswith("ten"), _length(columns[at])))
        for at in named:
            if at != best:
                found[at] = ""
    if not named:
        spare = [at for at, name in enumerate(found) if not name and _length(columns[at]) >= 8]
        if spare:
            found[max(spare, key=lambda at: _length(columns[at]))] = "name"


def _length(cells: Sequence[str]) -> float:
    said = [len(cell) for cell in cells if cell]
    return sum(said) / len(said) if said else 0.0
