"""Which body a list means by "Hội LHPN xã", "UBMTTQ", "Đoàn xã": those of the place on the list's day.

Names are compared after what they leave out or shorten is left out everywhere: the place, "Liên hiệp", "Việt
Nam". What is no body of the place ("Chi bộ bản Phồng") becomes a body typed by whoever loads the list.
"""
# ruff: noqa: E501 - patterns stay on one line each

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from kheo.lib.vietnamese import fold
from kheo.places.models import Area
from kheo.units.models import Unit

_SHORT = [
    (r"\b(ubmttq|ub mttq|mttq|ubmt|mt tq|uy ban mat tran to quoc|mat tran to quoc)( vn| viet nam)?\b", "mat tran"),
    (r"\b(ubnd|uy ban nhan dan)\b", "ubnd"),
    (r"\b(hdnd|hoi dong nhan dan)\b", "hdnd"),
    (r"\b(lhpn|lien hiep phu nu|hpn|phu nu)( viet nam)?\b", "phu nu"),
    (r"\b(hnd|nong dan)( viet nam)?\b", "nong dan"),
    (r"\b(hccb|ccb|cuu chien binh)( viet nam)?\b", "cuu chien binh"),
    (r"\b(ldld|lien doan lao dong)\b", "cong doan"),
    (r"\b(tncs|tnch|thanh nien)( cong san)?( ho chi minh| hcm)?\b|\bdoan tn\b", "thanh nien"),
    (r"\b(chqs|chi huy quan su|bchqs)\b", "quan su"),
    (r"\b(dang uy|dang bo|bch dang bo|ban chap hanh dang bo)\b", "dang uy"),
    (r"\b(huyen doan)\b", "thanh nien huyen"),
]  # fmt: skip
_DROPPED = re.compile(
    r"\b(hoi|ban|uy ban|doan|co quan|cap|lien hiep|viet nam|chi huy|bo|khoi doan the)\b|[^\w ]"
)
_KINDS = r"(xa|phuong|thi tran|huyen|thi xa|thanh pho|tinh|quan|tp|tx|tt)"
_TYPES = re.compile(rf"\b{_KINDS}\b")
# Where "UBND xã Tam Hợp" says where it is.
PLACE = re.compile(r"(?i)(?:^|\s)((?:xã|phường|thị trấn|tt\.)\s+\S.*)$")


@lru_cache(maxsize=20_000)
def key_of(name: str, places: tuple[str, ...] = ()) -> str:
    """What is left of a body's name for comparing, the names of its places left out; "" for none."""
    said = " " + " ".join(re.sub(r"[^\w]+", " ", fold(name)).split()) + " "
    for place in sorted(map(fold, places), key=len, reverse=True):
        said = re.sub(rf" {_KINDS}? ?{re.escape(place)}(?= )", " ", said)
    for pattern, word in _SHORT:
        said = re.sub(pattern, word, said)
    bare = " ".join(_TYPES.sub(" ", _DROPPED.sub(" ", said)).split())
    return bare or ("thanh nien" if " doan " in said else "")


class Bodies:
    """The bodies of a day, by place; asked for many places at once."""

    def __init__(self, day: date, areas: Iterable[Area]) -> None:
        self.by_area: dict[int, dict[str, list[Unit]]] = defaultdict(lambda: defaultdict(list))
        self.by_function: dict[tuple[int, str], Unit] = {}
        self.names: dict[int, tuple[str, ...]] = {}
        wanted = {each.pk: each for area in areas for each in area.upward()}
        for area in wanted.values():
            self.names[area.pk] = tuple(each.name for each in area.upward())
        ids = sorted(wanted)
        for begin in range(0, len(ids), 500):
            some = ids[begin : begin + 500]
            rows = Unit.objects.on(day).filter(area__in=some).exclude(kind=Unit.Kind.TYPED)
            for unit in rows.prefetch_related("competences").order_by("pk"):
                names = self.names[unit.area_id]
                for name in {unit.name, unit.short_name or unit.name}:
                    if unit not in self.by_area[unit.area_id][key_of(name, names)]:
                        self.by_area[unit.area_id][key_of(name, names)].append(unit)
                for competence in unit.competences.all():
                    if competence.valid_from <= day < competence.valid_to:
                        self.by_function.setdefault((unit.area_id, competence.function_id), unit)

    def named(self, name: str, area: Area) -> list[Unit]:
        """The bodies at the place, else above it, that the name means."""
        for at in area.upward():
            key = key_of(name, self.names.get(at.pk, ()))
            if key and (found := self.by_area[at.pk].get(key)):
                return found
            # A body of the district or the province is meant only where its level is said.
            if not re.search(r"(?i)\b(huyện|tỉnh|thị xã|thành phố|bộ chỉ huy|sở|đồn)\b", name):
                break
        return []

    def of_function(self, function: str, area: Area) -> Unit | None:
        """Who answers for a function at the place, or nearest above it."""
        return next((unit for at in area.upward() if (unit := self.by_function.get((at.pk, function)))), None)
