"""Files by their unguessable keys, for those who may see the records they belong to."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from . import serving
from .models import Attachment, Photo


@require_safe
def document(request: HttpRequest, key: UUID) -> HttpResponse:
    attachment = get_object_or_404(Attachment, key=key)
    if not attachment.may_be_seen_by(request.user):
        raise Http404
    return serving.attachment_response(request, attachment)


@require_safe
def picture(request: HttpRequest, key: UUID, size: str) -> HttpResponse:
    photo = get_object_or_404(Photo, key=key)
    if not photo.may_be_seen_by(request.user):
        raise Http404
    return serving.photo_response(request, photo, size)
