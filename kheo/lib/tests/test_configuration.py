"""The settings file of an installation: what it may say, and the sentence for what it may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kheo.lib import configuration
from kheo.lib.configuration import SETTINGS, Wrong

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def kheo(tmp_path, text, *arguments, **environment):
    file = tmp_path / "kheo.env"
    file.write_text(text, encoding="utf-8")
    (tmp_path / "secret-key").write_text("k" * 50)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")}
    return subprocess.run(
        [sys.executable, "-m", "kheo", *arguments],
        cwd=ROOT,
        env={**kept, "KHEO_SETTINGS": str(file), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "named", "meant"),
    [
        ("KHEO_DEBUG=maybe", "KHEO_DEBUG", "1 hoặc 0"),
        ("KHEO_IDLE_MINUTES=nửa giờ", "KHEO_IDLE_MINUTES", "từ 1 đến 1440"),
        ("kheo_adress=https://x.vn", "kheo_adress", "KHEO_ADDRESS"),
        ("KHEO_ADDRESS=kheo.vn", "KHEO_ADDRESS", "https://kheo.example.vn"),
        ("KHEO_HOSTS=https://kheo.vn", "KHEO_HOSTS", "tên máy"),
        ("KHEO_DATABASE=mysql://x/y", "KHEO_DATABASE", "postgres://"),
        ("KHEO_BACKUP_TO=backup", "KHEO_BACKUP_TO", "s3://"),
        ("KHEO_BACKUP_KEEP=0 daily", "KHEO_BACKUP_KEEP", "7 daily, 4 weekly, 12 monthly"),
        ("KHEO_BACKUP_KEEP=forever", "KHEO_BACKUP_KEEP", "7 daily, 4 weekly, 12 monthly"),
        ("KHEO_CERTIFICATE=/nowhere.pem", "KHEO_CERTIFICATE", "Không có tệp"),
        ("KHEO_DATA=data", "KHEO_DATA", "/"),
        ("just words", "dòng 2", "TÊN=giá trị"),
        ("KHEO_DEMO=0\nKHEO_DEMO=1", "KHEO_DEMO", "hai lần"),
    ],
)
def test_a_wrong_line_stops_with_one_sentence(tmp_path, line, named, meant):
    done = kheo(
        tmp_path, f"\n{line}\n", "check", **({} if "KHEO_DATA=" in line else {"KHEO_DATA": str(tmp_path)})
    )
    assert done.returncode == configuration.STOPPED
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert named in done.stderr
    assert meant in done.stderr


def test_a_secret_is_never_repeated(tmp_path):
    done = kheo(tmp_path, "KHEO_DATABASE=mysql://kheo:mat-khau@db/kheo\n", "check")
    assert "mat-khau" not in done.stderr


def test_the_environment_goes_before_the_file(tmp_path):
    text = f"# note\nKHEO_DATA={tmp_path}\nKHEO_IDLE_MINUTES='45'\n"
    show = ["shell", "--no-imports", "-c", "from django.conf import settings; print(settings.IDLE_MINUTES)"]
    assert kheo(tmp_path, text, *show).stdout.strip() == "45"
    assert kheo(tmp_path, text, *show, KHEO_IDLE_MINUTES="20").stdout.strip() == "20"


def test_an_installation_makes_itself_no_new_secret(tmp_path):
    done = kheo(tmp_path, f"KHEO_DATA={tmp_path / 'other'}\n", "check")
    assert done.returncode == configuration.STOPPED
    assert "secret-key" in done.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("KHEO_DEMO=1", "KHEO_DEMO=0"),
        ("KHEO_DEBUG=1", "KHEO_DEBUG=0"),
        ("KHEO_SECRET_KEY=for-tests-only", "KHEO_SECRET_KEY"),
        ("KHEO_HOSTS=other.vn", "kheo.vn"),
        ("KHEO_PROXIES=0", "KHEO_PROXIES=1"),
    ],
)
def test_an_unsafe_installation_is_not_served(tmp_path, lines, said):
    given = dict(line.split("=", 1) for line in lines.splitlines())
    right = {
        "KHEO_DATA": str(tmp_path),
        "KHEO_ADDRESS": "https://kheo.vn",
        "KHEO_HOSTS": "kheo.vn",
        "KHEO_PROXIES": "1",
    }
    text = "".join(f"{name}={value}\n" for name, value in (right | given).items())
    done = kheo(tmp_path, text, "serve", "--port", "1")
    assert done.returncode == configuration.STOPPED
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr


def test_a_demo_on_a_public_address_is_not_served(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")}
    given = {"KHEO_DEMO": "1", "KHEO_ADDRESS": "https://kheo.vn", "KHEO_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "kheo", "serve"],
        cwd=ROOT,
        env={**kept, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == configuration.STOPPED
    assert "KHEO_DEMO" in done.stderr


def test_what_is_written_is_read_again(tmp_path):
    file = tmp_path / "kheo.env"
    file.write_text("\n".join(configuration.written({"KHEO_PROXIES": "1"})), encoding="utf-8")
    assert configuration.read(file) == {"KHEO_PROXIES": "1"}
    for setting in SETTINGS:
        assert setting.name in file.read_text(encoding="utf-8")


def test_only_a_known_name_is_guessed(tmp_path):
    file = tmp_path / "kheo.env"
    file.write_text("SOMETHING=1\n")
    with pytest.raises(Wrong) as wrong:
        configuration.read(file)
    assert "SOMETHING" in str(wrong.value)
