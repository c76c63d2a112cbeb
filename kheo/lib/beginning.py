"""What a new installation is given before anybody works in it: a room adds it in `apps.py`.

    beginning.add("areas", _("Areas and bodies"), founding.found, 10)

Nothing invented belongs here. Each work is done in one transaction, and doing it twice changes nothing, so
that a beginning that was cut off is done again.
"""

from kheo.lib.nightly import Works

beginning = Works()
