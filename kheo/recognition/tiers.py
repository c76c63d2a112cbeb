"""The tiers shipped; a province renames, adds and ends them as data."""

from typing import Any

SHIPPED = [
    ("co_so", "Cấp cơ sở"),
    ("xa", "Cấp xã"),
    ("huyen", "Cấp huyện"),
    ("tinh", "Cấp tỉnh"),
    ("tieu_bieu", "Tiêu biểu"),
]


def ship_tiers(model: Any) -> None:
    """Write the shipped tiers where they are missing; what an office has changed stays as it is.

    `model` is `Tier`, or a migration's picture of it. Districts ended on 30/6/2025: their tier names what
    was decided before, and can be chosen for such decisions only by its dates.
    """
    from datetime import date

    for order, (code, name) in enumerate(SHIPPED):
        dates = {"valid_to": date(2025, 7, 1)} if code == "huyen" else {}
        model.objects.get_or_create(code=code, defaults={"name": name, "order": order, **dates})
