"""Looked through from the newest on or answered by the index of words: people find the same things.

Places and bodies live in rooms above; groups and content types stand for them.
"""

import random
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q

from kheo.lib.periods import BEGINNING
from kheo.search import index, newest
from kheo.search.engines import Engine, engine
from kheo.search.finding import MACHINE, _seen
from kheo.search.models import Document
from kheo.search.seen import Reached
from kheo.search.words import Question

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index hands out the newest first"),
]

QUESTIONS = [
    "đường",
    "duong",
    "kẻng",
    "hoa",
    "đường hoa",
    "hoà",
    "ke",
    "05-CT/TU",
    "đường 05-CT/TU",
    "nowhere",
]


@pytest.fixture
def documents():
    """Sixty initiatives, reports and plans of three communes and their bodies, words strewn about."""
    chance = random.Random(5)
    places = list(ContentType.objects.order_by("pk").values_list("pk", flat=True)[:3])
    bodies = [Group.objects.create(name=name).pk for name in ("Tam Quang", "Tam Hợp", "Hội Phụ nữ")]
    words = ["đường", "hoa", "hoà", "kẻng", "bò", "Đường", "kè", "05-CT/TU"]
    made = []
    for number in range(60):
        document = Document(
            kind=chance.choice(["initiative", "report", "report", "plan"]),
            object_id=str(number),
            title=" ".join(chance.sample(words, 2)),
            text=" ".join(chance.sample(words, 4)),
            numbers=chance.choice(["", "", "05xctxtu"]),
            area_id=chance.choice([*places, None]),
            unit_id=chance.choice([*bodies, None]),
            public=chance.random() < 0.3,
            day=BEGINNING,
        )
        engine().prepare(document)
        made.append(document)
    engine().write(made)
    return SimpleNamespace(places=places, bodies=bodies)


@pytest.fixture
def people(documents, monkeypatch):
    """Minh sees a place and a body, Hòa all places, Mai bodies of a line, Lan plans, a guest nothing."""
    places, bodies = ContentType.objects.filter(pk__in=documents.places), Group.objects.filter
    reached = {
        "minh": Reached(places.filter(pk=documents.places[0]), bodies(pk=documents.bodies[1])),
        "hoa": Reached(places=places),
        "mai": Reached(bodies=bodies(pk__in=documents.bodies[1:])),
    }

    def scope(who):
        return reached.get(who, Reached())

    def by_itself(who):
        return Q(object_id__gt="3") if who in ("minh", "lan") else Q(pk__in=[])

    kinds = {"initiative": (scope, None), "report": (scope, None), "plan": (None, by_itself)}
    monkeypatch.setattr(
        index,
        "_kinds",
        {
            kind: SimpleNamespace(kind=kind, reached=reached, scope=scope)
            for kind, (reached, scope) in kinds.items()
        },
    )
    return ["minh", "hoa", "mai", "lan", "guest", MACHINE]


@pytest.mark.parametrize("most", [1, 3, 51])
@pytest.mark.parametrize(
    ("few", "at_most", "span", "wide"),
    [(1, 2, 1, 5_000), (3, 10, 4, 5_000), (5, 30, 7, 0), (1_500, 15_000, 200_000, 5_000), (2, 60, 20, 5_000)],
)
def test_the_same_in_the_same_order(people, monkeypatch, few, at_most, span, wide, most):
    for name, value in (("FEW", few), ("MOST", at_most), ("SPAN", span), ("WIDE", wide), ("WIDER", 2)):
        monkeypatch.setattr(newest, name, value)
    found_by_anyone = 0
    for text in QUESTIONS:
        question = Question.of(text)
        for who, public in [*((who, False) for who in people), (None, True)]:
            seen = _seen(index.kinds(), who, public)
            by_the_index = Engine.found(engine(), seen, question, most)
            assert engine().found(seen, question, most) == by_the_index, (text, who)
            found_by_anyone += len(by_the_index)
    assert found_by_anyone > 50


def test_a_common_word_is_left_to_the_newest(people, monkeypatch):
    """Of what lies below the floor nothing is read, however much there is."""
    monkeypatch.setattr(newest, "FEW", 10)
    looked = newest.Newest(_seen(index.kinds(), "hoa", False), engine().steps(Question.of("duong")), 2)
    with connection.cursor() as cursor:
        looked.look(cursor)
    assert looked.floor > Document.objects.order_by("pk")[40].pk
    assert looked.looked_through <= 10


def test_a_rare_word_is_left_to_the_index(people, monkeypatch):
    monkeypatch.setattr(newest, "FEW", 10)
    looked = newest.Newest(_seen(index.kinds(), "hoa", False), engine().steps(Question.of("nowhere")), 2)
    with connection.cursor() as cursor:
        looked.look(cursor)
    assert looked.looked_through == 10
