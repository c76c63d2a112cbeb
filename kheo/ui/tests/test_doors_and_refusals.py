"""Doors are closed unless opened; every no is a sentence on a page of the house."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.views.decorators.http import require_POST

from kheo.lib.refusals import FasterColleague
from kheo.ui.doors import open_door

pytestmark = pytest.mark.django_db


def closed(request):
    return HttpResponse(f"inside {request.POST.get('text', '')}")


@open_door("Only for this test.")
def opened(request):
    return HttpResponse("open")


@open_door("Only for this test.")
def refusing(request):
    raise FasterColleague("Chị Lan đã tiếp nhận lúc 14:05. Hãy tải lại trang.")


@open_door("Only for this test.")
def breaking(request):
    raise RuntimeError("broken")


urlpatterns = [
    path("", include(settings.ROOT_URLCONF)),
    path("closed/", closed),
    path("only-post/", require_POST(closed)),
    path("opened/", opened),
    path("refusing/", refusing),
    path("breaking/", breaking),
]


@pytest.fixture(autouse=True)
def house(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def hoa():
    return get_user_model().objects.create_user("hoa", "Mat-khau-cua-hoa", full_name="Hoa")


@pytest.fixture
def lan():
    return get_user_model().objects.create_user("lan", "Mat-khau-cua-lan", full_name="Lan")


def enter(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


@pytest.fixture(autouse=True)
def plain_sign_in(settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]


def expire(client):
    """The session ends; the browser stays the same."""
    del client.cookies[settings.SESSION_COOKIE_NAME]


def test_a_closed_door_leads_to_the_sign_in_and_back(client):
    response = client.get("/closed/?a=1")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/closed/%3Fa%3D1")
    assert client.get("/opened/").content == b"open"


def test_who_signed_in_walks_through(client, hoa):
    enter(client, hoa)
    assert client.get("/closed/").content == b"inside "


def test_a_program_is_told_so(client):
    response = client.get("/closed/", headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert response.json() == {"refused": "Hãy đăng nhập."}


def test_a_part_of_a_page_makes_the_whole_page_go_to_the_sign_in(client):
    response = client.get(
        "/closed/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/list/"}
    )
    assert response["HX-Redirect"].endswith("?next=/list/")


def test_an_open_door_needs_a_reason():
    with pytest.raises(ValueError, match="reason"):
        open_door(" ")


def test_a_refusal_is_a_page_with_its_sentence(client):
    response = client.get("/refusing/", headers={"Referer": "http://testserver/opened/"})
    assert response.status_code == 409
    assert "Chị Lan đã tiếp nhận lúc 14:05." in response.content.decode()
    assert 'href="http://testserver/opened/"' in response.content.decode()


def test_a_foreign_way_back_is_not_offered(client):
    assert (
        "evil" not in client.get("/refusing/", headers={"Referer": "https://evil.example/"}).content.decode()
    )


def test_a_refusal_for_programs_and_parts_of_pages(client):
    response = client.get("/refusing/", headers={"Accept": "application/json"})
    assert response.status_code == 409
    assert response.json()["refused"].startswith("Chị Lan")
    response = client.get("/refusing/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#notices"


def test_pages_for_what_goes_wrong(client, hoa):
    enter(client, hoa)
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "Không tìm thấy trang này" in response.content.decode()
    client.raise_request_exception = False
    response = client.get("/breaking/")
    assert response.status_code == 500
    assert "Có lỗi xảy ra" in response.content.decode()


def test_typed_words_survive_the_end_of_the_session(client, hoa):
    enter(client, hoa)
    client.get("/opened/")
    expire(client)
    response = client.post(
        "/closed/?step=2",
        {"text": "Đường <hoa>", "many": ["1", "2"], "password1": "geheim", "csrfmiddlewaretoken": "t"},
        headers={"Referer": "http://testserver/form/"},
    )
    assert response.status_code == 302
    assert "/da-giu/" in response["Location"]
    said = [str(message) for message in response.wsgi_request._messages]
    assert said == ["Phiên làm việc đã hết. Nội dung vừa nhập vẫn được giữ: hãy đăng nhập rồi gửi lại."]

    page = response["Location"].split("next=")[1]
    enter(client, hoa)
    html = client.get(page).content.decode()
    assert 'action="/closed/?step=2"' in html
    assert "Đường &lt;hoa&gt;" in html
    assert html.count('name="many"') == 2
    assert "geheim" not in html
    assert client.post(page).url == "http://testserver/form/"
    assert client.get(page).status_code == 404


def test_nobody_else_finds_them(client, hoa, lan):
    enter(client, hoa)
    client.get("/opened/")
    expire(client)
    page = client.post("/closed/", {"text": "Chuyện của Hoa"})["Location"].split("next=")[1]
    enter(client, lan)
    assert client.get(page).status_code == 404


def test_a_stranger_s_words_are_not_kept(client):
    response = client.post("/closed/", {"text": "x" * 1000})
    assert "/da-giu/" not in response["Location"]
    assert "kept_forms" not in client.session


def test_a_flood_is_not_kept(client, hoa):
    enter(client, hoa)
    client.get("/opened/")
    expire(client)
    assert "/da-giu/" not in client.post("/closed/", {"text": "x" * 300_001})["Location"]
    for number in range(8):
        client.post("/closed/", {"text": str(number)})
    assert len(client.session["kept_forms"]) == 5


def test_an_hour_later_they_are_gone(client, hoa):
    enter(client, hoa)
    client.get("/opened/")
    expire(client)
    page = client.post("/only-post/", {"text": "x"})["Location"].split("next=")[1]
    enter(client, hoa)
    assert client.get(page).status_code == 200
    session = client.session
    for form in session["kept_forms"].values():
        form["at"] -= 3601
    session.save()
    assert client.get(page).status_code == 404


def test_a_page_that_grew_old_keeps_what_was_typed(hoa):
    client = Client(enforce_csrf_checks=True)
    enter(client, hoa)
    response = client.post("/closed/", {"text": "Đường hoa"}, headers={"Origin": "http://testserver"})
    assert response.status_code == 403
    assert "Đường hoa" in response.content.decode()
    assert "Gửi lại" in response.content.decode()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_a_form_from_elsewhere_is_never_offered_again(hoa, origin):
    client = Client(enforce_csrf_checks=True)
    enter(client, hoa)
    response = client.post("/closed/", {"text": "chuyển hết"}, headers={"Origin": origin})
    assert response.status_code == 403
    assert "chuyển hết" not in response.content.decode()


def test_vietnamese_unless_chosen(client):
    assert "Không tìm thấy" in client.get("/no/", headers={"Accept-Language": "en"}).content.decode()
    response = client.post("/ngon-ngu/", {"language": "en", "next": "/opened/"})
    assert response.url == "/opened/"
    assert "This page cannot be found" in client.get("/no/").content.decode()
    assert client.post("/ngon-ngu/", {"language": "xx", "next": "https://evil.example/"}).url == "/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_light_and_dark(client):
    client.post("/sang-toi/", {"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in client.get("/no/").content.decode()
    client.post("/sang-toi/", {"theme": "<b>"})
    assert 'data-theme="auto"' in client.get("/no/").content.decode()


def test_the_style_page_shows_itself_while_trying_things_out_only(client):
    assert client.get("/giao-dien/").status_code == 404
    with override_settings(DEMO=True):
        html = client.get("/giao-dien/").content.decode()
    assert "Bản trình diễn, dữ liệu mẫu" in html
    assert "style=" not in html
    assert "onclick" not in html
