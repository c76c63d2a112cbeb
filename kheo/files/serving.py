"""Handing files out: only what may be seen, as what it is, never as something a browser would run."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags

from kheo.lib.refusals import Refused

from . import types
from .models import Attachment, Blob, Photo, in_archive
from .storage import path_of

# A file may be shown beside a form of ours. Pictures and texts are inert; Chromium's PDF viewer does not
# start under a stricter policy.
_FRAMED = "frame-ancestors 'self'"
_INERT = f"default-src 'none'; style-src 'unsafe-inline'; sandbox; {_FRAMED}"
_SHOWN = {types.PDF, *types.PICTURES}


def attachment_response(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """The document for somebody who may see it: shown if it is a picture or PDF, else to be saved."""
    shown = attachment.media_type in _SHOWN
    media_type = attachment.media_type
    if media_type == types.TEXT or media_type not in (*_SHOWN, types.DOCX, types.XLSX):
        # A text's encoding is unknown: saved as it came, byte by byte.
        media_type = "application/octet-stream"
    return _response(
        request,
        attachment.blob_id,
        media_type,
        disposition=content_disposition_header(not shown, attachment.name),
        cache="private, no-cache",
        policy=_FRAMED if media_type == types.PDF else _INERT,
    )


def photo_response(request: HttpRequest, photo: Photo, size: str, *, public: bool = False) -> HttpResponse:
    """One copy of a photo: "full", "web" or "thumb".

    With `public` it is the portal that asks: a photo that is not publishable, and every full copy, is
    not found. A copy that lies in the archive of a year is refused, in a sentence that says where.
    """
    if size not in ("full", "web", "thumb") or photo.erased_at:
        raise Http404
    if public and (size == "full" or not photo.publishable()[0]):
        raise Http404
    thumb = size == "thumb"
    return _response(
        request,
        photo.blob_of(size),
        "image/webp" if thumb else "image/jpeg",
        disposition=content_disposition_header(False, f"{photo.key}.{'webp' if thumb else 'jpg'}"),
        # Short, so that a page taken down is gone from caches within minutes.
        cache="public, max-age=300" if public else "private, max-age=300",
        policy=_INERT,
    )


def _response(
    request: HttpRequest, sha256: str, media_type: str, *, disposition: str | None, cache: str, policy: str
) -> HttpResponse:
    etag = f'"{sha256}"'
    response: Any
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        try:
            response = FileResponse(path_of(sha256).open("rb"), content_type=media_type)
        except FileNotFoundError:
            if away := Blob.objects.filter(pk=sha256).values_list("kept_in", flat=True).first():
                raise Refused(in_archive(away))
            raise Http404
        response["Content-Disposition"] = disposition or "inline"
    response["ETag"] = etag
    response["Cache-Control"] = cache
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
