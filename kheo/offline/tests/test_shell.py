"""The page of the app, what the browser is told about it, and that no sentence is missing or left over."""

import json
import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from kheo.offline import shell, words

FACE = Path(settings.ROOT) / "kheo" / "offline" / "app"
KINDS = ("report", "registration", "unit_report", "continuing")


def asked_for() -> set[str]:
    """The keys that the scripts ask for, those put together from a part included."""
    scripts = "\n".join(file.read_text(encoding="utf-8") for file in FACE.glob("**/*.js"))
    found = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', scripts))
    begun = set(re.findall(r"`([a-z_]+\.)\$\{", scripts))
    return found | {key for key in words.WORDS if any(key.startswith(part) for part in begun)}


def test_every_sentence_the_scripts_ask_for_is_there():
    known = set(words.WORDS) | {key.rpartition(".")[0] for key in words.WORDS if key.endswith(".one")}
    files = re.compile(r"\.(js|css)$")
    missing = {
        key
        for key in asked_for()
        if key not in known and not files.search(key) and not key.startswith("engine.")
    }
    assert not missing


def test_no_sentence_is_left_over():
    asked = asked_for()
    by_the_page = {"app.name", "app.about", "app.opening"}
    spare = {
        key
        for key in words.WORDS
        if key not in asked and re.sub(r"\.(one|other)$", "", key) not in asked and key not in by_the_page
    }
    assert not spare


def test_what_counts_is_said_for_one_and_for_many():
    ones = {key.removesuffix(".one") for key in words.WORDS if key.endswith(".one")}
    others = {key.removesuffix(".other") for key in words.WORDS if key.endswith(".other")}
    assert ones == others
    for key, sentence in words.told().items():
        # The same blanks in every language, or the phone would show one in braces.
        assert set(re.findall(r"\{(\w+)\}", sentence)) == set(
            re.findall(r"\{(\w+)\}", str(words.WORDS[key]._args[-1]))
        ), key


def test_the_page_opens_for_anyone_and_names_nobody(client, settings):
    page = client.get(reverse("phone_app"))
    assert page.status_code == 200
    assert page.cookies["csrftoken"].value
    assert "img-src 'self' data: blob:" in page.headers["Content-Security-Policy"]
    found = re.search(r'<script id="words" type="application/json">(.*?)</script>', page.text, re.S)
    assert found
    assert json.loads(found[1])["home.report"] == "Viết báo cáo"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert 'lang="en"' in client.get(reverse("phone_app")).text


def test_entering_asks_for_the_sign_in_and_comes_back(client, django_user_model):
    asked = client.get(reverse("phone_enter"))
    assert asked.status_code == 302
    assert asked.url.endswith("next=/thuc-dia/vao/")
    client.force_login(
        django_user_model.objects.create(username="minh", full_name="Lô Văn Minh"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert client.get(reverse("phone_enter")).url == "/thuc-dia/?vao=1"


def test_what_is_shared_before_the_app_has_ever_run_is_answered_with_a_word(client):
    answer = client.post(reverse("phone_shared"), {"text": "30 hộ ra quân"})
    assert (answer.status_code, answer.url) == (302, "/thuc-dia/?chia-se=lai")


def test_the_manifest_names_the_app_its_pictures_and_what_can_be_shared_to_it(client):
    answer = client.get(reverse("phone_manifest"))
    assert answer.headers["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert (told["name"], told["start_url"], told["scope"]) == ("Khéo thực địa", "/thuc-dia/", "/thuc-dia/")
    assert told["display"] == "standalone"
    assert {each["purpose"] for each in told["icons"]} == {"any", "maskable"}
    assert {each["sizes"] for each in told["icons"]} == {"192x192", "512x512"}
    target = told["share_target"]
    assert (target["action"], target["params"]["files"][0]["name"]) == (reverse("phone_shared"), "photos")
    # All of it is there after a build.
    for name in [*shell.FIRST_LOAD, *(path for path, _side, _purpose in shell.ICONS)]:
        assert finders.find(name), name
