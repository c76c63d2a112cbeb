"""Each room leans only on rooms before it: in imports, in models and migrations, and in templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kheo.rooms import ROOMS

HOUSE = Path(__file__).resolve().parent.parent
# The one thing above that a lower room may name, and only by its string: who did something.
USER = {"accounts.User", "accounts.user"}
# What stands outside the rooms and may look into all of them; nothing in a room may lean on it.
OUTSIDE = {"settings", "urls", "wsgi", "bench", "demo", "tests"}
TEMPLATE = re.compile(r"""{%-?\s*(?:include|extends)\s+["']([a-z_]+)/""")


def may_lean_on(room: str, other: str) -> bool:
    return other not in OUTSIDE and (other not in ROOMS or ROOMS.index(other) <= ROOMS.index(room))


def leanings(source: str, package: list[str]) -> Iterator[tuple[int, str]]:
    """Line and name of each room that a module imports, or names as "room.Model" or "kheo.room.module".

    `package` is where the module stands, such as ["kheo", "plans"], for imports with leading dots.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = list(names_in(node.value))
        else:
            continue
        for room in dict.fromkeys(
            part[1] for name in names if (part := name.split("."))[0] == "kheo" and part[1:]
        ):
            yield node.lineno, room


def names_in(text: str) -> Iterator[str]:
    """What a string names: "kheo.plans.models.Plan", or "plans.Plan" as relations and migrations write it."""
    if text in USER:
        return
    if re.fullmatch(r"kheo(\.\w+)+", text):
        yield text
    elif (match := re.fullmatch(r"([a-z]+)\.\w+", text)) and match[1] in ROOMS:
        yield f"kheo.{text}"


def migration_leanings(source: str) -> Iterator[tuple[int, str]]:
    """Rooms in a migration's dependencies: ("plans", "0001_initial")."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            first, second = (part.value if isinstance(part, ast.Constant) else None for part in node.elts)
            if first in ROOMS and isinstance(second, str) and re.match(r"\d{4}_|__", second):
                yield node.lineno, first


def upward(room: str) -> Iterator[str]:
    folder = HOUSE / room
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        found = list(leanings(source, ["kheo", *path.relative_to(HOUSE).parent.parts]))
        if "migrations" in path.parts:
            # The user model stands in the journal's first migration by its settings name, not as a room.
            found += migration_leanings(source)
        for line, other in found:
            if not may_lean_on(room, other):
                yield f"{path.relative_to(HOUSE.parent)}:{line} leans on {other}"
    for path in sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.txt")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for other in TEMPLATE.findall(text):
                if not may_lean_on(room, other):
                    yield f"{path.relative_to(HOUSE.parent)}:{number} takes a template of {other}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_leans_only_on_rooms_before_it(room):
    assert not list(upward(room))


def test_every_room_is_in_the_list():
    on_disk = {path.parent.name for path in HOUSE.glob("*/__init__.py")} - OUTSIDE
    assert on_disk == set(ROOMS)


def test_an_upward_look_is_seen_in_every_form():
    def rooms(source):
        return {room for _, room in leanings(source, ["kheo", "places"])}

    assert rooms("from kheo.plans.models import Plan") == {"plans"}
    assert rooms("def later():\n    import kheo.plans.models") == {"plans"}
    assert rooms("from kheo import plans") == {"plans"}
    assert rooms("from ..plans import models") == {"plans"}
    assert rooms("models.ForeignKey('plans.Plan', models.CASCADE)") == {"plans"}
    assert rooms("apps.get_model('plans.Plan')") == {"plans"}
    assert rooms("import_string('kheo.plans.models.Plan')") == {"plans"}
    assert rooms("models.ForeignKey('accounts.User', models.PROTECT)") == set()
    assert {room for _, room in migration_leanings("d = [('plans', '0001_initial')]")} == {"plans"}
    assert not may_lean_on("places", "plans")
    assert may_lean_on("plans", "places")
    assert not may_lean_on("portal", "tests")
