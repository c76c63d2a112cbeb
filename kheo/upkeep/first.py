"""The first days of an installation: what it is given, and who may sign in first."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.audit.models import record
from kheo.lib.beginning import beginning
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places.models import Level
from kheo.units.models import Post, ReachKind, Role, Unit


def begin(say: Callable[[str], None]) -> None:
    """Give the installation what every room begins with. Twice changes nothing."""
    for work in beginning.works:
        said = work.run() or _("finished well")
        say(f"{work.label}: {said}")


def administrator(username: str, full_name: str, *, again: bool = False) -> str:
    """Make the first administrator and answer the one-time code, to be shown once; "" where one is at work.

    `again`: whether the code of one who has not signed in yet is replaced, because nobody saw the first.
    Refused when the user name cannot be one.
    """
    province = Unit.objects.filter(area__level=Level.PROVINCE, key="tinh_uy").first()
    if province is None:
        raise Refused(_("The areas are not loaded yet: kheo begin"))
    others = Post.objects.current().filter(role=Role.ADMIN, user__is_active=True, user__is_sample=False)
    if others.exclude(user__username=username.lower()).exists():
        return ""
    with transaction.atomic():
        user = User.objects.who_signs_in_as(username)
        made = user is None
        if user is None:
            user = User.objects.create_user(username, full_name=full_name)
            record(user, "created", reason=_("First administrator"))
        if not others.filter(user=user).exists():
            Post.objects.give(
                by=None,
                user=user,
                unit=province,
                role=Role.ADMIN,
                reach=ReachKind.PLACE,
                title=_("System administrator"),
                valid_from=today(),
            )
        new = made or not user.has_usable_password()
        waiting = user.must_change_password and again
        return user.set_temporary_password() if new or waiting else ""
