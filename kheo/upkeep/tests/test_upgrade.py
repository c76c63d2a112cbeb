"""An office goes to the next version and back; the power fails at every step, and it goes on.

The program is played by a small tree whose `kheo` writes what it was asked into its data: what is tried here
is the order, the exchange and what a crash leaves.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from kheo.upkeep import upgrading
from kheo.upkeep.upgrading import Stopped, Upgrade

PYTHON = """#!/usr/bin/env bash
# What stands for the environment's Python: its `-m kheo` keeps a "database" of one line.
data=$KHEO_DATA
case "$1 $2 $3" in
  "-c "*) echo "$data" ;;
  "-m pip "*)
    while [ "$1" != --dest ]; do shift; done
    mkdir -p "$2"
    touch "$2/some.whl" ;;
  "-m kheo backup")
    [ ! -e "$data/no-backup" ] || { echo "no disk" >&2; exit 1; }
    if [ "$4" = --database-only ]; then
      mkdir -p "$6"
      cp "$data/database" "$6/kheo-20261128-010203-database.tar"
    else cp "$data/database" "$data/full-backup"; fi ;;
  "-m kheo migrate") echo "of version $(cat kheo/version)" >"$data/database" ;;
  "-m kheo restore") cp "$4" "$data/database" ;;
  "-m kheo upgrade") echo "$5 $6" >"$data/journal" ;;
  *) exit 3 ;;
