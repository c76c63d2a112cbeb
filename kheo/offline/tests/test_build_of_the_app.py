"""What the phone runs: nothing newer than Chrome 119, at most 120 KB at the first opening."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from kheo.offline import shell, words
from kheo.ui import assets

CHROME = 119
MOST_BYTES = 120 * 1024
KNOWN = assets.MODULES / "@mdn" / "browser-compat-data" / "data.json"
BUILT = [assets.ASSETS / "offline" / name for name in assets.APP_PARTS.values()]
# Names that also stand in the code for something else: what they are there.
OUR_OWN = {
    "bytes": "of the pack, as the server says it",
    "entry": "of a periodic report",
    "fromBase64": "js-base64 asks first whether it is there",
    "last": "of an initiative: its last report",
    "lines": "of a unit's report",
    "queue": "in the key of a sentence",
    "quota": "of navigator.storage.estimate()",
    "toBase64": "js-base64 asks first whether it is there",
    "use": "in the key of a sentence",
    "when": "of a field that is asked only sometimes",
}


def since(support: object) -> float:
    """The first Chrome that has a feature without a switch; endless where none has."""
    first = support[0] if isinstance(support, list) else support
    version = first.get("version_added") if isinstance(first, dict) else None
    if not isinstance(first, dict) or first.get("flags") or not isinstance(version, str):
        return float("inf")
    number = re.sub(r"[^0-9.]", "", version)
    return float(number.split(".")[0]) if number else 0


def features() -> dict[str, float]:
    """Methods, properties and globals of JavaScript and the web, each with the first Chrome that has it."""
    told = json.loads(KNOWN.read_text(encoding="utf-8"))
    found: dict[str, float] = {}

    def note(name: str, feature: dict) -> None:
        version = since(feature.get("__compat", {}).get("support", {}).get("chrome"))
        found[name] = min(found.get(name, float("inf")), version)

    for of in (told["api"], told["javascript"]["builtins"]):
        for name, feature in of.items():
            if not name.startswith("_"):
                note(name, feature)
                for part, inner in feature.items():
                    if part != "__compat":
                        note(re.sub(r"_(static|event)$", "", part), inner)
    return found


@pytest.mark.parametrize("file", BUILT, ids=lambda file: file.name)
def test_nothing_newer_than_the_oldest_browser_is_called(file):
    code = file.read_text(encoding="utf-8")
    newer = {name for name, version in features().items() if version > CHROME}
    called = set(re.findall(r"\.([A-Za-z_$][\w$]*)", code)) | set(re.findall(r"\bnew ([A-Z]\w*)", code))
    assert not (called & newer) - set(OUR_OWN)


def test_the_check_would_find_what_is_too_new():
    """Of each sort one: a method, one of a class, a class, and what 119 had already."""
    found = features()
    assert found["isSubsetOf"] > CHROME
    assert found["fromAsync"] > CHROME
    assert found["IdleDetector"] <= CHROME < found["Translator"]
    assert found["withResolvers"] <= CHROME


@pytest.mark.django_db
def test_the_first_opening_and_the_worker_fit_in_120_kb():
    files = [Path(str(finders.find(name))) for name in shell.FIRST_LOAD]
    packed = [
        len(file.read_bytes() if file.suffix == ".woff2" else gzip.compress(file.read_bytes(), 6))
        for file in files
    ]
    texts = [Client().get(reverse(name)).content for name in ("phone_app", "phone_worker", "phone_manifest")]
    icon = finders.find("offline/icons/icon-192.png")
    weight = sum(packed) + sum(len(gzip.compress(text, 6)) for text in texts) + Path(str(icon)).stat().st_size
    assert weight <= MOST_BYTES


def test_the_licences_of_what_is_inside_travel_with_it():
    told = (assets.ASSETS / "offline" / "licences.txt").read_text(encoding="utf-8")
    for name in assets.APP_PACKAGES:
        assert f"{name}\n\n" in told


def test_the_engine_has_a_sentence_for_all_it_says():
    code = "\n".join(file.read_text(encoding="utf-8") for file in assets.APP.glob("engine/*.js"))
    said = set(re.findall(r'refuse\("(\w+)"|notice\("\w+", "(\w+)"|t\("engine\.(\w+)"', code))
    keys = {f"engine.{one or two or three}" for one, two, three in said} | {
        "engine.full_text",
        "engine.full_photo",
    }
    assert keys == {key for key in words.WORDS if key.startswith("engine.")}


@pytest.mark.django_db
def test_the_worker_names_what_it_keeps_and_changes_with_it(client, monkeypatch):
    answer = client.get(reverse("phone_worker"))
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert (answer.headers["Cache-Control"], answer.headers["Service-Worker-Allowed"]) == (
        "no-cache",
        "/thuc-dia/",
    )
    told = json.loads(answer.text.partition("self.KHEO=")[2].partition(";\n")[0])
    assert told["shell"] == reverse("phone_app")
    assert "/static/offline/app.js" in told["files"]
    assert client.get(reverse("phone_worker")).text == answer.text
    # Another word on the page is another version.
    monkeypatch.setitem(words.WORDS, "home.report", "Viết báo cáo khác")
    again = json.loads(client.get(reverse("phone_worker")).text.partition("=")[2].partition(";\n")[0])
    assert again["version"] != told["version"]
