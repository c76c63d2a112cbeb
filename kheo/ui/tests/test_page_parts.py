"""The words and parts templates are made of, and what rooms above add to a page."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from kheo.audit.models import record
from kheo.lib.periods import FOREVER, Period
from kheo.lib.tests.clock import on_day
from kheo.ui.registry import Elsewhere, Menu, MenuEntry, Panel, Panels


def shown(template, **context):
    return Template(template).render(Context(context))


@pytest.mark.parametrize(
    ("template", "vi", "en"),
    [
        ("{{ 1234567|number }}", "1.234.567", "1,234,567"),
        ("{{ 12.34|decimal:1 }}", "12,3", "12.3"),
        ("{{ 0.123|percent }}", "12,3%", "12.3%"),
        ("{{ 1500000|money }}", "1.500.000 đồng", "1,500,000 VND"),
        ("{{ 1500000|short_money }}", "1,5 triệu đồng", "1.5 million VND"),
        ("{{ 10550|m2 }}", "105,5 m²", "105.5 m²"),
        ("{{ 125|work_days }}", "12,5 ngày công", "12.5 work days"),
        ("{{ 125050|metres }}", "1.250,5 m", "1,250.5 m"),
        ("{{ day|vdate }}", "05/7/2026", "05/7/2026"),
        ("{{ day|longdate }}", "ngày 05 tháng 7 năm 2026", "5 July 2026"),
        ("{{ at|moment }}", "01:05 05/7/2026", "01:05 05/7/2026"),
        ("{{ quarter|period }}", "quý II/2026", "Q2 2026"),
        ("{% share 1 3 %}", "33,3%", "33.3%"),
        ("{% share 1 0 %}", "–", "–"),
        ("{{ nothing|number }}{{ nothing|money }}{{ nothing|vdate }}{{ open|vdate }}", "––––", "––––"),
    ],
)
def test_words(template, vi, en):
    context = {
        "day": date(2026, 7, 5),
        "at": datetime(2026, 7, 4, 18, 5, tzinfo=UTC),
        "quarter": Period.quarter(2026, 2),
        "nothing": None,
        "open": FOREVER,
    }
    assert shown(template, **context) == vi
    with translation.override("en"):
        assert shown(template, **context) == en


def test_a_state_is_told_in_words_and_escaped():
    assert (
        shown('{% status text "wait" %}', text="Chờ <b>")
        == '<span class="status status--wait">Chờ &lt;b&gt;</span>'
    )
    assert "status--info" in shown('{% status "x" "nonsense" %}')


def test_samples_are_marked():
    assert "mẫu" in shown("{% sample_mark thing %}", thing=SimpleNamespace(sample=True))
    assert "mẫu" in shown("{% sample_mark thing %}", thing=SimpleNamespace(is_sample=True))
    assert shown("{% sample_mark thing %}", thing=SimpleNamespace(sample=False)) == ""


def test_an_empty_list_says_what_to_do():
    html = shown('{% empty "Chưa có mô hình" "Đăng ký trong hai phút." "/dang-ky/" "Đăng ký" %}')
    assert "Chưa có mô hình" in html
    assert 'href="/dang-ky/"' in html


def test_links_keep_the_filters_and_start_over():
    request = RequestFactory().get("/list/?field=1&after=abc&unit=2")
    assert shown("{% with_query unit=3 %}", request=request) == "?field=1&amp;unit=3"
    assert shown('{% with_query unit="" field=None %}', request=request) == "/list/"


@pytest.mark.django_db
def test_the_timeline_tells_who_did_what_in_one_query(django_assert_num_queries):
    hoa = get_user_model().objects.create_user("hoa", full_name="Hoa")
    assert "Chưa có việc gì ở đây." in shown("{% timeline thing %}", thing=hoa)
    record(hoa, "approved", by=hoa, changes={"state": ["draft", "approved"]}, reason="Đủ hồ sơ")
    with django_assert_num_queries(1):
        html = shown("{% timeline thing %}", thing=hoa)
    assert "<strong>Hoa</strong> đã phê duyệt" in html
    assert "Đủ hồ sơ" in html
    record(hoa, "renewed")
    record(hoa, "an unknown_verb")
    with django_assert_num_queries(1):
        html = shown("{% timeline thing %}", thing=hoa)
    assert "<strong>Hệ thống</strong> đã kiện toàn" in html
    assert "an unknown verb" in html


def test_what_is_made_on_the_first_morning_of_a_year_is_of_that_year():
    """In Vietnam, where it is still the old year by the database's clock until seven."""
    archive = Elsewhere()
    archive.years = lambda: [(2026, "nam-2026.kheo"), (2027, "nam-2027.kheo")]
    made = SimpleNamespace(created=datetime(2026, 12, 31, 23, tzinfo=UTC))
    with on_day(date(2027, 1, 1)):
        assert archive.since(made) == []
    with on_day(date(2028, 3, 1)):
        assert archive.since(made) == [(2027, "nam-2027.kheo")]


def test_a_page_without_a_heading_shows_its_title():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    page = '{% extends "ui/page.html" %}{% block title %}Kế hoạch {{ year }}{% endblock %}'
    html = Template(page).render(Context({"year": 2026, "request": request, "user": request.user}))
    assert "<title>Kế hoạch 2026 · Khéo</title>" in html
    assert "<h1>Kế hoạch 2026</h1>" in html


def test_the_menu_shows_what_one_may_see_and_where_one_is():
    menu = Menu()
    menu.add(MenuEntry("B", "style_page", order=20, visible=lambda request: True))
    menu.add(MenuEntry("A", "set_theme", order=10, visible=lambda request: True, group="system"))
    menu.add(MenuEntry("Hidden", "set_language", visible=lambda request: False))
    menu.add(MenuEntry("Gone", "no_such_page", visible=lambda request: True))
    menu.add(MenuEntry("B again", "style_page", order=20, visible=lambda request: True))
    groups = menu.groups(RequestFactory().get("/giao-dien/"))
    told = [
        (str(group["key"]), [(line["label"], line["current"]) for line in group["lines"]]) for group in groups
    ]
    assert told == [("work", [("B again", True)]), ("system", [("A", False)])]


def test_parts_of_the_menu_fold_but_the_daily_one_and_the_one_of_this_page():
    menu = Menu()
    for name, group in (("home", "work"), ("style_page", "structure"), ("set_theme", "system")):
        menu.add(MenuEntry(name, name, visible=lambda request: True, group=group))
    groups = {group["key"]: group for group in menu.groups(RequestFactory().get("/giao-dien/"))}
    assert groups["work"]["always"]
    assert (groups["structure"]["open"], groups["structure"]["here"]) == (True, True)
    assert (groups["system"]["open"], groups["system"]["here"]) == (False, False)
    html = Template('{% include "ui/parts/menu.html" %}').render(Context({"menu_groups": groups.values()}))
    assert html.count("<details") == 2
    assert html.count(" open>") == 1


def test_panels_may_hide_themselves():
    panels = Panels()
    for name, context in (("b", {"rows": [1]}), ("a", {}), ("none", None)):
        panels.add(
            Panel(
                name, name.upper(), "t.html", lambda request, c=context: c, order=ord(name[0]), visible=bool
            )
        )
    assert [panel["name"] for panel in panels.shown_to(RequestFactory().get("/"))] == ["a", "b"]
