"""When a version that contradicts a record is right after all: its words become a correction of that record.

At most one content of an id is ever accepted, so the version itself is laid aside and says where its words
went; its photos that have come go to the content that was accepted.
"""

import dataclasses
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.fieldwork.models.versions import State, Version
from kheo.initiatives.models import Enrolment
from kheo.lib.refusals import Refused
from kheo.offline import envelopes, intake, kinds, photos, told
from kheo.offline.kinds import Waits
from kheo.offline.models import Delivery
from kheo.units.models import Post


def standing(delivery: Delivery) -> Delivery | None:
    """The content of its id that became a record, if one did."""
    return Delivery.objects.of_envelope(delivery.envelope).filter(state=Delivery.State.ACCEPTED).first()


def take_over(delivery: Delivery, *, by: Post) -> Any:
    """Correct the record with what this version says, by the record's own verbs. Answers the record.

    An accepted report gets a corrected version, what is still open is written anew; both are sent on as the
    phone asked. Raises Refused and changes nothing where the record takes no correction now.
    """
    kept = standing(delivery)
    if kept is None or kept.record is None:
        raise Refused(_("No other version stands under its number. Take this one as it is."))
    if delivery.kind not in ("report", "unit_report", "registration"):
        raise Refused(_("What it was about is decided line by line. Put it right on the page of each."))
    try:
        with transaction.atomic():
            record = _opened(kept.record, delivery, by)
            name = (
                {"enrolment": str(record.pk)}
                if isinstance(record, Enrolment)
                else {"series": str(record.series)}
            )
            # Another id than the record's: so it is read as a correction of it.
            envelope = dataclasses.replace(envelopes.again(delivery, name), id=uuid.uuid4())
            form, _notes = intake.readable(envelope, by)
            filed = kinds.KINDS[delivery.kind].file(form, envelope, by)
            here = set(kept.photos.values_list("sha256", flat=True))
            come = delivery.photos.filter(arrived_at__isnull=False, attached_at=None)
            come.exclude(sha256__in=here).update(delivery=kept)
            delivery._decide(
                "delivery_taken_over",
                by=by,
                state=Delivery.State.WITHDRAWN,
                why="taken_over",
                told={"number": kept.number},
            )
            photos.follow_up(kept)
    except Waits as waits:
        raise Refused(told.about(waits.why, waits.told)) from None
    return filed.record


def _opened(record: Any, delivery: Delivery, by: Post) -> Any:
    """The record as it may be written: the last version of a report, a new one where that is accepted."""
    if not isinstance(record, Version):
        return record
    last = record.versions.first()
    if last.state == State.ACCEPTED:
        return last.correct(by=by, reason=_("Version %s from the phone is right.") % delivery.number)
    if last.state == State.SENT:
        raise Refused(
            _("The record waits to be received. Once it is received or returned, take this version over.")
        )
    return last
