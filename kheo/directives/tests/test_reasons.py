"""The reader's reasons in the language of the person who looks."""

import pytest
from django.utils import translation

from kheo.directives.reading import read
from kheo.directives.reasons import KNOWN, told

from .circle import TEXT


def test_known_reasons_are_told_in_vietnamese():
    assert told("no date in the head") == "phần đầu không có ngày"
    assert told("in the head; no place in the head") == "ở phần đầu; phần đầu không có địa danh"


def test_words_of_the_document_stay():
    assert told("unknown type TBMTTQ") == "loại văn bản lạ TBMTTQ"


def test_an_unknown_reason_is_told_in_general_words():
    assert told("something new") == "quy tắc đọc chưa chắc"
    assert told("") == ""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_reason_has_its_words(language):
    with translation.override(language):
        for reason in KNOWN:
            assert (told(reason) == reason) == (language == "en")


def test_our_specimen_gives_only_reasons_we_know():
    general = told("something new")
    found = read(TEXT).as_json()
    reasons = [field["reason"] for field in found["fields"].values()]
    reasons += [item["reason"] for item in [*found["references"], *found["assignments"]]]
    assert general not in "; ".join(told(reason) for reason in reasons)
