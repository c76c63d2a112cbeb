"""The service worker of the app: its code, and before it the names of what it keeps on the phone."""

import hashlib
import json
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_GET

from kheo.offline import shell
from kheo.ui.doors import open_door

FINGERPRINTED = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")


@open_door("The browser fetches it by itself, also before anybody signs in; it holds nothing about anybody.")
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's code. It changes with whatever it keeps: that makes the browser take the new version."""
    files = {static(name): _content(name) for name in shell.FIRST_LOAD}
    seen = hashlib.sha256(shell.shell(request).content)
    for url, content in files.items():
        seen.update(url.encode() + b"\0" + content)
    told = {"version": seen.hexdigest()[:12], "shell": shell.SCOPE, "files": list(files)}
    answer = HttpResponse(
        f"self.KHEO={json.dumps(told)};\n{_source('offline/worker.js').read_text(encoding='utf-8')}",
        content_type="text/javascript; charset=utf-8",
    )
    answer["Service-Worker-Allowed"] = shell.SCOPE
    # Asked for again at each opening with signal, so that a new version is not a day late.
    answer["Cache-Control"] = "no-cache"
    return answer


def _content(name: str) -> bytes:
    """What tells one version of a file from the next: nothing where its address does already."""
    return b"" if FINGERPRINTED.search(static(name)) else _source(name).read_bytes()


def _source(name: str) -> Path:
    """Where a static file lies: collected, or, in development, where it is written."""
    found = finders.find(name)
    return Path(found) if found else Path(staticfiles_storage.path(name))
