"""A test that asks the database right after a press may be ahead of the answer: it waits for the page."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
WALKING = [
    path
    for path in sorted(HOUSE.rglob("tests/**/test_*.py"))
    if path != Path(__file__) and re.search(r"browser_page|sign_in|phone\b", path.read_text(encoding="utf-8"))
]
PRESSED = re.compile(r'\.click\(\)$|\.press\("Enter"\)$')
AHEAD = re.compile(r"\.objects\b|\.refresh_from_db\(|\bsign_in\(|\.enters\(")


def hurried(source: str) -> list[int]:
    """The lines of presses after which the database, or another person, comes next."""
    found = []
    for block in ast.walk(ast.parse(source)):
        # `with page.expect_navigation():` waits by itself.
        if not isinstance(block, ast.FunctionDef | ast.For | ast.If):
            continue
        body = [each for each in block.body if not isinstance(each, ast.ImportFrom)]
        for pressed, then in pairwise(body):
            words, ahead = (ast.get_source_segment(source, each) or "" for each in (pressed, then))
            if (
                isinstance(pressed, ast.Expr)
                and PRESSED.search(words)
                and AHEAD.search(ahead.splitlines()[0])
            ):
                found.append(pressed.lineno)
    return found


@pytest.mark.parametrize("path", WALKING, ids=lambda path: str(path.relative_to(HOUSE)))
def test_it_waits_for_the_answer(path):
    assert not hurried(path.read_text(encoding="utf-8"))


def test_a_hurried_one_is_found():
    assert hurried("def test(page):\n    page.click()\n    Plan.objects.get()\n") == [2]
    assert hurried("def test(page):\n    page.click()\n    page.wait()\n    Plan.objects.get()\n") == []
