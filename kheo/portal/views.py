"""What everyone may read without signing in. Every page asks `published` for its stories."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from kheo.fieldwork.figures import MEASURED, written
from kheo.fieldwork.models.field_reports import figures_of
from kheo.files.serving import photo_response
from kheo.initiatives.models import Initiative
from kheo.lib.periods import VIETNAM, today
from kheo.places.models import Area, Level
from kheo.places.paths import ids
from kheo.plans.models import current_movement
from kheo.portal import published
from kheo.portal.forms import FilterForm
from kheo.recognition.models import Recognition
from kheo.stories.models import Story
from kheo.ui.charts import BarChart
from kheo.ui.context import url_or_nothing
from kheo.ui.doors import open_door
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.ui.templatetags.kheo import number

LATEST = 6
A_PAGE = 24
# A visitor's spreadsheet: enough for a commune or a field, no burden for the machine.
MOST_ROWS = 5000
IN_FEED = 30
# Ids covered by one sitemap file; the format allows 50,000 addresses in each.
SITEMAP_SPAN = 5_000
COLUMNS: list[Any] = [
    (pgettext_lazy("story", "Title"), "title"),
    (gettext_lazy("Initiative"), "initiative.name"),
    (gettext_lazy("Field of work"), "field.name"),
    (gettext_lazy("Place"), "initiative.area.short_place"),
    (gettext_lazy("Year"), lambda row: str(row.year) if row.year else _("not known")),
    (gettext_lazy("Source"), "initiative.source_url"),
    (gettext_lazy("Published on"), "published_at"),
    (gettext_lazy("Sample"), "sample"),
]

View = Callable[..., HttpResponseBase]


def for_visitors(view: View) -> View:
    """Kept by caches for five minutes, so that a page taken down is gone everywhere soon.

    Colleagues who have signed in always see it as it is.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        known = request.user.is_authenticated
        response.headers.setdefault("Cache-Control", "private, no-cache" if known else "public, max-age=300")
        return response

    return shown


