"""`kheo directive read` and `kheo directive score`."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

SPECIMENS = Path(__file__).parent / "specimens"


def test_read_prints_json_and_nothing_else(capsys):
    call_command("directive", "read", str(SPECIMENS / "chi_thi_tinh_uy_doi_cu.txt"), "--json")
    reading = json.loads(capsys.readouterr().out)
    assert reading["doc_number"] == "07-CT/TU"
    assert {"doc_type", "issuer", "issued_on", "title", "references", "assignments"} <= set(reading)
    assert reading["assignments"][0]["task_details"][0]["span"]


def test_read_tells_a_person_what_was_read(capsys):
    call_command("directive", "read", str(SPECIMENS / "cong_dien.txt"))
    assert "09/CĐ-UBND" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    empty = tmp_path / "trong.txt"
    empty.write_bytes(b"")
    with pytest.raises(CommandError, match="trống"):
        call_command("directive", "read", str(empty))


def test_score_prints_totals(capsys):
    call_command("directive", "score", str(SPECIMENS))
    assert "total" in capsys.readouterr().out


def test_score_fails_below_the_aims(tmp_path, capsys):
    source = (SPECIMENS / "cong_dien.txt").read_text(encoding="utf-8")
    (tmp_path / "a.txt").write_text(source, encoding="utf-8")
    (tmp_path / "a.expected.json").write_text(
        json.dumps({"doc_number": "1/CĐ-UBND", "references": [], "assignments": []}), encoding="utf-8"
    )
    with pytest.raises(SystemExit):
        call_command("directive", "score", str(tmp_path))


def test_score_needs_expectations(tmp_path):
    with pytest.raises(CommandError):
        call_command("directive", "score", str(tmp_path))
