"""The public pages in a browser: wide and narrow, for those who see and those who listen."""

import pytest
from django.urls import reverse

from kheo.initiatives.tests.cast import cast
from kheo.portal.published import address
from kheo.recognition.tests.cast import decided
from kheo.stories.tests.cast import NOBODY, known, photo, published, running

pytestmark = pytest.mark.browser


def test_public_pages_hold_to_the_rules(visit_all):
    here = cast()
    bell = running(here)
    kept = [photo(here, bell, width, **NOBODY) for width in (64, 66, 68)]
    published(here, bell, *kept)
    decided(here, bell)
    fish = known(here)
    published(here, fish)
    visit_all(
        [
            reverse("public_home"),
            reverse("public_list"),
            reverse("public_list") + "?q=khong+co",
            reverse("public_map"),
            address(bell),
            address(fish),
        ]
    )


@pytest.mark.path
def test_a_visitor_finds_a_story_on_the_map_without_signing_in(browser_page):
    here = cast()
    published(here, running(here))
    browser_page.goto("/")
    browser_page.get_by_role("link", name="Bản đồ", exact=True).click()
    assert browser_page.get_by_role("heading", level=1).inner_text() == "Bản đồ mô hình, điển hình đã công bố"
    browser_page.goto(reverse("public_list") + f"?commune={here.tam_quang.pk}")
    browser_page.get_by_role("link", name="Tiếng kẻng giữ bình yên bản làng").click()
    assert "Từ ngày có kẻng, bản yên hẳn." in browser_page.content()
    assert browser_page.context.cookies() == []
