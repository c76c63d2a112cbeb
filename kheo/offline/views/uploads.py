"""Photos in resumable pieces: tus 1.0.0 (https://tus.io/protocols/resumable-upload), core and the extensions
creation, creation-with-upload, checksum and termination.

Kept thin: nothing here looks into a picture, and no session is read.
"""

import base64
import logging
import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from kheo.lib.formats import number
from kheo.offline import uploads, washing
from kheo.offline.envelopes import MOST_PHOTO_BYTES, plain_name
from kheo.offline.keys import Turned, phone_of, refused
from kheo.offline.models import Upload
from kheo.ui.doors import open_door

log = logging.getLogger(__name__)

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination"
BYTES = "application/offset+octet-stream"
# Set by the checksum extension of tus.
CHECKSUM_MISMATCH = 460
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Longer than any length or offset there is.
_DIGITS = 15
_LONGEST_HEADER = 2_000


_WHY: dict[type[Exception], tuple[str, Any, int]] = {
    uploads.Busy: ("busy", gettext_lazy("This photo is just being received. Try again in a moment."), 423),
    uploads.WrongOffset: (
        "offset",
        gettext_lazy("The photo goes on from another byte. Ask how far it came."),
        409,
    ),
    uploads.WrongHash: (
        "hash",
        gettext_lazy("The photo changed on its way. Send it again from the beginning."),
        CHECKSUM_MISMATCH,
    ),
    uploads.TooMuch: ("too_much", gettext_lazy("More came than was announced. Send the photo again."), 413),
    uploads.Full: (
        "full",
        gettext_lazy("Too many photos of this phone wait here. Keep them; they are sent later."),
        507,
    ),
}


class Answer(Exception):
    """A refusal in the middle of a request."""

    def __init__(self, code: str, sentence: str, status: int) -> None:
        self.code, self.sentence, self.status = code, sentence, status
        super().__init__(code)


def tus(*methods: str) -> Any:
    """A view that speaks tus with phones that show their key. A revoked phone still hands in its photos."""

    def wrap(view: Callable[..., HttpResponse]) -> Any:
        @csrf_exempt
        @open_door("A phone shows its own key instead of a sign-in.")
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method == "OPTIONS":
                    made = _options()
                elif request.method not in methods:
                    made = refused("method", _("This is asked in another way. Update the app."), 405)
                else:
                    made = _answer(view, request, *args, **kwargs)
            except Turned as turned:
                made = refused(turned.code, str(turned), turned.status)
            made["Tus-Resumable"] = VERSION
            made["Cache-Control"] = "no-store"
            return made

        return answer

    return wrap


