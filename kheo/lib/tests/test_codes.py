"""Codes are copied from paper by hand and read again however they were typed."""

import pytest

from kheo.lib.codes import CLEAR, new_code, read_code


def test_no_letter_is_taken_for_another():
    assert not set("ilo01") & set(CLEAR)
    assert len(set(CLEAR)) == len(CLEAR) == 31


def test_groups_of_letters():
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code) <= {*CLEAR, "-"}
    assert len({new_code() for _each in range(500)}) == 500


@pytest.mark.parametrize("typed", ["K7MW-3XQZ-PDM4", "k7mw3xqzpdm4", " K7MW 3XQZ – PDM4 ", "Ｋ7MW-3XQZ-PDM4"])
def test_read_however_it_was_typed(typed):
    assert read_code(typed) == "k7mw-3xqz-pdm4"
