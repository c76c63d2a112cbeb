"""What `kheo build` makes: letters that fit, figures that align, translations that are whole."""

import gzip
import subprocess
import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from fontTools.ttLib import TTFont

from kheo.ui import assets
from kheo.ui.letters import LETTERS

ROOT = Path(assets.__file__).parents[2]
STATIC = Path(assets.__file__).parent / "static" / "ui"


def test_the_letters_hold_all_of_vietnamese():
    for vowel in "aăâeêioôơuưy":
        for tone in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"):
            letter = unicodedata.normalize("NFC", vowel + tone)
            assert letter in LETTERS
            assert letter.upper() in LETTERS
    assert set("đĐ₫“”–…²") <= set(LETTERS)


def test_locked_packages_name_no_address():
    for lock in [ROOT / "package-lock.json", *(ROOT / "requirements").glob("*.txt")]:
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


def test_styles_and_scripts_stay_light():
    weighed = sum(len(gzip.compress(file.read_bytes())) for file in STATIC.iterdir() if file.is_file())
    assert weighed < 16 * 1024


def test_digits_get_one_width(tmp_path):
    if not assets._font(400).exists():
        pytest.skip("kheo build has not fetched the font yet")
    assets.subset_font(assets._font(400), "0123456789", tmp_path / "digits.woff2", one_width=True)
    font = TTFont(tmp_path / "digits.woff2")
    assert len({font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}) == 1
    assets.subset_font(assets._font(400), LETTERS, tmp_path / "text.woff2")
    assert (tmp_path / "text.woff2").stat().st_size < assets.MOST_FONT_BYTES // 2


@pytest.mark.parametrize("style", assets.PAPER_STYLES)
def test_papers_have_every_vietnamese_letter_as_wide_as_the_law_s_font(tmp_path, style):
    source = assets._paper_font(style)
    if not source.exists():
        pytest.skip("kheo build has not fetched the font yet")
    assets.subset_font(source, LETTERS, tmp_path / "paper.woff2")
    font = TTFont(tmp_path / "paper.woff2")
    names = font.getBestCmap()
    # A tick stands on screens alone.
    assert {letter for letter in LETTERS if ord(letter) not in names} <= {"✓"}
    if style == "regular":
        # The widths of Times New Roman, in 2048ths of its size.
        widths = {"a": 909, "m": 1593, "W": 1933, "0": 1024, " ": 512, "ệ": 909, "Đ": 1479}
        told = {letter: font["hmtx"][names[ord(letter)]][0] for letter in widths}
        assert told == widths


def test_a_fuzzy_translation_stops_the_build(tmp_path, monkeypatch):
    source = tmp_path / "kheo" / "room" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    source.write_text(head + 'msgid "one"\nmsgstr "một"\n')
    assets.compile_translations()
    assert source.with_suffix(".mo").exists()
    source.with_suffix(".mo").unlink()
    source.write_text(head + '#, fuzzy\nmsgid "one"\nmsgstr "một"\n')
    with pytest.raises(assets.CannotBuild, match="fuzzy"):
        assets.compile_translations()
    source.write_text(head + 'msgid "100% of all, 5% share"\nmsgstr "100% số hộ"\n')
    assets.compile_translations()
    source.with_suffix(".mo").unlink()
    source.write_text(head + '#, python-format\nmsgid "%(n)s rows"\nmsgstr "%(m)s dòng"\n')
    with pytest.raises(assets.CannotBuild, match="rows"):
        assets.compile_translations()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("npm error code ENOTFOUND", "cannot be reached"),
        ("npm error code EINTEGRITY", "nothing was installed"),
        ("npm error something else", "something else"),
    ],
)
def test_npm_troubles_are_told_in_a_sentence(monkeypatch, told, sentence):
    monkeypatch.setattr(assets, "npm", lambda *a, **k: subprocess.CompletedProcess(a, 1, "", told))
    with pytest.raises(assets.CannotBuild, match=sentence):
        assets.install(print)


def test_the_command_says_why_it_stopped_or_that_nothing_was_to_do(monkeypatch):
    def stop(*args, **kwargs):
        raise assets.CannotBuild("The npm registry cannot be reached.")

    monkeypatch.setattr(assets, "build", stop)
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("build")
    monkeypatch.setattr(assets, "build", lambda *args, **kwargs: [])
    out = StringIO()
    call_command("build", stdout=out)
    assert "already" in out.getvalue()


def test_only_what_changed_is_made_again(tmp_path, monkeypatch):
    for folder in ("BUILD", "ASSETS", "TEST_ASSETS"):
        monkeypatch.setattr(assets, folder, tmp_path / folder)
    made = []
    monkeypatch.setattr(assets, "compile_translations", lambda: made.append("translations"))
    monkeypatch.setattr(assets, "make_fonts", lambda say: made.append("fonts"))
    monkeypatch.setattr(assets, "bundle_app", lambda say: made.append("app"))
    monkeypatch.setattr(assets, "collect", lambda: made.append("static"))
    monkeypatch.setattr(assets, "_present", lambda name: True)
    words = tmp_path / "django.po"
    words.write_text("1")
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "_catalogues", lambda: [words])
    monkeypatch.setattr(assets, "_locks", list)
    monkeypatch.setattr(assets, "_static_files", list)
    monkeypatch.setattr(assets, "_app_files", list)
    monkeypatch.setattr(assets, "_own", lambda *names: [])
    assert assets.build(made.append)[0] == "translations"
    assert assets.build(print) == []
    words.write_text("2")
    assert "translations" in assets.build(made.append)
