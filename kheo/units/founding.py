"""How a new installation comes to its areas and bodies: as they were, and then reorganised.

The structure before 1 July 2025 is founded first, so that what is entered of earlier years has its place, and
the reorganisation is carried out as any later one will be.
"""

from django.db import transaction
from django.utils.translation import ngettext

from kheo.places import loading as areas
from kheo.units import loading, reorganise
from kheo.units.models import Unit


def found() -> str:
    """Load the areas, found the bodies, carry out what was decided since. Twice changes nothing."""
    areas.load_before()
    with transaction.atomic():
        loading.load(areas.DISTRICTS_ENDED)
    for plan in reorganise.known_plans():
        reorganise.carry_out(plan)
    bodies = Unit.objects.living().count()
    return ngettext("%(n)s body today", "%(n)s bodies today", bodies) % {"n": bodies}
