"""A digest says the same of the same rows, whichever database holds them and in whatever order."""

import sqlite3
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from kheo.files import storage
from kheo.upkeep import digests
from kheo.upkeep.address import Address
from kheo.upkeep.tests.office import digests_now, furnish

ROWS = [
    (1, "Tiếng kẻng", True, "2026-11-28 18:52:00.5+00", "2026-07-05", '{"b": 1.50, "a": [1e2, "ư"]}', 2.25),
    (2, "", False, "2026-11-28 18:52:00+00", None, "null", None),
    (3, None, None, None, "9999-12-31", '"chữ"', 1e300),
]
UUID = "0b0e7c1a-3f6c-4a4e-9d0c-2f1f6a0c9e11"


def of_sqlite(tmp_path, rows, order="id, name, good, at, day, more, share, key"):
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        kinds = {
            "id": "integer",
            "name": "varchar(40)",
            "good": "bool",
            "at": "datetime",
            "day": "date",
            "more": 'text CHECK ((JSON_VALID("more") OR "more" IS NULL))',
            "share": "real",
            "key": "char(32)",
        }
        columns = ", ".join(f'"{name}" {kinds[name]}' for name in order.split(", "))
        file.execute(f"CREATE TABLE thing ({columns})")
        for row in rows:
            values = dict(zip(kinds, [*row, UUID.replace("-", "")], strict=True))
            values["at"] = values["at"] and values["at"].removesuffix("+00")
            file.execute(
                f"INSERT INTO thing VALUES ({', '.join('?' * len(kinds))})",
                [values[n] for n in order.split(", ")],
            )
        file.commit()
    return digests.of_sqlite(path)["thing"]


def test_no_order_of_rows_or_columns_changes_it(tmp_path):
    told = of_sqlite(tmp_path, ROWS)
    assert told.rows == 3
    assert of_sqlite(tmp_path, ROWS[::-1]) == told
    assert of_sqlite(tmp_path, ROWS, "key, share, more, day, at, good, name, id") == told


@pytest.mark.parametrize(
    "other",
    [
        ROWS[:2],
        [*ROWS, ROWS[0]],
        [(1, "Tiếng keng", *ROWS[0][2:]), *ROWS[1:]],
        [ROWS[0], (2, None, *ROWS[1][2:]), ROWS[2]],
        [(*ROWS[0][:3], "2026-11-28 18:52:00.500001+00", *ROWS[0][4:]), *ROWS[1:]],
        [(*ROWS[0][:5], '{"b": 1.51, "a": [100, "ư"]}', ROWS[0][6]), *ROWS[1:]],
    ],
)
def test_anything_else_changes_it(tmp_path, other):
    assert of_sqlite(tmp_path, other) != of_sqlite(tmp_path, ROWS)


def test_values_never_run_into_each_other():
    assert digests.digest(["a", "b"], [["x", "yz"]]) != digests.digest(["a", "b"], [["xy", "z"]])
    assert digests.digest(["a"], [["1"]]) != digests.digest(["a"], [[1]])


@pytest.mark.django_db(transaction=True)
def test_postgresql_says_the_same(tmp_path):
    if connection.vendor != "postgresql":
        return  # the other run has one
    with closing(Address.of_settings(connection.settings_dict).connect()) as other:
        other.execute(
            "CREATE TABLE public.thing (id bigint, name text, good boolean, at timestamptz, day date, "
            "more jsonb, share double precision, key uuid)"
        )
        for row in ROWS:
            other.execute("INSERT INTO public.thing VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", [*row, UUID])
        told = digests.of_postgresql(other)["thing"]
        other.rollback()
    assert told == of_sqlite(tmp_path, ROWS)


@pytest.mark.django_db(transaction=True)
def test_kheo_digest_prints_it():
    first, *_rest = furnish(3)
    out = StringIO()
    call_command("digest", stdout=out)
    told = digests_now()
    for name, table in told.items():
        assert any(
            line.split() == [table.sha256, str(table.rows), name] for line in out.getvalue().splitlines()
        )
    assert digests.whole(told) in out.getvalue()
    storage.path_of(first).write_bytes(b"rot")
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("digest", stdout=StringIO(), stderr=err)
    assert first in err.getvalue()
