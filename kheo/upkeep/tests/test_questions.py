"""The questions of an installation: what may be answered, and the sentence for what may not."""

from pathlib import Path

import pytest

from kheo.lib.refusals import Refused
from kheo.upkeep.installing import questions
from kheo.upkeep.installing.questions import settled

RIGHT = {"HOST": "kheo.vn", "ADMIN_NAME": "Phan Thị An", "ADMIN_USER": "an"}


def answer(given, kept=None, here=None):
    return settled(RIGHT | given, kept or {}, here=here, ask=False)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"HOST": "https://kheo.vn"}, "https://kheo.vn"),
        ({"HOST": "192.168.1"}, "192.168.1"),
        ({"HOST": "xã tam quang"}, "xã tam quang"),
        ({"HOST": "-kheo.vn"}, "-kheo.vn"),
        ({"ADMIN_NAME": "An"}, "Phan Thị An"),
        ({"ADMIN_USER": "0912345678"}, "2"),
        ({"ADMIN_USER": "an phan"}, "2"),
        ({"HTTP_PORT": "http"}, "http"),
        ({"HTTP_PORT": "443"}, "443"),
        ({"CERTIFICATE": "office.pem"}, "internal"),
        ({"CERTIFICATE": "/nowhere.pem", "CERTIFICATE_KEY": "/nowhere.key"}, "/nowhere.pem"),
        ({"CERTIFICATE": "/nowhere.pem"}, "/etc/ssl"),
        ({"DATABASE": "oracle"}, "postgres"),
        ({"DATA": "data"}, "/var/lib/kheo"),
        ({"DATA": "/"}, "/var/lib/kheo"),
        ({"LANGUAGE": "fr"}, "vi"),
    ],
)
def test_a_wrong_answer_gets_a_sentence(given, named):
    with pytest.raises(Refused) as refused:
        answer(given)
    assert named in str(refused.value)


def test_what_is_not_answered_has_a_default():
    found = answer({"HOST": "KHEO.vn"})
    assert found["HOST"] == "kheo.vn"
    assert (found["DATA"], found["HTTPS_PORT"], found["DATABASE"]) == ("/var/lib/kheo", "443", "sqlite")
    here = answer({}, here=Path("/srv/kheo"))
    assert (here["DATA"], here["HTTPS_PORT"]) == ("/srv/kheo/data", "8443")


def test_what_was_answered_before_is_not_asked_again():
    assert answer({}, {"DATA": "/data/kheo"})["DATA"] == "/data/kheo"
    assert answer({"DATA": "/d"}, {"DATA": "/data/kheo"})["DATA"] == "/d"


def test_the_administrator_has_no_default():
    with pytest.raises(Refused) as refused:
        settled({"HOST": "kheo.vn"}, {}, here=None, ask=False)
    assert "ADMIN_NAME" in str(refused.value)


def test_a_person_is_asked_until_the_answer_can_be(monkeypatch, capsys):
    typed = iter(["", "https://x", "kheo.vn", "", "An", "Phan Thị An", "an", "", ""])
    monkeypatch.setattr("builtins.input", lambda words: next(typed))
    found = settled({}, {}, here=None, ask=True)
    assert (found["HOST"], found["ADMIN_NAME"], found["CERTIFICATE"]) == (
        "kheo.vn",
        "Phan Thị An",
        questions.INTERNAL,
    )
    assert "https://x" in capsys.readouterr().out


def test_an_unknown_name_in_the_file_is_named(tmp_path):
    file = tmp_path / "answers"
    file.write_text("DOMAIN=kheo.vn\n")
    with pytest.raises(Refused) as refused:
        questions.read(file)
    assert "DOMAIN" in str(refused.value)
