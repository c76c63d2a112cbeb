"""The people of a unit as its administrator sees them: posts, accounts, and what each account waits for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.accounts.models import SignInRule, User
from kheo.audit.models import record
from kheo.lib.formats import short_date
from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold
from kheo.units.models import Post, Role, Unit

STATES = ("asked", "asleep", "soon", "new", "closed")


def people_of(post: Post | None) -> Any:
    """The people who hold, held or will hold a post at a body whose people `post` administers."""
    return User.objects.filter(pk__in=Post.objects.managed_by(post).order_by().values("user"))


def in_state(people: Any, state: str, rule: SignInRule) -> Any:
    """Narrow people to those whose account asked to be reopened, sleeps, sleeps soon, is new or closed."""
    if state == "asked":
        return people.asleep(rule).exclude(asked_to_reopen=None)
    if state == "asleep":
        return people.asleep(rule)
    if state == "soon":
        asleep = people.asleep(rule).values("pk")
        return people.asleep(rule, ahead=rule.remind_days).exclude(pk__in=asleep)
    if state == "new":
        return people.not_yet_in()
    if state == "closed":
        return people.filter(is_active=False)
    return people


def with_posts(people: Any) -> Any:
    """Each person with their unended posts in `unended` and the number of their PINs in `pin_count`."""
    unended = Post.objects.not_ended().select_related("unit__area").order_by("valid_from", "pk")
    return people.prefetch_related(Prefetch("posts", queryset=unended, to_attr="unended")).annotate(
        pin_count=Count("pins", filter=Q(pins__removed_at=None), distinct=True)
    )


def may_run_account(by: Post, person: User) -> str:
    """Why `by` may not give codes to, close or reopen this person's account; "" where they may.

    A code opens everything the person may do, so `by` must administer each body the person acts for; the
    account of a system administrator is run by another one alone.
    """
    posts = getattr(person, "unended", None)
    if posts is None:
        posts = list(Post.objects.not_ended().filter(user=person).select_related("unit__area"))
    if by.role not in (Role.ADMIN, Role.UNIT_ADMIN) or not by.is_current:
        return _("Only administrators run the accounts of others.")
    if by.role != Role.ADMIN and any(post.role == Role.ADMIN for post in posts):
        return _("This person administers the system: another system administrator does this.")
    outside = [post for post in posts if not by.manages(post.unit)]
    if outside:
        return _(
            "This person also acts for %(unit)s. Its administrator, or the one above both, does this."
        ) % {"unit": outside[0].unit}
    return ""


def require_account(by: Post, person: User) -> None:
    if sentence := may_run_account(by, person):
        raise Refused(sentence)


def add_person(
    *, by: Post, unit: Unit, full_name: str, phone: str | None, username: str = "", **post: Any
) -> Post:
    """A new account with its first post. The account opens once a slip is printed."""
    by.require_management_of(unit)
    by.require_right_to_give(post["role"])
    with transaction.atomic():
        taken = set(User.objects.values_list("username", flat=True))
        name = username or free_user_name(full_name, unit, taken)
        if name in taken:
            raise Refused(_("Another account has this user name. Choose another."))
        user = User.objects.prepared(name, full_name=full_name, phone=phone, must_change_password=True)
        user.save()
        record(user, "created", by=by)
        made: Post = Post.objects.give(by=by, user=user, unit=unit, **post)
    return made


def correct(person: User, *, by: Post, full_name: str, phone: str | None) -> None:
    """Put a name or a phone number right; the user name stays, because slips and habits hold it."""
    require_account(by, person)
    changes: dict[str, list] = {}
    if person.full_name != full_name:
        changes["full_name"] = [person.full_name, full_name]
    if person.phone != phone:
        # The journal names the number without copying it.
        changes["phone"] = [None, None]
    if not changes:
        return
    person.full_name, person.phone = full_name, phone
    with transaction.atomic():
        person.save(update_fields=["full_name", "phone"])
        record(person, "changed", by=by, changes=changes)


def leave(person: User, *, by: Post, on: Any, reason: str = "") -> int:
    """The person leaves the bodies `by` administers on a day. Answers how many posts end.

    Who then holds no post anywhere, today or later, has the account closed at once. Drafts, reports and all
    that waits belong to the unit and stay there.
    """
    posts = [
        post
        for post in Post.objects.not_ended().filter(user=person).select_related("unit__area", "user")
        if by.manages(post.unit)
    ]
    if not posts:
        raise Refused(_("This person holds no post that you administer."))
    for post in posts:
        by.require_right_to_give(post.role)
    with transaction.atomic():
        for post in posts:
            if post.valid_to > on:
                post.end(by=by, on=on, reason=reason)
        left = not Post.objects.not_ended().filter(user=person).exists()
        if left and person.is_active:
            person.close(by=by, reason=reason)
    return len(posts)


def reopen(people: Iterable[User], *, by: Post) -> int:
    """Wake each of these accounts that sleeps, or open it again; answers how many were."""
    people = list(people)
    for person in people:
        require_account(by, person)
    opened = 0
    with transaction.atomic():
        for person in people:
            if not person.is_active or person.is_asleep():
                person.reopen(by=by)
                opened += 1
    return opened


# ---- user names ----


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isascii() and c.isalnum())


def free_user_name(full_name: str, unit: Unit, taken: set[str]) -> str:
    """A user name by the rule: the given name and the place, without accents: "minh.tamquang".

    Taken, the initials of what stands before the given name come first ("lvminh.tamquang"), then the
    whole name, then a number. Nothing in it can be misread: small letters, one dot, at most one number.
    """
    words = [_letters(word) for word in full_name.split()]
    words = [word for word in words if word] or ["nguoidung"]
    given, before = words[-1][:20], words[:-1]
    place = _letters(unit.area.name)[:30] or "donvi"
    candidates = [given, "".join(word[0] for word in before) + given, ("".join(before) + given)[:28]]
    for first in candidates:
        if (name := f"{first}.{place}") not in taken:
            return name
    number = 2
    while (name := f"{given}{number}.{place}") in taken:
        number += 1
    return name


# ---- as the page shows it ----


@dataclass
class Person:
    """One person of a list, with what their account waits for in words and a tone (`status`)."""

    user: User
    posts: list[Post]
    state: str
    tone: str
    why_not: str = ""
    may: dict[str, bool] = field(default_factory=dict)
    reminder: str = ""

    @property
    def last(self) -> Any:
        return self.user.last_login


def described(
    people: Iterable[User], *, by: Post, rule: SignInRule, unit: Unit | None = None
) -> list[Person]:
    """The people of one page, read with `with_posts`; no further query."""
    found = []
    for user in people:
        held: list[Post] = user.unended  # type: ignore[attr-defined]
        posts = [post for post in held if unit is None or post.unit_id == unit.pk]
        state, tone = account_state(user, rule)
        person = Person(user, posts, state, tone, may_run_account(by, user))
        asleep = user.is_asleep(rule)
        person.may = {
            "reopen": not person.why_not and (asleep or not user.is_active),
            "slip": not person.why_not and user.is_active,
            "remind": sleeps_soon(user, rule) and not asleep,
        }
        if person.may["remind"]:
            person.reminder = reminder(user, rule)
        found.append(person)
    return found


def sleeps_soon(user: User, rule: SignInRule) -> bool:
    moment = user.sleeps_from(rule)
    return bool(user.is_active and moment and moment <= timezone.now() + timedelta(days=rule.remind_days))


def account_state(user: User, rule: SignInRule) -> tuple[str, str]:
    """What the account waits for, in words, and the tone they are shown in."""
    if not user.is_active:
        return _("closed"), "off"
    if user.is_asleep(rule):
        return (_("asleep, asks to be reopened"), "warn") if user.asked_to_reopen else (_("asleep"), "off")
    if user.must_change_password:
        if not user.has_code:
            return _("no slip yet"), "wait"
        if user.code_has_ended or user.code_until is None:
            return _("the code on the slip has ended"), "warn"
        until = short_date(user.code_until.astimezone(VIETNAM).date())
        return _("not signed in yet; the code holds until %(day)s") % {"day": until}, "wait"
    if sleeps_soon(user, rule):
        moment = user.sleeps_from(rule)
        assert moment is not None
        day = short_date(moment.astimezone(VIETNAM).date())
        return _("falls asleep on %(day)s unless they sign in") % {"day": day}, "wait"
    return _("in use"), "ok"


def reminder(user: User, rule: SignInRule) -> str:
    """A message to copy to somebody whose account will sleep soon."""
    moment = user.sleeps_from(rule)
    assert moment is not None
    return _(
        "Comrade %(name)s: your Khéo account (%(username)s) has not been used for some time and falls asleep"
        " on %(day)s. Please sign in once before then: %(url)s"
    ) % {
        "name": user.full_name,
        "username": user.username,
        "day": short_date(moment.astimezone(VIETNAM).date()),
        "url": settings.SITE_ADDRESS.rstrip("/") + reverse("account_login"),
    }


def attention(post: Post) -> dict[str, int] | None:
    """How many accounts this administrator should look at, by state; None where none. Two queries."""
    rule, now = SignInRule.objects.now(), timezone.now()
    held = Post.objects.managed_by(post).not_ended().order_by().values("user")
    people = User.objects.filter(pk__in=held, is_active=True, is_sample=False)
    asleep = Q(pk__in=[])
    soon = Q(pk__in=[])
    if rule.idle_days:
        edge = now - timedelta(days=rule.idle_days)
        asleep = Q(awake_since__lte=edge)
        soon = Q(awake_since__lte=edge + timedelta(days=rule.remind_days), awake_since__gt=edge)
    counts = people.aggregate(
        asked=Count("pk", filter=asleep & Q(asked_to_reopen__isnull=False)),
        asleep=Count("pk", filter=asleep),
        soon=Count("pk", filter=soon & Q(must_change_password=False)),
        new=Count("pk", filter=Q(must_change_password=True)),
    )
    return counts if any(counts.values()) else None


def future_and_past(person: User) -> Any:
    """All posts of a person, the unended first."""
    return (
        Post.objects.filter(user=person)
        .select_related("unit__area", "deputy_for__user", "continues")
        .order_by("-valid_to", "-valid_from", "pk")
    )
