"""The pages of whoever looks after the installation."""

from urllib.parse import urlsplit

import segno
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.ui.doors import open_door
from kheo.units.acting import Request
from kheo.units.models import Role
from kheo.upkeep import tasks
from kheo.upkeep.archives import lines as archive_lines
from kheo.upkeep.authority import fingerprint, load
from kheo.upkeep.backups import lines as backup_lines
from kheo.upkeep.destinations import chosen
from kheo.upkeep.keeping import Rule
from kheo.upkeep.models import Backup, YearArchive
from kheo.upkeep.status import gravest, status
from kheo.upkeep.trust import devices

# Older ones stand in the journal.
MOST = 60


@require_safe
def state(request: Request) -> HttpResponseBase:
    request.post_or_refuse().require(Role.ADMIN)
    sections = status.sections()
    overall = gravest(line for _source, _tone, lines in sections for line in lines)
    return render(request, "upkeep/status.html", {"sections": sections, "overall": overall})


@require_safe
def backups(request: Request) -> HttpResponseBase:
    """What was backed up, where it lies, and how it comes back."""
    request.post_or_refuse().require(Role.ADMIN)
    rows = list(Backup.objects.select_related("asked_by")[:MOST])
    return render(
        request,
        "upkeep/backups.html",
        {
            "rows": rows,
            "under_way": any(row.under_way or row.verifying for row in rows),
            "lines": list(backup_lines()),
            "places": [str(place) for place in chosen()],
            "rule": Rule.read(settings.BACKUP_KEEP).in_words(),
            "sealed": bool(settings.BACKUP_PASSPHRASE_FILE),
            "archives": list(YearArchive.objects.exclude(state="dropped").prefetch_related("copies")),
            "last_year": today().year - 1,
            "archive_lines": list(archive_lines()),
        },
    )


@require_POST
def backup_now(request: Request) -> HttpResponseBase:
    post = request.post_or_refuse()
    post.require(Role.ADMIN)
    rows = Backup.ask([str(place) for place in chosen()], by=post)
    tasks.make_backups.enqueue([row.pk for row in rows], post.pk)
    messages.success(request, _("The backup begins. People can go on working."))
    return redirect("backups")


@require_POST
def backup_verify(request: Request, pk: int) -> HttpResponseBase:
    post = request.post_or_refuse()
    post.require(Role.ADMIN)
    row = get_object_or_404(Backup, pk=pk)
    row.ask_to_verify(by=post)
    tasks.verify_backup.enqueue(row.pk, post.pk)
    messages.success(
        request, _("The backup is being read from beginning to end. The result will stand here.")
    )
    return redirect("backups")


def held_authority() -> x509.Certificate:
    """The internal authority's certificate; 404 where the office has one that everybody trusts already."""
    if not settings.AUTHORITY:
        raise Http404
    try:
        return load(settings.AUTHORITY)
    except Refused:
        raise Http404


@open_door("A phone that does not trust the server yet has to learn here how to; it signs in afterwards.")
@require_safe
def trust(request: HttpRequest) -> HttpResponseBase:
    certificate = held_authority()
    address = plain_address(request.path)
    code = segno.make(address, error="m", micro=False)
    return render(
        request,
        "upkeep/trust.html",
        {
            "devices": list(devices()),
            "fingerprint": fingerprint(certificate),
            "name": certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
            "until": certificate.not_valid_after_utc,
            "address": address,
            "secure_address": settings.SITE_ADDRESS + "/",
            "qr": mark_safe(code.svg_inline(scale=4, border=3, svgclass=None, lineclass=None)),
        },
    )


def plain_address(path: str) -> str:
    """The page's address without HTTPS, as the QR code holds it: the settings say on which port."""
    parts = urlsplit(settings.SITE_ADDRESS)
    port = f":{settings.PLAIN_PORT}" if settings.PLAIN_PORT != 80 else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"http://{host}{port}{path}"


@open_door("The authority's certificate is public; a phone fetches it before it trusts anything.")
@require_safe
def trust_certificate(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(
        held_authority().public_bytes(serialization.Encoding.DER),
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="kheo.crt"', "Cache-Control": "no-cache"},
    )
