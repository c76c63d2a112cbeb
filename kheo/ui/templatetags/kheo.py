"""The words templates speak: numbers and dates in house form, and the small parts every page uses.

Built into the template engine: no {% load %} is needed.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from kheo.audit.models import Entry
from kheo.lib import formats
from kheo.lib.periods import BEGINNING, FOREVER
from kheo.ui.icons import ICONS
from kheo.ui.registry import elsewhere, helps, links, remarks, verbs

register = template.Library()

NOTHING = "–"
TONES = ("ok", "wait", "warn", "off", "info")


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


@register.filter
def number(value: Any) -> str:
    """1234567 → 1.234.567; nothing → a dash."""
    return NOTHING if value in (None, "") else formats.number(value, _language())


@register.filter
def decimal(value: Any, places: int = 1) -> str:
    """12.34 → 12,3."""
    return NOTHING if value in (None, "") else formats.decimal(value, int(places), _language())


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A ratio: 0.123 → 12,3%."""
    return NOTHING if value in (None, "") else formats.percent(value, int(places), _language())


@register.filter
def money(value: Any) -> str:
    """1500000 → 1.500.000 đồng."""
    return NOTHING if value in (None, "") else formats.money(value, _language())


@register.filter
def short_money(value: Any) -> str:
    """1500000 → 1,5 triệu đồng."""
    return NOTHING if value in (None, "") else formats.short_money(value, _language())


@register.filter
def m2(value: Any) -> str:
    """Hundredths of m²: 10550 → 105,5 m²."""
    return NOTHING if value in (None, "") else formats.area_m2(value, _language())


@register.filter
def work_days(value: Any) -> str:
    """Tenths of a work day: 125 → 12,5 ngày công."""
    return NOTHING if value in (None, "") else formats.work_days(value, _language())


@register.filter
def metres(value: Any) -> str:
    """Centimetres: 125050 → 1.250,5 m."""
    return NOTHING if value in (None, "") else formats.length(value, _language())


@register.filter
def vdate(value: date | datetime | None) -> str:
    """05/7/2026; a day that bounds an open span is a dash."""
    return NOTHING if not value or value in (BEGINNING, FOREVER) else formats.short_date(value, _language())


@register.filter
def longdate(value: date | datetime | None) -> str:
    """ngày 05 tháng 7 năm 2026."""
    return NOTHING if not value or value in (BEGINNING, FOREVER) else formats.long_date(value, _language())


@register.filter
def moment(value: datetime | None) -> str:
    """14:05 05/7/2026."""
    return NOTHING if not value else formats.moment(value, _language())


@register.filter
def period(value: Any) -> str:
    """A Period by its name: quý II/2026."""
    return NOTHING if value is None else formats.period(value, _language())


@register.simple_tag
def share(part: int, whole: int) -> str:
    """part of whole as a percentage; a dash when there is no whole."""
    return formats.percent(Fraction(part, whole), 1, _language()) if whole else NOTHING


@register.simple_tag
def status(text: Any, tone: str = "info") -> SafeString:
    """A state in words with a colour and a shape; the words alone must be enough."""
    tone = tone if tone in TONES else "info"
    return format_html('<span class="status status--{}">{}</span>', tone, text)


@register.simple_tag
def sample_mark(thing: Any = True) -> SafeString:
    """ "mẫu" beside anything that is invented for the demonstration."""
    if not (thing is True or getattr(thing, "sample", False) or getattr(thing, "is_sample", False)):
        return mark_safe("")
    title = gettext("Invented for the demonstration")
    return format_html('<span class="tag tag--sample" title="{}">{}</span>', title, gettext("sample"))


@register.simple_tag(takes_context=True)
def title_again(context: template.Context) -> SafeString:
    """The page's title block once more: the h1 of a page that names no other heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    title = blocks.get_block("title") if blocks else None
    return title.nodelist.render(context) if title else mark_safe("")


@register.simple_tag
def icon(name: str = "dot") -> SafeString:
    """A line icon beside words; it says nothing to screen readers."""
    return format_html(
        '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        ICONS.get(name, ICONS["dot"]),
    )


@register.inclusion_tag("ui/form/errors.html")
def error_summary(form: Any) -> dict[str, Any]:
    """What is wrong with a form, with links to the fields; `{{ form }}` brings its own."""
    return {"form": form}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """What stands where there is nothing yet: what would stand here, and the one thing to do."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(thing: Any, most: int = 50) -> dict[str, Any]:
    """The journal of one object, newest first. One query, and one more for what is older than this year."""
    found = list(Entry.objects.about(thing).select_related("user")[: most + 1])
    return {
        "entries": [_told(entry) for entry in found[:most]],
        "more": len(found) > most,
        "elsewhere": elsewhere.since(thing),
    }


@register.inclusion_tag("ui/parts/help.html", takes_context=True)
def help_link(context: dict[str, Any]) -> dict[str, Any]:
    """ "?" beside the heading, where the guide explains this page."""
    match = getattr(context.get("request"), "resolver_match", None)
    return {"help": helps.about(match.url_name) if match and match.url_name else None}


@register.filter
def told(entry: Entry) -> str:
    """What was done, in the reader's words."""
    return verbs.word(entry.verb)


@register.inclusion_tag("ui/parts/links.html", takes_context=True)
def links_about(context: dict[str, Any], thing: Any) -> dict[str, Any]:
    """Where else something is told of this object: links that the rooms above have added."""
    return {"links": links.about(thing, context["request"])}


@register.simple_tag
def remarks_about(thing: Any) -> list[tuple[str, str]]:
    """What the rooms above have to say about this object: (sentence, tone) pairs."""
    return remarks.about(thing)


@register.simple_tag
def remarks_in_list(rows: Any) -> dict[int, list[tuple[str, str]]]:
    """The same for each row of a list, by its id; `of` takes those of one row."""
    return remarks.in_list(list(rows))


@register.filter
def of(told: dict[int, list[tuple[str, str]]], row: Any) -> list[tuple[str, str]]:
    return told.get(row.pk, [])


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": str(entry.user) if entry.user else gettext("Kheo itself"),
        # The name stands before it already.
        "acting_as": entry.acting_as.removeprefix(f"{entry.user} · "),
        "verb": verbs.word(entry.verb),
        "reason": entry.reason,
        "changes": [
            {"field": name, "before": pair[0], "after": pair[-1]}
            for name, pair in entry.changes.items()
            if isinstance(pair, list) and pair
        ],
    }


@register.inclusion_tag("ui/parts/pager.html")
def pager(page: Any) -> dict[str, Any]:
    """Earlier and later pages of a `kheo.ui.lists.Page`, and how many there are."""
    return {"page": page}


@register.simple_tag
def bar_chart(chart: Any) -> SafeString:
    return chart.html()


@register.simple_tag
def line_chart(chart: Any) -> SafeString:
    return chart.html()


@register.simple_tag
def choropleth(map: Any) -> SafeString:
    return map.html()


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One form field in house style."""
    return bound.as_field_group()


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own address with some query words changed; None or "" takes a word away, paging restarts."""
    query = context["request"].GET.copy()
    for word in ("after", "before"):
        query.pop(word, None)
    for word, value in changes.items():
        query.pop(word, None)
        if value not in (None, ""):
            query[word] = value
    return "?" + query.urlencode() if query else context["request"].path
