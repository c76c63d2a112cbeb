"""What was typed for another body, in a browser: the unit answers with one tap."""

import pytest
from django.urls import reverse

from kheo.initiatives.models import OnBehalf
from kheo.initiatives.tests.cast import cast, draft
from kheo.lib.periods import today
from kheo.units.models import ReachKind, Role
from kheo.units.tests import cast as people

pytestmark = pytest.mark.browser


def test_confirmed_on_the_first_page_of_a_phone(browser_page, sign_in, visit_all):
    here = cast()
    union = here.world.women_tam_quang
    hien = people.post(people.person("hien", "Lô Thị Hiền"), union, Role.REPORTER, ReachKind.OWN)
    enrolment = draft(here, "Con đường hoa", owner=union, by=here.nga, year=today().year)
    OnBehalf.objects.type(enrolment, by=here.nga, origin="phone", told_by="Bà Hiền")
    enrolment.send(by=here.nga)
    sign_in(here.nga.user)
    visit_all([enrolment.get_absolute_url(), reverse("enrolment_list") + "?waiting=typed"], limit=None)
    sign_in(hien.user)
    visit_all([enrolment.get_absolute_url(), reverse("home")], limit=None)
    browser_page.set_viewport_size({"width": 360, "height": 740})
    browser_page.goto(reverse("home"))
    browser_page.get_by_role("button", name="Đúng rồi, xác nhận Con đường hoa").click()
    browser_page.get_by_text("Đơn vị đã xác nhận").wait_for()
    assert OnBehalf.objects.get().answered_by == hien
