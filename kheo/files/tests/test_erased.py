"""Erased by right: the bytes and the words go, that it was here stays."""

import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from kheo.audit.models import Entry
from kheo.files import storage
from kheo.files.models import Attachment, Blob, Photo
from kheo.lib.periods import BEGINNING
from kheo.lib.refusals import FasterColleague, Refused

from .cast import person, telling_jpeg, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh():
    return person("minh")


def test_a_photo_s_bytes_and_words_go_and_a_tombstone_stays(minh, django_capture_on_commit_callbacks):
    photo = Photo.objects.store(
        upload(telling_jpeg()), by=minh, author="Vi Văn Minh", caption="Bà Lô Thị Hoa nhận bò"
    )
    photo.describe(by=minh, author="Vi Văn Minh", caption="Bà Lô Thị Hoa, bản Tam Liên")
    paths = [storage.path_of(sha256) for sha256 in photo.contents()]
    with django_capture_on_commit_callbacks(execute=True):
        photo.erase(by=minh, reason="Theo yêu cầu của bà Hoa ngày 05/7/2026")
    photo = Photo.objects.get(pk=photo.pk)
    assert (photo.author, photo.caption, photo.alt, photo.taken_on) == ("", "", "", BEGINNING)
    assert (photo.erased_by, photo.erased_reason) == (minh, "Theo yêu cầu của bà Hoa ngày 05/7/2026")
    assert photo.erased_at
    assert not photo.may_be_seen_by(minh)
    assert not any(path.exists() for path in paths)
    told = list(Entry.objects.about(photo).order_by("id"))
    assert [entry.verb for entry in told] == ["uploaded", "photo_described", "erased"]
    assert not [
        entry for entry in told if "Lô Thị Hoa" in entry.object_label + str(entry.changes) + entry.folded
    ]


def test_bytes_another_living_record_needs_stay(minh, django_capture_on_commit_callbacks):
    one, other = (Photo.objects.store(upload(telling_jpeg()), by=minh) for _ in range(2))
    with django_capture_on_commit_callbacks(execute=True):
        one.erase(by=minh, reason="Yêu cầu")
    assert storage.path_of(other.web_id).exists()
    with django_capture_on_commit_callbacks(execute=True):
        other.erase(by=minh, reason="Yêu cầu")
    assert not storage.path_of(other.web_id).exists()


def test_the_same_document_handed_in_again_is_kept_again(minh, django_capture_on_commit_callbacks):
    content = b"%PDF- once more"
    with django_capture_on_commit_callbacks(execute=True):
        Attachment.objects.store(ContentFile(content, "a.pdf"), by=minh).erase(by=minh, reason="Nhầm")
    again = Attachment.objects.store(ContentFile(content, "a.pdf"), by=minh)
    assert not Blob.objects.get(pk=again.sha256).gone
    with again.open() as file:
        assert file.read() == content


def test_a_reason_is_asked_for_and_the_second_is_told(minh):
    attachment = Attachment.objects.store(ContentFile(b"%PDF-", "a.pdf"), by=minh)
    with pytest.raises(Refused, match="căn cứ"):
        attachment.erase(by=minh, reason=" ")
    with pytest.raises(Refused, match="lý do"):
        attachment.withdraw(by=minh, reason="")
    same = Attachment.objects.get(pk=attachment.pk)
    attachment.erase(by=minh, reason="Nhầm")
    with pytest.raises(FasterColleague):
        same.erase(by=minh, reason="Nhầm")
    with pytest.raises(FasterColleague):
        same.withdraw(by=minh, reason="Nhầm")


def test_the_daily_sweep_takes_what_nobody_needs(minh):
    attachment = Attachment.objects.store(ContentFile(b"%PDF- kept", "a.pdf"), by=minh)
    erased = Attachment.objects.store(ContentFile(b"%PDF- interrupted", "a.pdf"), by=minh)
    # The machine stopped between the erasure's commit and the removal.
    Attachment.objects.filter(pk=erased.pk).update(erased_at=attachment.uploaded_at)
    stray = storage.path_of("f" * 64)
    fresh = storage.path_of("e" * 64)
    for path in (stray, fresh):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"rolled back")
    os.utime(stray, (time.time() - 200_000,) * 2)
    call_command("sweep_files")
    assert storage.path_of(attachment.sha256).exists()
    assert not storage.path_of(erased.sha256).exists()
    assert not stray.exists()
    assert fresh.exists()
