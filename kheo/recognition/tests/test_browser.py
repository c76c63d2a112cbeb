"""Pages of recognition in a browser."""

import pytest
from django.urls import reverse

from kheo.initiatives.tests.cast import cast
from kheo.recognition.tests.cast import decided, running, tier

pytestmark = pytest.mark.browser


def test_pages_hold_to_the_rules(sign_in, visit_all):
    here = cast()
    bell, road = running(here), running(here, "Mở rộng đường bản")
    decision = decided(here, bell)
    sign_in(here.binh.user)
    visit_all(
        [
            reverse("recognition_list"),
            reverse("decision_new") + f"?pk={road.pk}",
            reverse("decision", args=[decision.pk]),
            reverse("initiative_recognitions", args=[bell.pk]),
            reverse("recognition_end", args=[decision.recognitions.get().pk]),
        ]
    )


@pytest.mark.path
def test_a_decision_is_written_down(sign_in):
    here = cast()
    running(here)
    tier()
    page = sign_in(here.binh.user)
    page.goto(reverse("decision_new"))
    page.get_by_label("Tiếng kẻng bình yên").check()
    page.get_by_label("Số quyết định").fill("12-QĐ/BCĐ")
    page.get_by_label("Ngày ký").fill("19/05/2026")
    page.get_by_label("Người ký").fill("Trần Thanh Bình")
    page.get_by_label("Cấp công nhận").select_option(label="Cấp xã")
    page.get_by_role("button", name="Công nhận", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Quyết định 12-QĐ/BCĐ")
