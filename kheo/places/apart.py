"""Names that stand together in a list and would be taken for each other: three communes "Xã Ngọc Sơn".

Those that repeat carry what lies above them, as far up as is needed: "Xã Ngọc Sơn (Thanh Chương)". A name
that stands alone stays as it is, so that a list keeps its narrow lines.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from kheo.places.models import Area

Key = TypeVar("Key")


def told_apart(names: Mapping[int, str]) -> dict[int, str]:
    """The names of areas by their ids, those that repeat with areas above. One query, if any repeats."""
    return apart(names, _above)


def apart(
    names: Mapping[Key, str], above: Callable[[Collection[Key]], Mapping[Key, Sequence[str]]]
) -> dict[Key, str]:
    """The same of whatever lies in areas: `above` names these, the nearest first, for what repeats."""
    alike: dict[str, list[Key]] = defaultdict(list)
    for key, name in names.items():
        alike[name].append(key)
    groups = [keys for keys in alike.values() if len(keys) > 1]
    found = dict(names)
    if not groups:
        return found
    lines = above([key for keys in groups for key in keys])
    for keys in groups:

        def at(height: int, keys: list[Key] = keys) -> dict[Key, str]:
            return {key: bracketed(names[key], lines[key][:height]) for key in keys}

        # The lowest height that tells most of them apart; nothing more is said where none does.
        tallest = max(len(lines[key]) for key in keys)
        height = max(range(tallest + 1), key=lambda height: len(set(at(height).values())))
        found.update(at(height))
    return found


def bracketed(name: str, places: Iterable[str]) -> str:
    """ "Xã Tam Hợp (Tương Dương)"; what has brackets keeps one pair: "Tổ (Xã Tam Hợp, Tương Dương)"."""
    told = ", ".join(places)
    if not told:
        return name
    return f"{name[:-1]}, {told})" if name.endswith(")") else f"{name} ({told})"


def _above(areas: Collection[int]) -> dict[int, Sequence[str]]:
    names = [f"{'parent__' * height}name" for height in (1, 2, 3)]
    rows = Area.objects.filter(pk__among=areas).order_by()
    found: dict[int, Sequence[str]] = dict.fromkeys(areas, ())
    found.update((pk, [name for name in line if name]) for pk, *line in rows.values_list("pk", *names))
    return found
