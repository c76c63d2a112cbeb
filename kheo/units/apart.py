"""What bodies are called where they stand together, so that one of several of a name can be chosen."""

from collections.abc import Iterable

from kheo.places.apart import apart
from kheo.units.models import Unit

# Loaded with the bodies, so that what lies above them is known without a query.
PLACE = "area__parent__parent__parent"


def told_apart(units: Iterable[Unit]) -> dict[int, str]:
    """By id the name with the place, and where that repeats with what lay above it in the body's own time:
    "Đảng ủy xã Tam Hợp (Tương Dương)".
    """
    known = {unit.pk: unit for unit in units}
    return apart(
        {pk: unit.with_area for pk, unit in known.items()},
        lambda alike: {pk: [area.name for area in known[pk].area.upward()[1:]] for pk in alike},
    )
