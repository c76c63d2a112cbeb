"""In a browser: Ngân hands the list in, settles one doubtful cell, and looks at what is shown on a phone."""

import pytest
from django.urls import reverse

from kheo.lists.models import OfficeList
from kheo.lists.tests import cast as people
from kheo.lists.tests.ugly import FILES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_a_list(live_server, sign_in, visit_all, tmp_path):
    cast = people.cast()
    page = sign_in(cast.lists.user)

    def press(what="main .button--main"):
        # The database is asked only when the answer is here, however busy the machine.
        with page.expect_navigation():
            page.locator(what).first.click()

    file = tmp_path / "danh-muc-2024.xlsx"
    file.write_bytes(FILES["tieu-de-hai-dong.xlsx"]())
    page.goto(live_server.url + reverse("office_lists"))
    page.set_input_files("input[type=file]", str(file))
    press()
    made = OfficeList.objects.get()
    columns = reverse("office_list_columns", args=[made.pk])
    visit_all([reverse("office_lists"), columns])
    page.goto(live_server.url + columns)
    # The list of 2024 is said to be of 2026: its places are doubtful then.
    page.locator("[name=signed_on]").fill("05/01/2026")
    press()
    assert made.rows.filter(doubtful=2).count() == 3
    visit_all([made.get_absolute_url()])
    page.goto(live_server.url + made.get_absolute_url())
    # One press for each place, however many lines name it.
    press("[name=choice]")
    press("[name=choice]")
    press()
    made.refresh_from_db()
    assert made.state == "loaded"
    OfficeList.objects.filter(pk=made.pk).update(work="load", state="loading", done=1200, total=3000)
    visit_all([made.get_absolute_url()])
    # A page left open would load itself anew in the middle of the next look.
    page.goto("about:blank")
    OfficeList.objects.filter(pk=made.pk).update(work="", state="loaded")
    visit_all([made.get_absolute_url(), reverse("office_list_take_back", args=[made.pk])])