esac
"""
GROUND = """
ensure_environment() { mkdir -p .venv/bin; cp python .venv/bin/python; cp requirements/base.txt .venv/made; }
ensure_build() { :; }
"""


def tree(folder: Path, number: str, packages: str) -> Path:
    for name in ("kheo", "script", "requirements"):
        (folder / name).mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{number}"\n')
    (folder / "kheo" / "version").write_text(number)
    (folder / "kheo" / "rooms.py").write_text("")
    (folder / "kheo" / f"only_in_{number}").write_text("")
    (folder / "requirements" / "base.txt").write_text(packages)
    (folder / "script" / "ground.sh").write_text(GROUND)
    (folder / "python").write_text(PYTHON)
    (folder / "python").chmod(0o755)
    return folder


@pytest.fixture
def office(settings, monkeypatch):
    ground = settings.DATA / uuid.uuid4().hex
    root = tree(ground / "kheo", "0.1.0", "django==5.2")
    (root / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(root / "python", root / ".venv" / "bin" / "python")
    (root / ".venv" / "made").write_text("django==5.2")
    data = ground / "data"
    data.mkdir()
    (data / "database").write_text("of version 0.1.0, with Monday's work")
    tree(ground / "new", "0.2.0", "django==5.3")
    monkeypatch.setenv("KHEO_DATA", str(data))
    monkeypatch.delenv("KHEO_SETTINGS", raising=False)
    # The machine of the tests may run real services.
    monkeypatch.setattr(Upgrade, "systemctl", lambda self, *arguments: False)
    return ground


def run(ground: Path, way: str = "forward") -> None:
    upgrade = Upgrade(ground / "kheo")
    upgrade.home.mkdir(exist_ok=True)
    upgrade.load()
    upgrade.back() if way == "back" else upgrade.forward(str(ground / "new"))


def is_new(ground: Path) -> None:
    root, data = ground / "kheo", ground / "data"
    assert (root / "kheo" / "version").read_text() == "0.2.0"
    assert not (root / "kheo" / "only_in_0.1.0").exists()
    assert (root / ".venv" / "made").read_text() == "django==5.3"
    assert (root / ".upgrade" / "previous" / "kheo" / "only_in_0.1.0").exists()
    assert (root / ".upgrade" / "previous" / ".venv" / "made").read_text() == "django==5.2"
    assert (data / "database").read_text() == "of version 0.2.0\n"
    assert (data / "full-backup").read_text() == "of version 0.1.0, with Monday's work"
    assert (data / "journal").read_text() == "0.1.0 0.2.0\n"


def is_old(ground: Path) -> None:
    root, data = ground / "kheo", ground / "data"
    assert (root / "kheo" / "version").read_text() == "0.1.0"
    assert not (root / "kheo" / "only_in_0.2.0").exists()
    assert (root / ".venv" / "made").read_text() == "django==5.2"
    assert (data / "database").read_text() == "of version 0.1.0, with Monday's work"


def dies_at(at: int, work) -> bool:
    """In a child that ends, as by a power cut, at its nth change of the disk or start of a program."""
    child = os.fork()
    if child == 0:
        calls = 0

        def counted(real):
            def call(*args, **options):
                nonlocal calls
                calls += 1
                if calls == at:
                    os._exit(9)
                return real(*args, **options)

            return call

        try:
            for name in ("replace", "unlink", "mkdir", "rmdir", "fsync"):
                setattr(os, name, counted(getattr(os, name)))
            subprocess.run = counted(subprocess.run)
            work()
        except BaseException:
            os._exit(2)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), code
    return code == 9


def test_to_the_next_version_and_back(office):
    run(office)
    is_new(office)
    with pytest.raises(Stopped):
        run(office)
    # Asked twice, nothing changes, and the way back is still known.
    run(office, "back")
    is_old(office)
    with pytest.raises(Stopped):
        run(office, "back")


@pytest.mark.parametrize("way", ["forward", "back"])
def test_a_crash_at_every_step_and_run_again(office, way):
    if way == "back":
        run(office)
    standing = office.parent / f"standing-{uuid.uuid4().hex}"
    shutil.copytree(office, standing)
    at, died = 0, True
    while died:
        at += 1
        shutil.rmtree(office)
        shutil.copytree(standing, office)
        died = dies_at(at, lambda: run(office, way))
        if died:
            try:
                run(office, way)
            except Stopped:
                # It died at its very end: all was done but the clearing away.
                assert json.loads((office / "kheo" / ".upgrade" / "state.json").read_text())["step"] == "done"
        (is_new if way == "forward" else is_old)(office)
    assert at > 20


def test_a_crash_anywhere_and_then_back(office):
    """Whoever loses heart in the middle gets back what there was."""
    standing = office.parent / f"standing-{uuid.uuid4().hex}"
    shutil.copytree(office, standing)
    at, died = 0, True
    while died:
        at += 1
        shutil.rmtree(office)
        shutil.copytree(standing, office)
        died = dies_at(at, lambda: run(office))
        try:
            run(office, "back")
        except Stopped:
            # Nothing had been changed yet.
            state = office / "kheo" / ".upgrade" / "state.json"
            assert not state.exists() or json.loads(state.read_text())["step"] == "done"
        is_old(office)


def test_without_a_backup_nothing_is_changed(office):
    (office / "data" / "no-backup").touch()
    with pytest.raises(Stopped):
        run(office)
    is_old(office)
    (office / "data" / "no-backup").unlink()
    run(office)
    is_new(office)


def test_not_while_kheo_runs(office):
    from kheo.upkeep import locks

    handle = locks.present(office / "data")
    with pytest.raises(Stopped):
        run(office)
    is_old(office)
    os.close(handle)
    run(office)
    is_new(office)


def test_no_room_no_packages_no_kheo_and_an_older_one(office, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))
        with pytest.raises(Stopped):
            run(office)
    (office / "new" / "pyproject.toml").write_text('version = "0.0.9"\n')
    with pytest.raises(Stopped, match=r"0\.0\.9"):
        run(office)
    shutil.rmtree(office / "new")
    with pytest.raises(Stopped):
        run(office)
    (office / "new").mkdir()
    with pytest.raises(Stopped):
        run(office)
    is_old(office)


@pytest.mark.parametrize("kind", ["gztar", "zip"])
def test_from_an_archive(office, kind):
    packed = shutil.make_archive(str(office / "kheo-0.2.0"), kind, office, "new")
    shutil.rmtree(office / "new")
    shutil.move(packed, office / "new")
    run(office)
    is_new(office)


def test_an_archive_that_leads_outside_is_refused(office, tmp_path):
    import tarfile

    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../../outside"))
    with pytest.raises(Stopped):
        upgrading.unpack(tmp_path / "evil.tar", tmp_path / "into")


def test_from_a_git_repository_into_a_checkout(office):
    def git(folder, *arguments):
        names = ["-c", "user.name=An", "-c", "user.email=an@example.vn"]
        done = subprocess.run(
            ["git", *names, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    root = office / "kheo"
    for folder in (root, office / "new"):
        git(folder, "init", "-q")
        (folder / ".gitignore").write_text("/.venv/\n/.upgrade/\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "A version")
    before, after = git(root, "rev-parse", "HEAD"), git(office / "new", "rev-parse", "HEAD")
    run(office)
    is_new(office)
    assert git(root, "rev-parse", "HEAD") == after
    assert git(root, "status", "--porcelain") == ""
    run(office, "back")
    is_old(office)
    assert git(root, "rev-parse", "HEAD") == before
    assert git(root, "status", "--porcelain") == ""


def test_the_script_runs_from_a_copy_and_one_at_a_time(office):
    import fcntl

    root = office / "kheo"
    environment = dict(os.environ)
    (root / ".upgrade").mkdir()
    driver = shutil.copy(upgrading.__file__, root / ".upgrade" / "driver.py")
    with open(root / ".upgrade" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, driver, str(office / "new")], env=environment, capture_output=True
        )
        assert done.returncode == 1
    done = subprocess.run(
        [sys.executable, driver, str(office / "new")], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    is_new(office)
    assert (
        subprocess.run([sys.executable, driver, "--wrong"], env=environment, capture_output=True).returncode
        == 2
    )
