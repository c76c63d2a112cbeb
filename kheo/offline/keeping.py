"""What is not kept longer than needed: the words of deliveries whose record has long kept everything."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from kheo.offline.models import Delivery
from kheo.offline.rules import days_contents_are_kept

AT_ONCE = 500


def empty_old() -> str | None:
    """Empty what is past its time, some hundred in a transaction. Doing it twice changes nothing."""
    before = timezone.now() - timedelta(days=days_contents_are_kept())
    emptied = 0
    while now := Delivery.objects.to_empty(before).order_by("pk")[:AT_ONCE].empty():
        emptied += now
    if not emptied:
        return None
    return ngettext("%(n)d delivery emptied.", "%(n)d deliveries emptied.", emptied) % {"n": emptied}