@open_door("The first address leads visitors to what is published and colleagues to their work.")
@require_safe
def root(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        return redirect(url_or_nothing("home") or "initiative_list")
    return redirect("public_home")


@open_door("Everyone may read what is published.")
@require_safe
@for_visitors
def home(request: HttpRequest) -> HttpResponseBase:
    everything = published.whole()
    latest = published.cards(published.stories(request).order_by(*published.NEWEST)[:LATEST])
    list_url = reverse("public_list")
    fields = BarChart(
        _("By field of work"),
        [(field.name, n, f"{list_url}?field={field.pk}") for field, n in everything.by_field],
        unit=_("initiatives"),
    )
    context = {
        "whole": everything,
        "latest": latest,
        "fields": fields,
        "map": _map(everything),
        "movement": current_movement(),
        "province": Area.objects.on(today()).of_level(Level.PROVINCE).order_by("pk").first(),
    }
    return render(request, "portal/home.html", context)


def _map(everything: published.Whole) -> Any:
    return everything.map(_("Published initiatives by commune and ward"), _("initiatives"))


@open_door("Everyone may read what is published.")
@require_safe
@for_visitors
def story_list(request: HttpRequest) -> HttpResponseBase:
    form = FilterForm(request.GET)
    chosen = form.chosen()
    rows = published.narrowed(published.stories(request), chosen)
    if wants_xlsx(request):
        return xlsx_response("mo-hinh-da-cong-bo.xlsx", COLUMNS, rows.order_by(*published.NEWEST)[:MOST_ROWS])
    page = keyset_page(rows, request, published.NEWEST, size=A_PAGE)
    if page.total is not None:
        said = ngettext("%(n)s initiative", "%(n)s initiatives", page.total) % {"n": number(page.total)}
        page = replace(page, total_text=said)
    context = {"page": page, "cards": published.cards(page.rows), "form": form, "chosen": chosen}
    return render(request, "portal/list.html", context)


@open_door("Everyone may read what is published.")
@require_safe
@for_visitors
def story_map(request: HttpRequest) -> HttpResponseBase:
    everything = published.whole()
    return render(request, "portal/map.html", {"whole": everything, "map": _map(everything)})


@open_door("Everyone may read what is published.")
@require_safe
@for_visitors
def initiative(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    rows = published.stories(request).select_related("initiative__practice", "initiative__commune")
    story = get_object_or_404(rows, initiative=pk)
    found = story.initiative
    right = published.slug(found.name)
    if slug != right:
        return HttpResponsePermanentRedirect(published.address(found))
    photos = story.shown_photos()
    alike = Story.objects.none()
    if found.practice_id:
        alike = published.stories(request).filter(initiative__practice=found.practice_id).exclude(pk=story.pk)
    recognitions = Recognition.objects.standing().filter(initiative=found)
    context = {
        "story": story,
        "initiative": found,
        "photos": photos,
        "cover": photos[0] if photos else None,
        "more_photos": photos[1:],
        "now": place_now(found.area),
        "figures": figures(found),
        "recognitions": recognitions.select_related("tier", "decision__committee"),
        "alike": published.cards(alike.order_by(*published.NEWEST)[:3]),
    }
    return render(request, "portal/initiative.html", context)


def place_now(area: Area) -> Area | None:
    """The commune of today a place of the past lies in, or what is known of it; None if it is the same."""
    commune = area.commune
    if commune is None or commune.path_now == commune.path:
        return None
    return Area.objects.with_place().filter(pk=ids(commune.path_now)[-1]).first()


def figures(found: Initiative) -> list[tuple[Any, str]]:
    """(label, amount in words) over the accepted reports of an initiative, in the order of the measures."""
    names = {each.label: name for name, each in MEASURED.items()}
    return [(label, written(names[label], amount)) for label, amount, _unit in figures_of(found)]


@open_door("A photo in a published story may be seen by everyone.")
@require_safe
def photo(request: HttpRequest, key: UUID, size: str) -> HttpResponseBase:
    used = published.photo_of(key)
    if used is None:
        raise Http404
    return photo_response(request, used.photo, size, public=True)


@open_door("Leads from a story to its public page; what is not published leads nowhere.")
@require_safe
def story_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    story = get_object_or_404(Story.objects.published().select_related("initiative"), pk=pk)
    return redirect(published.address(story.initiative))


# For machines that read: feeds, search engines


def absolute(path: str) -> str:
    """With the address of this installation; a visitor's Host header is not believed."""
    return settings.SITE_ADDRESS.rstrip("/") + path


@open_door("News readers fetch what is published.")
@require_safe
@for_visitors
def feed(request: HttpRequest) -> HttpResponseBase:
    news = Rss201rev2Feed(
        title=_("Khéo: what people achieve together"),
        link=absolute(reverse("public_home")),
        description=_("Newly published initiatives of the movement in Nghệ An"),
        language="vi",
        feed_url=absolute(reverse("public_feed")),
    )
    for card in published.cards(published.stories(request).order_by(*published.NEWEST)[:IN_FEED]):
        link = absolute(card.url)
        news.add_item(
            title=card.story.title,
            link=link,
            unique_id=f"{link}#{card.story.version}",
            description=card.story.lead,
            pubdate=card.story.published_at,
            categories=[card.story.field.name],
        )
    return HttpResponse(news.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")


@open_door("Search engines are told what they may read.")
@require_safe
@for_visitors
def sitemap(request: HttpRequest, part: int | None = None) -> HttpResponseBase:
    stories = published.shown_to(request).order_by()
    if part is None:
        last = stories.aggregate(last=Max("initiative"))["last"] or 0
        parts = [absolute(reverse("sitemap_part", args=[n])) for n in range(last // SITEMAP_SPAN + 1)]
        context: dict[str, Any] = {"parts": parts}
    else:
        here = stories.filter(initiative__gte=part * SITEMAP_SPAN, initiative__lt=(part + 1) * SITEMAP_SPAN)
        rows = here.order_by("initiative").values_list("initiative", "initiative__name", "published_at")
        pages = [
            (absolute(published.address_of(pk, name)), when.astimezone(VIETNAM).date().isoformat())
            for pk, name, when in rows
        ]
        if part == 0:
            fixed = ("public_home", "public_list", "public_map")
            pages = [*((absolute(reverse(name)), "") for name in fixed), *pages]
        context = {"pages": pages}
    return render(request, "portal/sitemap.xml", context, content_type="application/xml")


@open_door("Search engines are told what they may read.")
@require_safe
@for_visitors
def robots(request: HttpRequest) -> HttpResponseBase:
    lines = [
        "User-agent: *",
        "Allow: /$",
        "Allow: /cong-khai/",
        "Allow: /static/",
        "Disallow: /",
        f"Sitemap: {absolute(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