def _answer(view: Callable[..., HttpResponse], request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    phone = request.phone = phone_of(request, handing_in=True)
    with translation.override(phone.user.language):
        if request.headers.get("Tus-Resumable") != VERSION:
            made: HttpResponse = refused("version", _("This server speaks tus 1.0.0. Update the app."), 412)
            made["Tus-Version"] = VERSION
            return made
        try:
            return view(request, *args, **kwargs)
        except Answer as error:
            return refused(error.code, error.sentence, error.status)
        except tuple(_WHY) as error:
            code, sentence, status = _WHY[type(error)]
            return refused(code, str(sentence), status)
        except (OperationalError, InterfaceError):
            log.warning("A phone is asked to come again: %s", request.path, exc_info=True)
            return refused("busy", _("The server is busy. The phone tries again by itself."), 503)


def _options() -> HttpResponse:
    made = HttpResponse(status=204)
    made["Tus-Version"] = VERSION
    made["Tus-Extension"] = EXTENSIONS
    made["Tus-Max-Size"] = str(MOST_PHOTO_BYTES)
    made["Tus-Checksum-Algorithm"] = "sha256"
    return made


@tus("POST")
def photos(request: Any) -> HttpResponse:
    """Announce a photo, and send it or its beginning with the same request."""
    size = _size(request)
    sha256, name = _metadata(request.headers.get("Upload-Metadata", ""))
    coming = _coming(request)
    upload = uploads.begin(request.phone, sha256, size, name)
    if coming:
        _require_bytes(request)
        if coming < size:
            upload = uploads.keep(upload)
        offset = uploads.receive(upload, request, None, _checksum(request))
    else:
        upload = uploads.keep(upload)
        offset = uploads.offset_of(upload)
    # A connection that broke in the middle leaves something to go on with.
    upload = uploads.keep(upload)
    made = _received(upload, offset, 201)
    made["Location"] = reverse("phone_photo", args=[upload.pk])
    return made


@tus("HEAD", "PATCH", "DELETE", "POST")
def photo(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Go on with one photo, ask how far it came, or give it up."""
    method = request.method
    if method == "POST":
        method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method not in ("HEAD", "PATCH", "DELETE"):
        raise Answer("method", _("This is asked in another way. Update the app."), 405)
    upload = Upload.objects.select_related("phone__user").filter(pk=pk, phone=request.phone).first()
    if upload is None:
        raise Answer("not_found", _("This photo is not known here. Send it again from the beginning."), 404)
    if method == "DELETE":
        if not uploads.take_back(upload):
            raise Answer("awaited", _("This photo belongs to what was handed in, and stays."), 409)
        return HttpResponse(status=204)
    if method == "HEAD":
        made = _received(upload, uploads.offset_of(upload), 200)
        made["Upload-Length"] = str(upload.size)
        return made
    _require_bytes(request)
    offset = _whole(request.headers.get("Upload-Offset", ""))
    if offset is None:
        raise Answer("offset", _("It does not say from which byte the photo goes on. Update the app."), 400)
    if offset + _coming(request) > upload.size:
        raise uploads.TooMuch
    return _received(upload, uploads.receive(upload, request, offset, _checksum(request)), 204)


def _received(upload: Upload, offset: int, status: int) -> HttpResponse:
    made = HttpResponse(status=status)
    made["Upload-Offset"] = str(offset)
    if upload.finished_at is not None and upload.washed_at is None:
        washing.soon()
    return made


def _size(request: HttpRequest) -> int:
    size = _whole(request.headers.get("Upload-Length", ""))
    if size is None or size == 0:
        raise Answer("length", _("It does not say how large the photo is. Update the app."), 400)
    if size > MOST_PHOTO_BYTES:
        raise Answer(
            "too_large",
            _("A photo has at most %(number)s MB. Make it smaller.")
            % {"number": number(MOST_PHOTO_BYTES // 1024 // 1024)},
            413,
        )
    return size


def _metadata(header: str) -> tuple[str, str]:
    """The hash and the name of the file, which is never used as one. `sha256` and `name`, each in base64."""
    told: dict[str, str] = {}
    if len(header) <= _LONGEST_HEADER:
        for pair in header.split(","):
            key, _space, value = pair.strip().partition(" ")
            try:
                told[key] = base64.b64decode(value, validate=True).decode()
            except ValueError:
                continue
    sha256 = told.get("sha256", "")
    if not _SHA256.fullmatch(sha256):
        raise Answer("metadata", _("It does not say which photo it is. Update the app."), 400)
    return sha256, plain_name(told.get("name", ""))


def _checksum(request: HttpRequest) -> bytes | None:
    """The sha256 of the bytes of this request, where it is told."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    kind, _space, value = header.strip().partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if kind != "sha256" or len(digest) != 32:
        raise Answer(
            "checksum", _("The checksum is of a kind this server does not know. Update the app."), 400
        )
    return digest


def _require_bytes(request: HttpRequest) -> None:
    if request.content_type != BYTES:
        raise Answer("content_type", _("A photo is sent as application/offset+octet-stream."), 415)


def _coming(request: HttpRequest) -> int:
    return _whole(request.META.get("CONTENT_LENGTH") or "0") or 0


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
