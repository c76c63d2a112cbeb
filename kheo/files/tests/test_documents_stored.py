"""What an office hands in is kept once, under its hash; what is no document is refused in a sentence."""

import io
import unicodedata
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from kheo.audit.models import Entry
from kheo.files import storage, types
from kheo.files.models import Attachment, Blob, Photo
from kheo.lib.refusals import Refused

from .cast import people_own_files, person, telling_jpeg, upload

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.fixture
def minh(db):
    return person("minh")


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "05-CT-TU.pdf", types.PDF),
        (DOCX, "05-CT-TU.docx", types.DOCX),
        (XLSX, "danh sách.xlsx", types.XLSX),
        ("Chỉ thị số 05-CT/TU".encode(), "a.txt", types.TEXT),
        ("Chỉ thị".encode("utf-16"), "a.txt", types.TEXT),
        ("ChØ thÞ sè 05-CT/TU".encode("latin-1"), "tcvn3.txt", types.TEXT),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "có mật khẩu.docx", types.LOCKED),
        (b"", "trống.txt", types.EMPTY),
        (PDF, "lies.exe", types.PDF),
    ],
)
def test_the_content_says_what_it_is(minh, content, name, media_type):
    attachment = Attachment.objects.store(ContentFile(content, name), by=minh, kind="directive")
    assert (attachment.media_type, attachment.size, attachment.kind) == (
        media_type,
        len(content),
        "directive",
    )
    with attachment.open() as file:
        assert file.read() == content
    assert Entry.objects.about(attachment).get().verb == "uploaded"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (OLE, "cũ.doc", "định dạng cũ của Word"),
        (archive("word/document.xml", "word/vbaProject.bin"), "macro.docm", "macro"),
        (archive("a/b.txt"), "gói.zip", "tệp nén"),
        (b"PK\x03\x04 broken", "hỏng.docx", "bị hỏng"),
        (b"MZ\x90\x00", "chạy.pdf", "chương trình"),
        (b"\x7fELF", "chạy", "chương trình"),
        (b"GIF89a", "hình.gif", "GIF hoặc SVG"),
        (b"<?xml version='1.0'?><svg onload='x'/>", "hình.svg", "GIF hoặc SVG"),
        (b"<!DOCTYPE html><script>", "trang.txt", "trang web"),
        (b"\x00\x01\x02\x03" * 50, "lạ.pdf", "không nhận ra"),
    ],
)
def test_what_is_no_document_is_refused_with_its_name(minh, content, name, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        Attachment.objects.store(ContentFile(content, name), by=minh)
    assert name in str(refusal.value)
    assert not Attachment.objects.exists()
    assert not list((storage.path_of("x" * 64).parents[2] / "incoming").iterdir())


def test_fifty_megabytes_are_kept_and_one_byte_more_is_refused(minh):
    content = PDF + b"\0" * (types.DOCUMENT_LIMIT - len(PDF))
    attachment = Attachment.objects.store(ContentFile(content, "scan.pdf"), by=minh)
    assert attachment.size == types.DOCUMENT_LIMIT
    with pytest.raises(Refused, match="50 MB"):
        Attachment.objects.store(ContentFile(content + b"\0", "scan.pdf"), by=minh)


def test_a_scan_taken_by_phone_is_washed_like_a_photo(minh):
    attachment = Attachment.objects.store(upload(telling_jpeg(), "quyết định.heic"), by=minh)
    assert (attachment.name, attachment.media_type) == ("quyết định.jpg", "image/jpeg")
    with attachment.open() as file:
        assert b"SECRET" not in file.read()


def test_two_equal_uploads_are_stored_once(minh):
    lan = person("lan")
    one = Attachment.objects.store(ContentFile(PDF, "một.pdf"), by=minh)
    other = Attachment.objects.store(ContentFile(PDF, "hai.pdf"), by=lan)
    assert one.sha256 == other.sha256
    assert one.key != other.key
    assert Blob.objects.count() == 1
    assert [path.name for path in storage.path_of(one.sha256).parent.iterdir()] == [one.sha256]


def test_two_equal_photos_are_stored_once(minh):
    one, other = (Photo.objects.store(upload(telling_jpeg()), by=minh) for _ in range(2))
    assert list(one.contents()) == list(other.contents())
    assert one.received_sha256 == other.received_sha256
    assert Blob.objects.count() == 3


def test_the_row_comes_after_the_bytes_and_goes_with_the_transaction(minh):
    with transaction.atomic():
        attachment = Attachment.objects.store(ContentFile(b"%PDF-rolled back", "a.pdf"), by=minh)
        assert storage.path_of(attachment.sha256).exists()
        transaction.set_rollback(True)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (unicodedata.normalize("NFD", "Kế hoạch Nghệ An.pdf"), "Kế hoạch Nghệ An.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Hoa\\Kế hoạch.pdf", "Kế hoạch.pdf"),
        ("bí\u202emật\x00.pdf", "bímật.pdf"),
        ("", "không tên"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("ảnh 🎉.pdf", "ảnh 🎉.pdf"),
    ],
)
def test_names_are_kept_as_people_gave_them_without_tricks(given, kept):
    assert types.clean_name(given) == kept


def test_a_file_is_given_to_its_record_once(minh):
    lan = person("lan")
    attachment = Attachment.objects.store(ContentFile(PDF, "a.pdf"), by=minh)
    with pytest.raises(LookupError):
        attachment.belong_to(Blob.objects.first())
    with people_own_files():
        attachment.belong_to(minh)
        attachment.belong_to(minh)
        with pytest.raises(Refused, match="hồ sơ khác"):
            attachment.belong_to(lan)
    assert list(Attachment.objects.of(minh)) == [attachment]
    attachment.withdraw(by=minh, reason="Nhầm tệp")
    assert not Attachment.objects.of(minh).exists()
