"""Each night some communes are counted anew, so that all have been within a month.

All of them at once would take minutes in a large province (`kheo tallies verify` does it on demand).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places.models import Area, Level
from kheo.tallies.counting import verify

# So many nights until every commune has had its turn.
NIGHTS = 30


def every_night() -> str:
    """Prove the cells of tonight's communes. Raises Refused, naming the first that differs."""
    communes = of_night(today())
    compared, wrong = verify(communes)
    if wrong:
        # Between two looks somebody may have reported: what stays wrong at one moment is wrong.
        with at_one_moment():
            compared, wrong = verify(communes)
    if wrong:
        raise Refused(
            ngettext(
                "%(wrong)s of %(n)s cell differs from its records. The first: %(first)s "
                "Run “kheo tallies rebuild” and tell who looks after Kheo.",
                "%(wrong)s of %(n)s cells differ from their records. The first: %(first)s "
                "Run “kheo tallies rebuild” and tell who looks after Kheo.",
                compared,
            )
            % {"wrong": len(wrong), "n": compared, "first": wrong[0].sentence}
        )
    return _("%(cells)s cells of %(communes)s communes hold what their records say.") % {
        "cells": compared,
        "communes": len(communes),
    }


def of_night(day: date) -> list[int]:
    """The ids of the communes, of any time, and of their parts, whose turn it is on a day."""
    areas = Area.objects.filter(level__in=(Level.COMMUNE, Level.PART)).annotate(turn=F("pk") % NIGHTS)
    return list(areas.filter(turn=day.toordinal() % NIGHTS).order_by("pk").values_list("pk", flat=True))


@contextmanager
def at_one_moment() -> Iterator[None]:
    """Inside, whatever is read is of one moment. On SQLite nobody writes meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
