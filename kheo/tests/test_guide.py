"""The guide never goes stale: every step is done on the running system, and every picture is of today's step.

`script/guide` runs the walk with KHEO_GUIDE_PICTURES=1, which saves the pictures into the tree.
"""

import os
import re
from typing import Any

import pytest
from PIL import Image

from kheo.guide.pages import PAGES
from kheo.guide.steps import HEAVIEST, PICTURES, Control, record
from kheo.submissions import limits
from kheo.tests import guiding

RUN = "Words or steps of the guide changed: run script/guide and look at its pictures."


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES, ids=[page.slug for page in PAGES])
def test_every_step_can_be_done(page, demonstration, browser_page, sign_in, settings, monkeypatch):
    from kheo.tests.test_every_page import post_of

    # As in an office: without the demonstration's banner and its list of people.
    settings.DEMO = False
    # The walk types faster than a person, who would be asked to look once more.
    monkeypatch.setattr(limits, "SECONDS_TO_FILL", 0)

    def enter(who: str) -> Any:
        browser_page.context.clear_cookies()
        return sign_in(*post_of(who)) if who != "-" else None

    pictures = bool(os.environ.get("KHEO_GUIDE_PICTURES"))
    seen = guiding.Guided(page, browser_page, enter, guiding.prepare(page.slug), pictures).walk()
    if pictures:
        guiding.write_record(seen)
    pictured = record()
    for name, now in seen.items():
        assert name in pictured, f"{name} is missing. {RUN}"
        told = (
            f"{name} shows the screen “{pictured[name]['heading']}”, which is now “{now['heading']}”. {RUN}"
        )
        # Years and numbers change by themselves.
        then, today = (re.sub(r"\d+", "#", each["heading"]) for each in (pictured[name], now))
        assert then == today, told


def test_every_step_has_its_picture():
    pictured, wrong = record(), []
    names = {page.picture_of(n): (page, n) for page in PAGES for n in range(1, len(page.steps) + 1)}
    for name, (page, number) in names.items():
        path = PICTURES / name
        if name not in pictured or not path.exists():
            wrong.append(f"{name} is missing")
        elif pictured[name]["digest"] != page.digest_of(number):
            wrong.append(f"{name} was drawn for other words")
        elif path.stat().st_size > HEAVIEST:
            wrong.append(f"{name} weighs {path.stat().st_size // 1024} KB")
        elif Image.open(path).size != (pictured[name]["width"], pictured[name]["height"]):
            wrong.append(f"{name} has another size than recorded")
    left = sorted({path.name for path in PICTURES.glob("*.webp")} | set(pictured) - set(names))
    wrong += [f"{name} belongs to no step" for name in left if name not in names]
    assert not wrong, f"{RUN}\n" + "\n".join(wrong)


def test_a_renamed_button_fails_the_walk(db, browser_page):
    browser_page.goto("/dang-nhap/")
    page = PAGES[0]
    walking = guiding.Guided(page, browser_page, lambda who: None, {}, pictures=False)
    walking.find(Control("button", "Đăng nhập"))
    with pytest.raises(AssertionError, match="Vào hệ thống"):
        walking.find(Control("button", "Vào hệ thống"))


test_a_renamed_button_fails_the_walk = pytest.mark.browser(test_a_renamed_button_fails_the_walk)
