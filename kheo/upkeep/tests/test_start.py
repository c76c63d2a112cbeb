"""script/start, unattended in a clean folder: once, twice, and cut off at every step.

One installation serves the whole module, because the areas take several seconds to load.
"""

import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import time
from pathlib import Path

import pytest

from kheo.upkeep.installing.steps import STEPS, STOP_AFTER

ROOT = Path(__file__).resolve().parent.parent.parent.parent
HOST = "kheo.localhost"
pytestmark = [
    pytest.mark.skipif(
        shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None,
        reason="nginx is not installed",
    ),
    pytest.mark.skipif(bool(os.environ.get("KHEO_DATABASE")), reason="it brings its own database"),
]


def free_ports(count):
    probes = [socket.socket() for _each in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def clean(**given):
    """The environment without what the tests themselves are told."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")} | given


def start(folder, *arguments, **environment):
    return subprocess.run(
        [str(ROOT / "script/start"), "--here", str(folder), "--no-serve", *arguments],
        env=clean(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def answers(folder, **given):
    https, http, port = free_ports(3)
    values = {
        "HOST": HOST,
        "ADMIN_NAME": "Phan Thị An",
        "ADMIN_USER": "an",
        "HTTPS_PORT": https,
        "HTTP_PORT": http,
        "PORT": port,
    } | given
    path = folder / "answers"
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An installation that was cut off after every single step, and run again each time."""
    folder = tmp_path_factory.mktemp("office")
    given = answers(folder)
    here = folder / "kheo"
    for step in list(STEPS)[:-1]:
        cut_off = start(here, "--answers", str(given), **{STOP_AFTER: step})
        assert cut_off.returncode == 137, f"{step}: {cut_off.stdout}{cut_off.stderr}"
    whole = start(here)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    return here, given, whole.stdout


def everything(folder):
    """Each file with its rights and content, but for what running leaves behind."""
    return {
        str(path.relative_to(folder)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sqlite3" not in path.name
    }


def rows(here):
    with sqlite3.connect(here / "data" / "kheo.sqlite3") as database:
        tables = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def test_after_every_crash_it_goes_on_to_the_whole(installed):
    here, _given, said = installed
    assert "Tên đăng nhập: an" in said
    counted = rows(here)
    assert counted["places_area"] > 600
    assert counted["units_unit"] > 1300
    assert counted["accounts_user"] == 1
    assert counted["units_post"] == 1
    assert counted["plans_field"] == 4
    assert counted["plans_movement"] == 1


def test_nothing_invented_is_in_it(installed):
    here, *_rest = installed
    with sqlite3.connect(here / "data" / "kheo.sqlite3") as database:
        for table in ("places_area", "units_unit"):
            assert database.execute(f"SELECT count(*) FROM {table} WHERE sample").fetchone() == (0,)
    assert not any(rows(here)[name] for name in ("initiatives_initiative", "stories_story", "plans_plan"))


def test_a_second_run_changes_nothing(installed):
    here, given, _said = installed
    before, counted = everything(here), rows(here)
    for arguments in ([], ["--answers", str(given)]):
        again = start(here, *arguments)
        assert again.returncode == 0, again.stderr
        assert "không thay đổi gì" in again.stdout
        assert "Mật khẩu" not in again.stdout
        assert "Mã dùng một lần" not in again.stdout
    assert everything(here) == before
    assert rows(here) == counted


def test_what_the_office_wrote_into_the_settings_stays(installed):
    here, *_rest = installed
    file = here / "config" / "kheo.env"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before.replace("#KHEO_IDLE_MINUTES=30", "KHEO_IDLE_MINUTES=55"), encoding="utf-8")
        assert start(here).returncode == 0
        assert "\nKHEO_IDLE_MINUTES=55\n" in file.read_text(encoding="utf-8")
    finally:
        file.write_text(before, encoding="utf-8")


def test_secrets_are_for_their_owner_alone(installed):
    here, *_rest = installed
    for name in ("data/secret-key", "data/authority/root.key", "config/tls/key.pem", "config/answers.env"):
        assert stat.S_IMODE((here / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((here / "data").stat().st_mode) == 0o750


def test_a_wrong_answer_stops_before_anything_is_made(tmp_path):
    here = tmp_path / "kheo"
    done = start(here, "--answers", str(answers(tmp_path, HOST="https://kheo.vn")))
    assert done.returncode == 1
    assert "https://kheo.vn" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not here.exists()


def test_without_answers_it_says_how_to_give_them(tmp_path):
    done = start(tmp_path / "kheo")
    assert done.returncode == 1
    assert "ADMIN_NAME" in done.stderr


def test_it_serves_over_https_until_told_to_stop(installed):
    here, given, _said = installed
    values = dict(line.split("=", 1) for line in given.read_text(encoding="utf-8").splitlines())
    with running(here, values):
        status, head, _body = asked(here, values, "/dang-nhap/")
        assert status == 200
        assert "strict-transport-security" in head.lower()
        assert "gzip" in asked(here, values, "/dang-nhap/", "Accept-Encoding: gzip")[1]
        # A stranger's name leads to ours; without HTTPS everything does.
        assert asked(here, values, "/", host="evil.example")[0] == 301
        status, head, _body = plain(values, "/dang-nhap/")
        assert status == 301
        assert f"https://{HOST}:{values['HTTPS_PORT']}/dang-nhap/" in head
        status, head, _page = plain(values, "/chung-thu/")
        assert status == 200
        assert "set-cookie: sessionid" not in head.lower()
        status, head, certificate = plain(values, "/chung-thu/kheo.crt")
        assert "application/x-x509-ca-cert" in head
        root = ssl.PEM_cert_to_DER_cert((here / "data" / "authority" / "root.pem").read_text())
        assert certificate == root
        # A worker that is killed is there again.
        (worker,) = children(here, "work")
        os.kill(worker, signal.SIGKILL)
        until = time.monotonic() + 30
        while children(here, "work") in ([], [worker]) and time.monotonic() < until:
            time.sleep(0.2)
        assert children(here, "work") not in ([], [worker])
    assert not children(here, "work")
    assert not children(here, "serve")


def test_a_wrong_setting_stops_it_with_one_sentence(installed):
    here, *_rest = installed
    file = here / "config" / "kheo.env"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before.replace("#KHEO_DEBUG=0", "KHEO_DEBUG=1"), encoding="utf-8")
        done = subprocess.run(
            [here / "kheo", "run"], env=clean(), capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        file.write_text(before, encoding="utf-8")
    assert done.returncode == 78
    assert "KHEO_DEBUG=0" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


class running:
    """`kheo run` for as long as the block lasts."""

    def __init__(self, here, values):
        self.here, self.values = here, values

    def __enter__(self):
        self.log = (self.here.parent / "run.log").open("w+")
        self.process = subprocess.Popen(
            [self.here / "kheo", "run"], stdout=self.log, stderr=self.log, env=clean()
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            self.log.seek(0)
            if f":{self.values['HTTPS_PORT']}" in self.log.read():
                return self
            time.sleep(0.2)
        self.__exit__()
        self.log.seek(0)
        pytest.fail(f"It did not start: {self.log.read()}")

    def __exit__(self, *cause):
        self.process.terminate()
        self.process.wait(40)


def asked(here, values, path, header="", host=HOST):
    context = ssl.create_default_context(cafile=here / "data" / "authority" / "root.pem")
    with (
        socket.create_connection(("127.0.0.1", int(values["HTTPS_PORT"])), 10) as connection,
        context.wrap_socket(connection, server_hostname=HOST) as sealed,
    ):
        return answer_of(sealed, path, host, header)


def plain(values, path):
    with socket.create_connection(("127.0.0.1", int(values["HTTP_PORT"])), 10) as connection:
        return answer_of(connection, path, HOST)


def answer_of(connection, path, host, header=""):
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *([header] if header else [])]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    whole = b""
    while part := connection.recv(65536):
        whole += part
    head, _between, body = whole.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode("latin-1"), body


def children(here, command):
    """The processes of this installation that run one of Kheo's commands."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            named = f"KHEO_SETTINGS={here}/config/kheo.env".encode() in (entry / "environ").read_bytes()
        except OSError:
            continue
        if named and command.encode() in words[2:5]:
            found.append(int(entry.name))
    return sorted(found)


@pytest.mark.browser
def test_an_signs_in_over_https_with_the_code_and_sees_the_system(tmp_path, chromium):
    """From the answers to the status page, in a browser that trusts the office's authority."""
    given = answers(tmp_path)
    here = tmp_path / "kheo"
    done = start(here, "--answers", str(given))
    assert done.returncode == 0, done.stdout + done.stderr
    code = re.search(r"Mã dùng một lần: (\S+)", done.stdout)[1]
    values = dict(line.split("=", 1) for line in given.read_text(encoding="utf-8").splitlines())
    home = f"https://{HOST}:{values['HTTPS_PORT']}"
    with running(here, values):
        distrusting = chromium.browser_type.launch(
            executable_path=os.environ.get("KHEO_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, "HOME": str(tmp_path / "nobody")},
        )
        with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
            distrusting.new_page().goto(home)
        distrusting.close()
        browser = chromium.browser_type.launch(
            executable_path=os.environ.get("KHEO_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, "HOME": str(trusting_home(here, tmp_path))},
        )
        page = browser.new_page(viewport={"width": 360, "height": 800}, locale="vi-VN")
        page.goto(f"{home}/dang-nhap/")
        assert page.evaluate("window.isSecureContext")
        page.locator("[name=login]").fill("an")
        page.locator("[name=password]").fill(code)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        page.wait_for_url(lambda url: "mat-khau" in url)
        for name in ("password1", "password2"):
            page.locator(f"[name={name}]").fill("Con suối nhỏ chảy qua 3 bản")
        page.get_by_role("button", name="Lưu mật khẩu mới").click()
        page.wait_for_url(lambda url: "mat-khau" not in url)
        page.goto(f"{home}/he-thong/")
        shown = page.locator("main").inner_text()
        assert "Bộ chạy nền đang chạy" in shown
        assert "Chứng thư có giá trị đến" in shown
        assert "Không có lỗi" in shown
        page.set_viewport_size({"width": 1280, "height": 800})
        page.screenshot(path=ROOT / "test-results" / "system.png", full_page=True)
        browser.close()


def trusting_home(here, folder):
    """A home whose browser was told to trust the authority, as an office's PC is."""
    home = folder / "home"
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    root = str(here / "data" / "authority" / "root.pem")
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "kheo", "-t", "C,,", "-i", root]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *arguments], check=True)
    return home
