"""What the scripts refuse, and what they leave behind."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*command: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def test_commands_make_a_data_folder_that_does_not_exist_yet(tmp_path):
    data = tmp_path / "not" / "yet"
    there = {**os.environ, "KHEO_DATA": str(data), "KHEO_SECRET_KEY": "x", "KHEO_DATABASE": ""}
    planned = run(sys.executable, "-m", "kheo", "migrate", "--plan", env=there, cwd=ROOT)
    assert planned.returncode == 0, planned.stderr
    assert "initial" in planned.stdout
    assert data.is_dir()


def test_a_demo_never_takes_the_place_of_a_real_database(tmp_path):
    real = tmp_path / "kheo.sqlite3"
    real.write_bytes(b"records")
    for arguments in ([], ["--fresh"]):
        refused = run(str(ROOT / "script/demo"), "--no-serve", "--data", str(tmp_path), *arguments)
        assert refused.returncode == 1
        assert "isn't a demo" in refused.stderr
    assert real.read_bytes() == b"records"
    assert list(tmp_path.iterdir()) == [real]


def test_a_taken_port_is_named_with_the_next_one(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run(str(ROOT / "script/demo"), "--data", str(tmp_path), "--port", str(port))
    assert refused.returncode == 1
    assert f"script/demo --port {port + 1}" in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["--port"], ["extra"]])
def test_a_misspelt_option_shows_the_right_ones(arguments):
    refused = run(str(ROOT / "script/demo"), *arguments)
    assert refused.returncode == 2
    assert "Usage: script/demo" in refused.stderr


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux")
def test_a_throwaway_postgresql_is_gone_afterwards():
    if run(str(ROOT / "script/with-postgres"), "--programs").returncode:
        pytest.skip("PostgreSQL is not installed")
    done = run(
        str(ROOT / "script/with-postgres"),
        "bash",
        "-c",
        "echo $KHEO_DATABASE; ls -d /tmp/kheo-postgres.*; exit 7",
    )
    assert done.returncode == 7
    address, *folders = done.stdout.split()
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    assert port < 32768
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port))
    # Other runs may have clusters of their own just now.
    assert not all(Path(folder).exists() for folder in folders)
