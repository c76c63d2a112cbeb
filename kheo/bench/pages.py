"""Pages at full size, as those who open them: through the real views, with everything a request does.

Beside a list stands the plain query for as many rows, unscoped and without a page around it; beside a search
the plain LIKE; beside figures the plain GROUP BY over the records themselves.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.urls import reverse

from kheo.bench import bench
from kheo.bench.growth import PEOPLE, UNTIL, World, conditions, world
from kheo.demo.invented import RARE
from kheo.fieldwork.models import FieldReport, ReportFigure
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.periods import Period
from kheo.lib.vietnamese import fold
from kheo.stories.models import Story
from kheo.tallies.figures import By, Reading

# The year of a page, and the last one counted wholly in the structure before the reorganisation.
YEAR, LAST_YEAR = 2025, Period.year(2024)
COMMON, COMMON_TWO, NEVER = "đường", "mo hinh", "xyzzy"
RUNS = 25
Ask = Callable[[World], Any]


def page(address: str, who: str) -> Ask:
    """A request of one person, from the address to the last byte of the page."""

    def get(at: World) -> Any:
        response = at.people[who].get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code} to {who}.")
        return response

    return get


@cache
def deep(address: str, who: str) -> str:
    """The address of the 21st page of a list, or of its last one: by key, the way people leaf there."""
    for _leaf in range(20):
        links = re.findall(r'href="(\?[^"]*after=[^"]*)"', page(address, who)(world()).content.decode())
        if not links:
            break
        address = address.split("?")[0] + links[-1].replace("&amp;", "&")
    return address


def deep_page(address: str, who: str) -> Ask:
    return lambda at: page(deep(address, who), who)(at)


def register(name: str, work: Ask, baseline: Ask | None, who: str) -> None:
    bench(
        f"{name}.{who}",
        baseline=baseline,
        needs=world,
        runs=RUNS,
        conditions=lambda: f"{PEOPLE.get(who, 'a visitor')}; {conditions()}",
    )(work)


# Registrations, initiatives, reports

ENROLMENTS, INITIATIVES, REPORTS = (
    reverse("enrolment_list"),
    reverse("initiative_list"),
    reverse("field_report_list"),
)


def plain_enrolments(at: World) -> Any:
    rows = Enrolment.objects.exclude(state="withdrawn").select_related("initiative", "field")
    return list(rows.order_by("initiative__sort_key", "pk")[:51])


def plain_enrolments_of_a_year(at: World) -> Any:
    rows = Enrolment.objects.filter(year=YEAR, state="approved").select_related("initiative", "field")
    return list(rows.order_by("initiative__sort_key", "pk")[:51])


def plain_initiatives(at: World) -> Any:
    return list(Initiative.objects.order_by("sort_key", "pk")[:51])


def plain_reports(at: World) -> Any:
    return list(FieldReport.objects.order_by("-pk")[:51])


for who in PEOPLE:
    filtered = f"{ENROLMENTS}?{urlencode({'year': YEAR, 'state': 'approved'})}"
    named = f"{ENROLMENTS}?{urlencode({'q': 'tieng keng', 'year': YEAR})}"
    register("registrations.first", page(ENROLMENTS, who), plain_enrolments, who)
    register("registrations.deep", deep_page(ENROLMENTS, who), plain_enrolments, who)
    register("registrations.newest", page(f"{ENROLMENTS}?sort=newest", who), plain_enrolments, who)
    register("registrations.filtered", page(filtered, who), plain_enrolments_of_a_year, who)
    register("registrations.named", page(named, who), plain_enrolments_of_a_year, who)
    register("initiatives.first", page(INITIATIVES, who), plain_initiatives, who)
    register("reports.first", page(REPORTS, who), plain_reports, who)
    register("reports.deep", deep_page(REPORTS, who), plain_reports, who)


# Search


def plain_search(word: str, at: World) -> Any:
    """Every name and every narrative that holds the word."""
    found = list(Initiative.objects.filter(folded__contains=fold(word)).order_by("-pk")[:51])
    return found or list(FieldReport.objects.filter(narrative__icontains=word).order_by("-pk")[:51])


for name, text in (("common", COMMON), ("two_common", COMMON_TWO), ("rare", RARE), ("never", NEVER)):
    beside = partial(plain_search, text)
    for who in PEOPLE:
        register(f"search.{name}", page(f"{reverse('search')}?{urlencode({'q': text})}", who), beside, who)


# Dashboard and figures


def plain_figures(period: Period, at: World) -> Any:
    """What the dashboard shows of a year, from the records: enrolments, then each measure of the reports."""
    enrolled = (
        Enrolment.objects.counted()
        .filter(year=period.first.year)
        .order_by()
        .values_list("initiative__commune", "field", "kind")
        .annotate(n=Count("pk"))
    )
    reported = (
        ReportFigure.objects.filter(
            report__state="accepted", report__happened_on__range=(period.first, period.last)
        )
        .order_by()
        .values_list("report__enrolment__initiative__commune", "report__enrolment__field", "measure")
        .annotate(n=Sum("amount"))
    )
    return list(enrolled), list(reported)


def figures(day: date, by: By, who: str) -> Ask:
    def read(at: World) -> Any:
        return Reading(LAST_YEAR, structure=day, who=at.posts[who]).by(by)

    return read


PLAIN_YEAR, PLAIN_LAST_YEAR = (partial(plain_figures, each) for each in (Period.year(YEAR), LAST_YEAR))
READ_BY: tuple[By, ...] = ("area", "field", "line")
for who in PEOPLE:
    register(
        "dashboard",
        page(f"{reverse('dashboard')}?year={YEAR}", who),
        PLAIN_YEAR,
        who,
    )
    for by in READ_BY:
        register(
            f"figures.then.{by}",
            figures(LAST_YEAR.structure_day(), by, who),
            PLAIN_LAST_YEAR,
            who,
        )
        register(f"figures.restated.{by}", figures(UNTIL, by, who), PLAIN_LAST_YEAR, who)


# What everyone may read


def plain_public(at: World) -> Any:
    return list(Story.objects.filter(state="published").order_by("-published_at")[:25])


def plain_map(at: World) -> Any:
    published = Story.objects.filter(state="published", initiative__public=True).order_by()
    return list(published.values_list("commune", "field").annotate(n=Count("pk")))


for name, address, plain in (
    ("public.home", reverse("public_home"), plain_map),
    ("public.map", reverse("public_map"), plain_map),
    ("public.list", reverse("public_list"), plain_public),
):
    register(name, page(address, "anyone"), plain, "anyone")
register("public.deep", deep_page(reverse("public_list"), "anyone"), plain_public, "anyone")
