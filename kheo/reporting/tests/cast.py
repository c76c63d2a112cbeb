"""A year with something of everything: two initiatives of Tam Quang, one published of its neighbour."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kheo.fieldwork.tests.cast import accepted, running
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.tests.cast import Cast, cast
from kheo.places import lineage
from kheo.places.models import GSO, Area, AreaCode
from kheo.recognition.tests.cast import decided
from kheo.reporting.forms import QuestionForm
from kheo.reporting.records import Question


@dataclass
class Year:
    """2026: the road is new, reported on, recognised; the bell continued and has ended; one is published."""

    cast: Cast
    road: Enrolment
    bell: Enrolment
    published: Initiative


def year_of(people: Cast | None = None) -> Year:
    people = people or cast()
    for number, area in enumerate(Area.objects.communes()):
        AreaCode.objects.create(area=area, system=GSO, code=f"c{number}", valid_from=area.valid_from)
    lineage.recompute()
    road = running(people)
    bell = running(people, "Tiếng kẻng bình yên", kind_of_year="continuing", field=people.security)
    accepted(people, road)
    decided(people, road.initiative)
    bell.initiative.refresh_from_db()
    bell.initiative.end(by=people.vinh, on=date(2026, 8, 1), reason="Bà con chuyển nơi ở")
    return Year(people, road, bell, published(people))


def published(
    people: Cast, name: str = "Bữa sáng cho em", year: int | None = 2026, **facts: Any
) -> Initiative:
    facts = {
        "movement": people.movement,
        "field": people.economy,
        "owner": people.world.dang_uy_tam_hop,
        "area": people.world.tam_hop,
        "source_url": "https://example.com/bai",
        "source_id": name,
        **facts,
    }
    return Initiative.objects.known_from_publication(year=year, name=name, **facts)


def asked_at(url: str, who: Any) -> Question:
    """The question an address of the page asks."""
    from django.http import QueryDict

    question = QuestionForm(QueryDict(url.partition("?")[2])).question(who)
    assert question is not None, url
    return question
