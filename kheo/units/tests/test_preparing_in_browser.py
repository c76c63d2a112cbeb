"""In a browser: An confirms a large decision and watches it being prepared, taking effect, and stopping."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kheo.lib.periods import today
from kheo.places.models import Area
from kheo.places.tests.lists import invented
from kheo.units import loading, preparing, reorganise
from kheo.units.models import ReachKind, Reorganisation, Role, Unit
from kheo.units.tests.cast import person, post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_how_far_it_is(sign_in, visit_all, monkeypatch):
    areas = invented("Đông", "Tây", "Nam")
    Area.objects.add_hamlet("Phồng", "bản", areas["Đông"])
    loading.load()
    board = Unit.objects.get(area=areas["Mẫu"], key="tinh_uy")
    an = post(person("an", "Phan Thị An"), board, Role.ADMIN, ReachKind.PLACE)
    # Three rows are large here; the worker is this test.
    monkeypatch.setattr(preparing, "SMALL", 2)
    monkeypatch.setattr(preparing, "AT_ONCE", 5)
    monkeypatch.setattr(reorganise, "_ask_the_worker", lambda story, by: None)
    story = reorganise.enter(
        name="Sắp xếp xã Đông và xã Tây",
        on=today(),
        legal_basis="Nghị quyết mẫu số 1",
        table="xã Đông ; toàn bộ ; xã Đông Tây\nxã Tây ; toàn bộ ; xã Đông Tây",
        by=an,
    )
    address = reverse("reorganisation", args=[story.key])
    page = sign_in(an.user)
    page.goto(address)
    with page.expect_navigation():
        page.locator("main .button--main").last.click()
    bar = page.locator("[data-progress] progress")
    assert bar.get_attribute("value") == "0"
    visit_all([address])

    page.goto(address)
    assert reorganise._prepare_some(story.pk, lambda each: None)
    assert reorganise._prepare_some(story.pk, lambda each: None)
    # The page asks by itself.
    page.wait_for_selector("[data-progress] progress:not([value='0'])")
    assert Area.objects.on(today()).communes().count() == 3
    Reorganisation.objects.filter(pk=story.pk).update(moved_at=timezone.now() - timedelta(minutes=9))
    visit_all([address])
    Reorganisation.objects.filter(pk=story.pk).update(work="switch", moved_at=timezone.now())
    visit_all([address])

    # A page left open would load itself anew in the middle of the next look.
    page.goto("about:blank")
    reorganise._stop(story.pk)
    visit_all([address])
    page.goto(address)
    with page.expect_navigation():
        page.locator(".note--error button").click()
    assert bar.count() == 1
    reorganise.finish(story.pk, by=an)
    # When it is done the page comes anew by itself.
    page.wait_for_selector(".note--success")
    page.wait_for_selector("[data-progress]", state="detached")
    assert Area.objects.on(today()).communes().count() == 2
