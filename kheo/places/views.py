"""Areas on the screen: the list with its search, one area through time, and suggestions for a place field."""

from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kheo.lib.periods import FOREVER, today
from kheo.lib.vietnamese import fold
from kheo.places import borders, family, finding, structures
from kheo.places.forms import AreaSearch
from kheo.places.models import Area, AreaName, AreaQuerySet, AreaSuccession, Level
from kheo.ui.charts import Choropleth, Outlines
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response

SUGGESTIONS = 12


def areas(request: HttpRequest) -> HttpResponseBase:
    form = AreaSearch(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    day = None if asked.get("ever") else asked.get("on") or today()
    rows = _sought(asked.get("q", ""), asked.get("level") or Level.COMMUNE, day).with_place()
    if wants_xlsx(request):
        return xlsx_response(
            _("areas"),
            [
                (_("Area"), lambda area: area.name_on(day or area.valid_from)),
                (_("Belongs to"), lambda area: area.parent.full_name if area.parent else ""),
                (_("Code"), "code"),
                (_("First day"), lambda area: area.valid_from if area.valid_from > date(1900, 1, 1) else ""),
                (_("Last day"), lambda area: area.last_day or ""),
            ],
            rows.prefetch_related("codes", "names").order_by("sort_key", "pk"),
            title=_("Areas"),
        )
    page = keyset_page(rows.prefetch_related("codes", "names"), request, order=("sort_key", "id"))
    for row in page.rows:
        row.told_name = row.name_on(day or max(row.valid_from, date(1900, 1, 1)))
    matches = finding.find(asked["q"], on=day) if asked.get("q") and not page.rows else []
    words = {"form": form, "page": page, "day": day, "matches": matches}
    return render(request, "places/areas.html", words)


def _sought(text: str, level: str, day: date | None) -> AreaQuerySet:
    rows = Area.objects.visible_to(None).of_level(level)
    if day:
        rows = rows.on(day)
    folded = fold(text)
    if not folded:
        return rows
    names = AreaName.objects.filter(folded__contains=folded)
    if day:
        names = names.filter(valid_from__lte=day, valid_to__gt=day)
    here = rows.filter(pk__in=names.values("area_id"))
    if here.exists():
        return here
    # More than a name: "Tam Hợp, Tương Dương".
    found = finding.find(text, on=day, levels=[level])
    return rows.filter(pk__in=[match.area.pk for match in found if not match.other_time])


def area(request: HttpRequest, pk: int) -> HttpResponse:
    ties = AreaSuccession.objects.filter(known_to=FOREVER).order_by("on", "pk")
    rows = Area.objects.visible_to(request.user).with_place()
    area = get_object_or_404(
        rows.prefetch_related(
            "codes",
            Prefetch("names", AreaName.objects.order_by("valid_from", "pk")),
            Prefetch("origins", ties.select_related("predecessor__parent__parent"), to_attr="came_from"),
        ),
        pk=pk,
    )
    below = Area.objects.visible_to(request.user).filter(parent=area)
    hamlets = list(below.of_level(Level.HAMLET).in_vietnamese_order())
    # A province lists its communes of today, a district those of its last day.
    day = today() if area.lives else area.last_day or today()
    communes = list(
        Area.objects.on(day).communes().within(area).exclude(pk=area.pk).in_vietnamese_order()
        if area.level in (Level.PROVINCE, Level.DISTRICT)
        else []
    )
    words: dict[str, Any] = {
        "area": area,
        "communes": communes,
        "communes_day": day,
        "hamlets": hamlets,
        "became": area.decisions(),
        "heirs": [line for line in area.heirs_on(today()) if line.heir_id != area.pk],
        "namesakes": finding.namesakes(area),
        "picture": _picture(area),
    }
    return render(request, "places/area.html", words)


def area_family(request: HttpRequest, pk: int) -> HttpResponse:
    """What the area was and what it became, step by step."""
    area = get_object_or_404(Area.objects.visible_to(request.user).with_place(), pk=pk)
    words = {
        "steps": family.of_area(area),
        "name": area.full_name,
        "title": _("Family line of %s") % area.full_name,
        "url": area.get_absolute_url(),
        "of_bodies": False,
    }
    return render(request, "places/family.html", words)


def structures_map(request: HttpRequest, pk: int) -> HttpResponse:
    """A province's communes at any time, laid over the outlines of today: `?on=YYYY-MM-DD`."""
    provinces = Area.objects.visible_to(request.user).on(today()).of_level(Level.PROVINCE)
    province = get_object_or_404(provinces, pk=pk)
    found = structures.of_province(province)
    if not found:
        return render(request, "places/structures.html", {"province": province})
    try:
        shown = structures.on(found, date.fromisoformat(request.GET.get("on", "")))
    except ValueError:
        shown = found[-1]
    communes = list(Area.objects.on(today()).communes().within(province).prefetch_related("codes"))
    communes.sort(key=lambda commune: (commune.sort_key, commune.pk))
    outlines = borders.outlines_of(communes)
    drawn = Choropleth(
        _("Communes of the time %(span)s, by where they lie today") % {"span": shown.name},
        outlines,
        values={commune.pk: shown.lay_in(commune) for commune in communes},
        labels={commune.pk: commune.full_name for commune in communes},
        urls={commune.pk: reverse("area_family", args=[commune.pk]) for commune in communes},
        unit=_("communes of that time"),
        words={commune.pk: shown.in_words(commune) for commune in communes},
        words_head=_("Which lay here"),
        source=borders.SOURCE if outlines.paths else "",
        strong={commune.pk for commune in communes if commune.pk in shown.part},
    )
    words = {
        "province": province,
        "structures": found,
        "shown": shown,
        "position": found.index(shown),
        "today_count": len(communes),
        "map": drawn.html(),
        "has_outlines": bool(outlines.paths),
    }
    return render(request, "places/structures.html", words)


def _picture(area: Area) -> dict[str, Any] | None:
    """The province's outline with the commune (its heir, for a past one) filled, as SVG paths."""
    here = area.commune.today if area.commune else None
    whole: Outlines = borders.outlines()
    if here is None or here.code not in whole.paths or here.level != Level.COMMUNE:
        return None
    return {
        "area": here,
        "others": " ".join(path for code, path in whole.paths.items() if code != here.code),
        "path": whole.paths[here.code],
        "width": whole.width,
        "height": whole.height,
        "source": borders.SOURCE,
    }


def area_suggestions(request: HttpRequest) -> JsonResponse:
    """Areas of a day that fit what is being typed: `?q=…&on=YYYY-MM-DD&levels=commune,hamlet`.

    Answers {"areas": [{"id", "place", "note"}]}, at most twelve.
    """
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        day = today()
    asked = request.GET.get("levels", "").split(",")
    levels = [level for level in asked if level in Level.values] or [Level.COMMUNE]
    text = request.GET.get("q", "")[: finding.LONGEST]
    found = finding.suggest(text, day, limit=SUGGESTIONS, levels=levels)
    told = [{"id": area.pk, "place": area.full_place, "note": ""} for area in found]
    if not told:
        # What was typed may be of another time: say what it is on the day.
        for match in finding.find(text, on=day, levels=levels):
            here = match.area.heir_on(day)
            if here.level in levels and here.existed_on(day):
                told.append({"id": here.pk, "place": here.full_place, "note": match.area.full_place})
    return JsonResponse({"areas": told[:SUGGESTIONS]})
