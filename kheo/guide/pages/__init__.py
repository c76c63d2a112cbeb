"""The pages of the guide in the order in which a new office needs them, one file a page."""

from kheo.guide.pages import (
    continuing,
    directives,
    field_report,
    first_sign_in,
    papers,
    receiving,
    registering,
    unit_page,
    unit_report,
    without_account,
    without_signal,
)
from kheo.guide.steps import Page

PAGES: tuple[Page, ...] = (
    first_sign_in.PAGE,
    unit_page.PAGE,
    registering.PAGE,
    continuing.PAGE,
    field_report.PAGE,
    without_signal.PAGE,
    unit_report.PAGE,
    receiving.PAGE,
    without_account.PAGE,
    papers.PAGE,
    directives.PAGE,
)
