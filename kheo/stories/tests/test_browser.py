"""Proposing and deciding in a browser."""

import pytest
from django.urls import reverse

from kheo.initiatives.tests.cast import cast
from kheo.stories.models import Story
from kheo.stories.tests.cast import NOBODY, TOLD, editor, photo, proposed, running

pytestmark = pytest.mark.browser


def test_pages_hold_to_the_rules(sign_in, visit_all):
    here = cast()
    bell = running(here)
    photo(here, bell, 64, **NOBODY)
    waiting = photo(here, bell, 66)
    sign_in(here.minh.user)
    story = Story.objects.begin(bell, by=here.minh)
    pages = ("story", "story_write", "story_upload", "story_propose", "story_withdraw")
    paths = [reverse(name, args=[story.pk]) for name in pages]
    paths += [reverse("story_photo", args=[story.pk, waiting.key]), reverse("story_list")]
    visit_all([*paths, reverse("initiative_stories", args=[bell.pk])])


@pytest.mark.path
def test_from_the_reporter_to_the_public(sign_in, browser_page, send):
    here = cast()
    bell = running(here)
    photo(here, bell, 64, **NOBODY)
    page = sign_in(here.minh.user)
    page.goto(reverse("initiative_stories", args=[bell.pk]))
    page.get_by_role("button", name="Đề xuất công bố").click()
    page.get_by_label("Tiêu đề").fill(TOLD["title"])
    page.get_by_label("Tóm tắt trong một, hai câu").fill(TOLD["lead"])
    page.get_by_label("Nội dung").fill(TOLD["text"])
    page.get_by_label("Dùng ảnh này").check()
    page.get_by_label("Chú thích").fill("Bà con bản Bãi Xa")
    page.get_by_label("Mô tả ảnh").fill("Nhiều người đứng quanh chiếc kẻng")
    page.get_by_role("button", name="Lưu bản nháp").click()
    send(page.get_by_role("button", name="Đề xuất", exact=True))
    story = Story.objects.get()
    assert story.state == "proposed"
    page = sign_in(editor(here).user)
    page.goto(reverse("story", args=[story.pk]))
    page.get_by_role("button", name="Công bố", exact=True).click()
    page.get_by_role("link", name="Xem trang công khai").click()
    assert TOLD["title"] in page.content()
    assert page.url.endswith(f"/cong-khai/{bell.pk}-tieng-keng-binh-yen/")


def test_the_editors_page_holds_to_the_rules(sign_in, visit_all):
    here = cast()
    story = proposed(here, running(here))
    sign_in(editor(here).user)
    visit_all([reverse("story", args=[story.pk]), reverse("story_return", args=[story.pk])])
