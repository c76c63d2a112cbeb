"""The cast of initiatives, with a running initiative or two and a decision that recognises them."""

from datetime import date
from typing import Any

from kheo.initiatives.models import Initiative
from kheo.initiatives.tests import cast as initiatives
from kheo.recognition.models import Decision, Tier
from kheo.recognition.tiers import ship_tiers

SIGNED = date(2026, 5, 19)


def running(cast: initiatives.Cast, name: str = "Tiếng kẻng bình yên", **facts: Any) -> Initiative:
    """An initiative of Tam Quang that is in this year's catalogue and has started."""
    initiative = initiatives.brought(initiatives.draft(cast, name, **facts), "approved", cast).initiative
    initiative.refresh_from_db()
    if initiative.state == Initiative.State.PROPOSED:
        initiative.start(by=cast.minh, on=date(2026, 3, 5))
    return initiative


def tier(code: str = "xa") -> Tier:
    # Tests that empty all tables lose what migrations have written.
    ship_tiers(Tier)
    return Tier.objects.get(code=code)


def decided(cast: initiatives.Cast, *found: Initiative, **facts: Any) -> Decision:
    """A decision of the commune's committee, written down by its head."""
    words = {
        "committee": cast.committee,
        "by": cast.binh,
        "number": "12-QĐ/BCĐ",
        "signed_on": SIGNED,
        "signer": "Trần Thanh Bình",
        "tier": tier(),
        **facts,
    }
    return Decision.objects.issue(initiatives=list(found), **words)
