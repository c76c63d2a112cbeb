"""The desk's pages in a browser: wide and narrow, for those who see and those who listen."""

import re

import pytest
from django.urls import reverse

from kheo.initiatives.tests.cast import brought, draft
from kheo.submissions.models import PublicList
from kheo.submissions.tests.cast import opened, sent, world_with_two_registrars

pytestmark = pytest.mark.browser


def test_the_desks_pages_hold_to_the_rules(sign_in, visit_all):
    here = world_with_two_registrars()
    link = opened(here)
    brought(draft(here, "Mô hình Tiếng kẻng bình yên"), "approved", here)
    submission = sent(here, link)
    sent(here, link, name="Con đường hoa dài hai cây số từ đầu bản đến nhà văn hóa", body="Trường Bãi Xa")
    PublicList.objects.show(here.committee, here.movement, 2026, by=here.nga)
    sign_in(here.nga.user)
    one = [submission.pk]
    visit_all(
        [
            reverse("submission_list"),
            reverse("submission", args=one),
            reverse("submission_take", args=one),
            reverse("submission_merge", args=one),
            reverse("submission_return", args=one),
            reverse("registration_links"),
            reverse("registration_link", args=[link.pk]),
            reverse("link_poster", args=[link.pk]),
            reverse("link_days", args=[link.pk]),
            reverse("public_lists"),
            reverse("public_list_new")
            + f"?committee={here.committee.pk}&movement={here.movement.pk}&year=2026&catalogue=",
            reverse("on_behalf_new"),
        ],
        limit=None,
    )


def test_the_poster_is_one_sheet(browser_page, sign_in, settings):
    settings.SITE_ADDRESS = "https://danvan.nghean.gov.vn"
    here = world_with_two_registrars()
    link = opened(here)
    sign_in(here.nga.user)
    browser_page.goto(reverse("link_poster", args=[link.pk]))
    paper = browser_page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    browser_page.emulate_media(media="print")
    assert not browser_page.get_by_role("button").count()


def test_many_are_taken_with_three_taps(browser_page, sign_in):
    here = world_with_two_registrars()
    link = opened(here)
    for name in ("Con đường hoa", "Thả cá xuống suối", "Vườn rau sạch"):
        sent(here, link, name=name, body=f"Trường {name}")
    sign_in(here.nga.user)
    browser_page.goto(reverse("home"))
    browser_page.locator(f"main a[href='{reverse('submission_list')}']").click()
    browser_page.get_by_label("Chọn mọi dòng của trang này").check()
    browser_page.get_by_role("button", name="Tiếp nhận các dòng đã chọn").click()
    browser_page.get_by_text("Đã tiếp nhận 3 phiếu").wait_for()
    assert set(link.submissions.values_list("state", flat=True)) == {"taken"}
