"""The cast around a registration link: Nga opens it, a hamlet without an account sends through it."""

import time
import uuid
from datetime import timedelta
from typing import Any

from kheo.initiatives.tests.cast import Cast, cast
from kheo.lib.periods import today
from kheo.submissions.forms import SubmissionForm, form_number
from kheo.submissions.models import RegistrationLink, Submission
from kheo.units.models import ReachKind, Role
from kheo.units.tests import cast as people

__all__ = ["Cast", "opened", "sent", "typed", "world_with_two_registrars"]


def world_with_two_registrars() -> Any:
    """The cast, and Oanh, who receives beside Nga."""
    here: Any = cast()
    oanh = people.person("oanh", "Lô Thị Oanh")
    here.oanh = people.post(oanh, here.office, Role.REGISTRAR, ReachKind.PLACE)
    return here


def opened(world: Any, **days: Any) -> RegistrationLink:
    days.setdefault("closes", today() + timedelta(days=30))
    return RegistrationLink.objects.open(world.committee, world.movement, today().year, by=world.nga, **days)


def typed(world: Any, link: RegistrationLink, *, after: float = 60, **more: Any) -> dict[str, Any]:
    """What a sender's browser posts, a minute after the form was shown."""
    return {
        "body": "Chi bộ bản Bãi Xa",
        "hamlet": "bản Bãi Xa",
        "name": "Tiếng kẻng bình yên",
        "kind": "model",
        "field": world.economy.pk,
        "year_kind": "new",
        "goal": "86 hộ cùng tham gia",
        "contact_name": "Vi Thị Mai",
        "contact_phone": "0912 345 678",
        "consent": "on",
        "website": "",
        "number": form_number(link, time.time() - after),
        **more,
    }


def sent(world: Any, link: RegistrationLink, address: str = "10.0.0.1", **more: Any) -> Submission:
    """One submission, as the form hands it in."""
    form = SubmissionForm(typed(world, link, **more), link=link)
    assert form.is_valid(), form.errors
    return Submission.objects.send(link, form.cleaned_data, key=uuid.uuid4(), address=address)
