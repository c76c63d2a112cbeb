"""Each page of the demonstration once, at both widths, before the person who uses it most."""

from typing import Any

import pytest

from kheo.tests.browser import DESK, PAGE_LIMIT, PHONE, faults_of
from kheo.tests.test_doors import doors
from kheo.tests.walk import NO_PAGE, Stop, pages, unfinished

pytestmark = pytest.mark.browser

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def post_of(who: str) -> tuple[Any, Any]:
    """The person and the post meant by "lam", "thu/clerk" or "lam/17" (the number of a unit)."""
    from kheo.accounts.models import User
    from kheo.units.models import Post

    name, _slash, acting = who.partition("/")
    user = User.objects.get(username=name)
    if not acting:
        return user, None
    mine = Post.objects.current().filter(user=user)
    return user, mine.get(unit_id=acting) if acting.isdigit() else mine.get(role=acting)


def in_order(stops: list[Stop]) -> list[Stop]:
    """Person after person: signing in again for each page would take longer than looking at it."""
    return sorted(stops, key=lambda stop: stop.who or "")


def test_each_page_holds_to_the_rules(demonstration, browser_page, sign_in):
    stops = in_order(list(pages(unfinished())))
    before: Any = ""
    faults = []
    for number, stop in enumerate(stops):
        if stop.who != before:
            browser_page.context.clear_cookies()
            if stop.who:
                sign_in(*post_of(stop.who))
            before = stop.who
        # The desk by day shows no more barriers than the phone does; every fourth page is also read at night.
        schemes = ("light", "dark" if number % 4 == 0 else "")
        found = faults_of(browser_page, stop.path, (PHONE, DESK), PAGE_LIMIT, schemes, pictures=False)
        faults += [f"{stop.name} as {stop.who}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def test_no_page_is_forgotten(demonstration, client):
    """A new address stands in `walk.pages`, takes only a form, or says in NO_PAGE why it shows no page."""
    client.force_login(demonstration("an"), backend=BACKEND)
    walked = {stop.name for stop in pages(unfinished())} | set(NO_PAGE)
    client.raise_request_exception = False
    forgotten = [
        f"{door.path} ({door.name})"
        for door in doors()
        if door.name not in walked and client.get(door.path).status_code != 405
    ]
    assert not forgotten
