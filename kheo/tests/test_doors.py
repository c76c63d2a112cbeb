"""Every address is walked without signing in: it opens only where someone wrote down why it may."""

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern, URLResolver

from kheo.ui.doors import OPEN, why_open

# Something each converter accepts; what it names need not exist.
SAMPLES = {"int": 1, "str": "x", "slug": "x", "path": "x", "uuid": uuid.UUID(int=1)}


class Door(NamedTuple):
    path: str
    name: str
    view: Any
    # Whether the path holds samples: what it names doesn't exist.
    sampled: bool

    def open_because(self) -> str | None:
        return why_open(self.view) or OPEN.get(self.name)


def doors(patterns: list | None = None, before: str = "/", sampled: bool = False) -> Iterator[Door]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = before + filled_in(entry.pattern)
        parameters = sampled or bool(entry.pattern.converters)
        if isinstance(entry, URLResolver):
            yield from doors(entry.url_patterns, path, parameters)
        elif isinstance(entry, URLPattern):
            yield Door(path, entry.name or "", entry.callback, parameters)


def filled_in(pattern: Any) -> str:
    """The route with a sample in place of each of its parameters."""
    if not isinstance(pattern, RoutePattern):
        raise AssertionError(
            f"{pattern} is a regular expression; write it with path(), so that it can be walked."
        )
    route = pattern._route
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        sample = SAMPLES.get(kind, getattr(converter, "sample", None))
        assert sample is not None, f"Give the converter {type(converter).__name__} a `sample`."
        value = converter.to_url(sample)
        start = route.index("<")
        assert name in route[start : route.index(">")]
        route = route[:start] + value + route[route.index(">") + 1 :]
    return route


def leads_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].split("?")[0] == resolve_url(
        settings.LOGIN_URL
    )


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_closed_doors_lead_to_the_sign_in(method):
    # A crash behind a closed door means that someone got in: it is a fault like any other answer.
    client = Client(raise_request_exception=False)
    entered = [
        f"{method.upper()} {door.path} ({door.name}) answered {response.status_code}"
        for door in doors()
        if not door.open_because()
        and not leads_to_sign_in(response := getattr(client, method)(door.path))
        and response.status_code not in (404, 405)
    ]
    assert not entered


@pytest.mark.django_db
def test_a_program_is_told_to_sign_in():
    client = Client(raise_request_exception=False, headers={"Accept": "application/json"})
    closed = [door for door in doors() if not door.open_because()]
    assert closed
    assert {client.get(door.path).status_code for door in closed} <= {401, 404, 405}


@pytest.mark.django_db
def test_open_doors_open():
    client = Client(raise_request_exception=False)
    stuck = []
    for door in doors():
        if door.open_because():
            response = client.get(door.path)
            # Signing out ends at the sign-in page, whoever one is.
            shut = leads_to_sign_in(response) and door.name != "account_logout"
            if shut or response.status_code >= 500:
                stuck.append(f"{door.path} ({door.name}) is called open but answered {response.status_code}")
    assert not stuck


def test_every_reason_says_something():
    short = {
        door.path: reason for door in doors() if (reason := door.open_because()) and len(reason.split()) < 3
    }
    assert not short


def test_the_list_of_open_doors_names_no_door_that_is_gone():
    known = {door.name for door in doors()}
    assert set(OPEN) <= known
