"""How Kheo says no: with a sentence for the person, shown the same way everywhere."""

from datetime import datetime

from django.utils.translation import gettext as _

from kheo.lib.formats import moment


class Refused(Exception):
    """An action that may not be done now. `str(error)` is the sentence a person reads; it says what to do."""


class FasterColleague(Refused):
    """Somebody else changed the same record in the meantime."""


def was_faster(who: object, what: str, when: datetime) -> str:
    """The sentence of a `FasterColleague`: who did what to the record, and when."""
    return _("%(who)s was faster: %(what)s at %(when)s. Look at it again before you go on.") % {
        "who": who,
        "what": what,
        "when": moment(when),
    }
