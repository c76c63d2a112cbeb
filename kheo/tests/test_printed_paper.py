"""Thu prints the A4 page: what comes out of the printer is the whole paper, signature block and all."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from kheo.tests.browser import PAGE_LIMIT, weight_of


@pytest.mark.browser
def test_the_signature_block_is_on_the_printed_page(demonstration, browser_page, sign_in):
    from kheo.papers.models import Paper
    from kheo.tests.test_every_page import post_of

    paper = Paper.objects.get(kind="registration_list", state="signed")
    sign_in(*post_of("thu/clerk"))
    browser_page.goto(reverse("paper_print", args=[paper.pk]))
    printed = PdfReader(io.BytesIO(browser_page.pdf(prefer_css_page_size=True)))
    # The A4 page is drawn with them, and fits in what a page may weigh.
    assert weight_of(browser_page) <= PAGE_LIMIT
    words = " ".join(page.extract_text() for page in printed.pages)
    words = " ".join(words.split())
    for said in (paper.number, "Nơi nhận", *(line for line, _part in paper.sheet.signature), paper.signer):
        assert said in words, said
    # A4, and nothing of the screen's buttons.
    assert [round(float(side) / 72 * 25.4) for side in printed.pages[0].mediabox[2:]] == [210, 297]
    assert "Quay lại" not in words
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in printed.pages
        for font in page["/Resources"]["/Font"].values()
    }
    # Times New Roman itself, or the letters that travel with Kheo: never what a machine puts in its place.
    assert fonts, "no font is in the file"
    assert all(name.startswith(("TimesNewRoman", "Tinos")) for name in fonts), fonts


@pytest.mark.browser
def test_letters_of_papers_are_fetched_by_papers_alone(demonstration, browser_page, sign_in):
    from kheo.tests.test_every_page import post_of

    sign_in(*post_of("thu/clerk"))
    for path in (reverse("papers"), "/"):
        browser_page.goto(path, wait_until="networkidle")
        parts = browser_page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
        assert any("/ui/fonts/kheo-" in name for name in parts)
        assert not [name for name in parts if "/ui/fonts/paper-" in name]
