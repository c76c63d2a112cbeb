"""The fields of upload forms."""

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from kheo.files import types
from kheo.files.forms import DocumentField, PhotoField
from kheo.files.images import Washed

from .cast import telling_jpeg, upload


class Handing(forms.Form):
    scan = DocumentField(required=False)
    photos = PhotoField(required=False, most=2)


def handing(**files):
    return Handing({}, MultiValueDict(files))


def test_photos_come_out_washed():
    form = handing(photos=[upload(telling_jpeg()), upload(telling_jpeg(width=300), "b.jpg")])
    assert form.is_valid(), form.errors
    assert [type(photo) for photo in form.cleaned_data["photos"]] == [Washed, Washed]


def test_each_bad_photo_is_named():
    form = handing(photos=[upload(b"GIF89a", "một.gif"), upload(b"MZ", "hai.exe")])
    assert not form.is_valid()
    assert "một.gif" in str(form.errors["photos"])
    assert "hai.exe" in str(form.errors["photos"])


def test_at_most_so_many():
    form = handing(photos=[upload(telling_jpeg()) for _ in range(3)])
    assert "nhiều nhất 2 ảnh" in str(form.errors["photos"])


def test_nothing_is_nothing():
    form = handing()
    assert form.is_valid()
    assert form.cleaned_data == {"scan": None, "photos": []}


def test_a_document_too_large_is_told_before_it_is_copied():
    big = SimpleUploadedFile("scan.pdf", b"%PDF-")
    big.size = types.DOCUMENT_LIMIT + 1
    assert "50 MB" in str(handing(scan=[big]).errors["scan"])
