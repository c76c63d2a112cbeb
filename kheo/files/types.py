"""What a file is, read from its content; what its name or the browser says is not believed."""

import re
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc

MEGABYTE = 1024 * 1024
DOCUMENT_LIMIT = 50 * MEGABYTE

JPEG, PNG, WEBP, HEIC = "image/jpeg", "image/png", "image/webp", "image/heic"
PICTURES = {JPEG, PNG, WEBP, HEIC}
PDF, TEXT = "application/pdf", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS, ODS = "application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet"
# A .docx or .xlsx with a password: kept, so that its reader can say what is wrong with it.
LOCKED = "application/x-locked-office"
EMPTY = "application/x-empty"

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Control characters no text holds, whatever its encoding; TCVN3 and VNI use bytes from 0x80 up.
_NO_TEXT = bytes(set(range(9)) | set(range(14, 27)) | set(range(28, 32)))


def picture_type(head: bytes) -> str:
    """The media type of a picture Kheo takes, from its first bytes; "" for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return HEIC
    return ""


def document_type(path: Path, name: str) -> str:
    """The media type of a document an office hands in. Refuses everything else with a sentence.

    `name` is only said back to the person.
    """
    with path.open("rb") as file:
        head = file.read(8192)
    if not head:
        return EMPTY
    if picture := picture_type(head):
        return picture
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _office_type(path, name)
    if head.startswith(_OLE):
        if _is_locked(path):
            return LOCKED
        if _names_in(path, "Workbook") and not _names_in(path, "_VBA_PROJECT_CUR"):
            return XLS
        raise Refused(
            _("“%(name)s” is in the old format of Word or Excel. Save it as .docx or .xlsx and upload that.")
            % {"name": name}
        )
    if head.startswith(_PROGRAMS):
        raise Refused(_("“%(name)s” is a program. Programs are not taken.") % {"name": name})
    _refuse_drawings(head, name)
    if head.startswith(_UTF16) or head.translate(None, _NO_TEXT) == head:
        return TEXT
    raise Refused(
        _("“%(name)s” is no document that Kheo knows. Upload .pdf, .docx, .xlsx, .txt or a picture.")
        % {"name": name}
    )


def _office_type(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            mimetype = ""
            if "mimetype" in inside:
                with archive.open("mimetype") as file:
                    mimetype = file.read(100).decode("ascii", errors="replace").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused(
            _("“%(name)s” is damaged and cannot be opened. Save it again and upload that.") % {"name": name}
        )
    macros = ("vbaproject.bin", "basic/script-lc.xml")
    if any(part.lower().endswith(macros) for part in inside):
        raise Refused(
            _("“%(name)s” holds macros. Save it without macros as .docx or .xlsx and upload that.")
            % {"name": name}
        )
    if "word/document.xml" in inside:
        return DOCX
    if "xl/workbook.xml" in inside:
        return XLSX
    if "content.xml" in inside and mimetype == ODS:
        return ODS
    raise Refused(
        _("“%(name)s” is an archive or another kind of document. Upload the .pdf, .docx or .xlsx itself.")
        % {"name": name}
    )


def _is_locked(path: Path) -> bool:
    """Whether an OLE container is an encrypted .docx or .xlsx: its directory then names EncryptedPackage."""
    return _names_in(path, "EncryptedPackage")


def _names_in(path: Path, name: str) -> bool:
    """Whether the directory of an OLE container may name a stream: whether the name stands in the file."""
    wanted, tail = name.encode("utf-16-le"), b""
    with path.open("rb") as file:
        while piece := file.read(MEGABYTE):
            if wanted in tail + piece:
                return True
            tail = piece[-len(wanted) :]
    return False


def _refuse_drawings(head: bytes, name: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head[:6] in (b"GIF87a", b"GIF89a") or start.startswith(b"<svg") or b"<svg" in head[:2048].lower():
        raise Refused(
            _("“%(name)s” is a GIF or SVG drawing. Upload a photo as .jpg, .png, .webp or .heic.")
            % {"name": name}
        )
    if start.startswith((b"<!doctype html", b"<html", b"<script")):
        raise Refused(_("“%(name)s” is a web page. Print it to .pdf and upload that.") % {"name": name})


def clean_name(name: str | None) -> str:
    """The name a person gave the file: NFC, without folders and invisible characters, at most 200 long."""
    bare = PurePosixPath(nfc(name or "").replace("\\", "/")).name
    bare = "".join(c for c in bare if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    bare = re.sub(r"\s+", " ", bare).strip(" .") or _("unnamed")
    if len(bare) > 200:
        stem, dot, end = bare.rpartition(".")
        bare = f"{stem[: 199 - len(end)]}.{end}" if dot and len(end) <= 8 else bare[:200]
    return bare
