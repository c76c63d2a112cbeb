"""How much a link takes: enough for a hall full of people behind one address, too little to bury the desk.

A link's day holds more than one address may fill, so that whoever hammers leaves room for the others.
"""

from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from kheo.lib.periods import VIETNAM, today
from kheo.lib.refusals import Refused
from kheo.submissions.models.knocks import Knock

LINK_A_DAY = 500
ADDRESS_A_DAY = 200
# What may wait at one desk unanswered.
WAITING = 1_000
CORRECTIONS = 30
WRONG_CODES = 20
WRONG_CODE_MINUTES = 15
# A person does not fill the form faster.
SECONDS_TO_FILL = 3


def check_sending(link: Any, address: str | None) -> None:
    """Refuse, with a sentence, what comes above the day's measure of the link or of the address."""
    midnight = datetime.combine(today(), time.min, VIETNAM)
    office = {"office": link.office.today}
    if link.submissions.filter(sent_at__gte=midnight)[:LINK_A_DAY].count() >= LINK_A_DAY:
        raise Refused(
            _(
                "Today this link has taken as many registrations as it can. Send yours tomorrow, "
                "or ask %(office)s."
            )
            % office
        )
    if link.submissions.waiting()[:WAITING].count() >= WAITING:
        raise Refused(
            _("Too many registrations wait at %(office)s at the moment. Try again in a few days.") % office
        )
    if Knock.objects.recent(Knock.SENT, address, 24 * 60, link.pk) >= ADDRESS_A_DAY:
        raise Refused(
            _(
                "Very many registrations have come from your network today. Send yours tomorrow or through "
                "another network, or ask %(office)s."
            )
            % office
        )


def check_correcting(submission: Any) -> None:
    if submission.version >= CORRECTIONS:
        raise Refused(
            _("It has been corrected very often. Ask %(office)s for what is still to be changed.")
            % {"office": submission.link.office.today}
        )


def check_code_tries(address: str | None) -> None:
    """Refuse whoever has tried too many wrong codes."""
    if Knock.objects.recent(Knock.WRONG_CODE, address, WRONG_CODE_MINUTES) >= WRONG_CODES:
        raise Refused(
            _("Too many wrong codes from your network. Wait %(minutes)d minutes, then type it once more.")
            % {"minutes": WRONG_CODE_MINUTES}
        )
