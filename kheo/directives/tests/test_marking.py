"""The words fields were read from are marked in the text, also where they overlap."""

from kheo.directives.marking import Span, marked


def test_a_stretch_has_an_address():
    html = marked("Giao Ban Dân vận", [Span("b1", 5, 16)])
    assert (
        'Giao <span class="source-at" id="w-b1"><mark class="source-words" data-of="b1">Ban Dân vận<' in html
    )


def test_overlapping_stretches_light_up_together():
    html = marked("một hai ba bốn", [Span("t1", 0, 10), Span("b1", 4, 14)])
    assert 'data-of="t1 b1">hai ba<' in html
    assert html.count('id="w-t1"') == html.count('id="w-b1"') == 1


def test_two_stretches_that_begin_together_both_have_addresses():
    html = marked("một hai", [Span("t1", 0, 7), Span("b1", 0, 3)])
    assert 'id="w-t1"' in html
    assert 'id="w-b1"' in html


def test_markup_in_the_text_stays_text():
    assert "<script>" not in marked("a <script>x</script>", [Span("t1", 2, 10, title='"><b>')])


def test_what_lies_outside_the_text_is_left_out():
    assert "mark" not in marked("ngắn", [Span("t1", 2, 900), Span("t2", -1, 2), Span("t3", 3, 3)])


def test_paragraphs_end_a_stretch():
    html = marked("một\nhai", [Span("t1", 0, 7)])
    assert html.count("<p>") == html.count("</p>") == 2
    assert html.count("<mark") == 2
