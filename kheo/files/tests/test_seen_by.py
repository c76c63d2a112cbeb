"""A file is seen by those who may see its record; for everyone else it is not there."""

import pytest
from django.core.files.base import ContentFile
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse

from kheo.files.models import Attachment, Photo
from kheo.files.serving import photo_response

from .cast import people_own_files, person, telling_jpeg, upload

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 quy\xe1\xba\xbft \xc4\x91\xe1\xbb\x8bnh"


@pytest.fixture(autouse=True)
def _owners():
    with people_own_files():
        yield


@pytest.fixture
def minh():
    return person("minh")


def get(user, name, *args, **headers):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args), headers=headers)


def test_its_owner_reads_a_document_under_its_vietnamese_name(minh):
    attachment = Attachment.objects.store(ContentFile(PDF, "Quyết định số 5.pdf"), by=minh, owner=minh)
    response = get(minh, "file", attachment.key)
    assert b"".join(response) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert (
        response["Content-Disposition"]
        == "inline; filename*=utf-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20s%E1%BB%91%205.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]
    again = get(minh, "file", attachment.key, if_none_match=response["ETag"])
    assert again.status_code == 304


def test_a_text_is_saved_never_shown(minh):
    attachment = Attachment.objects.store(ContentFile("xin chào".encode(), "a.txt"), by=minh)
    response = get(minh, "file", attachment.key)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert "sandbox" in response["Content-Security-Policy"]


def test_before_it_belongs_to_a_record_only_its_uploader_sees_it(minh):
    attachment = Attachment.objects.store(ContentFile(PDF, "a.pdf"), by=minh)
    assert get(minh, "file", attachment.key).status_code == 200
    assert get(person("lan"), "file", attachment.key).status_code == 404


def test_the_neighbour_gets_404_for_documents_and_photos(minh):
    lan = person("lan")
    attachment = Attachment.objects.store(ContentFile(PDF, "a.pdf"), by=minh, owner=minh)
    photo = Photo.objects.store(upload(telling_jpeg()), by=minh, owner=minh)
    assert get(lan, "file", attachment.key).status_code == 404
    for size in ("full", "web", "thumb"):
        assert get(lan, "photo", photo.key, size).status_code == 404
        assert get(minh, "photo", photo.key, size).status_code == 200
    assert get(minh, "photo", photo.key, "original").status_code == 404


def test_a_record_of_a_kind_nobody_registered_is_seen_by_nobody(minh):
    attachment = Attachment.objects.store(ContentFile(PDF, "a.pdf"), by=minh, owner=minh)
    Attachment.objects.filter(pk=attachment.pk).update(owner_type="nowhere.thing")
    assert get(minh, "file", attachment.key).status_code == 404
    Attachment.objects.filter(pk=attachment.pk).update(owner_type="accounts.user", owner_id="not a number")
    assert get(minh, "file", attachment.key).status_code == 404


def test_without_signing_in_nothing_is_served(minh):
    photo = Photo.objects.store(upload(telling_jpeg()), by=minh, owner=minh)
    response = Client().get(reverse("photo", args=[photo.key, "web"]))
    assert response.status_code in (302, 404)


def test_the_public_sees_a_publishable_photo_and_never_its_full_copy(minh):
    photo = Photo.objects.store(upload(telling_jpeg()), by=minh, owner=minh)
    request = RequestFactory().get("/")
    with pytest.raises(Http404):
        photo_response(request, photo, "web", public=True)
    photo.answer(by=minh, public_activity=True, recognisable_people=False, children=False)
    response = photo_response(request, photo, "web", public=True)
    assert response["Cache-Control"] == "public, max-age=300"
    assert b"".join(response)[:3] == b"\xff\xd8\xff"
    with pytest.raises(Http404):
        photo_response(request, photo, "full", public=True)
    photo.answer(by=minh, recognisable_people=True)
    with pytest.raises(Http404):
        photo_response(request, photo, "web", public=True)


def test_a_reader_cannot_post_to_a_file(minh):
    attachment = Attachment.objects.store(ContentFile(PDF, "a.pdf"), by=minh, owner=minh)
    client = Client()
    client.force_login(minh)
    assert client.post(reverse("file", args=[attachment.key])).status_code == 405
