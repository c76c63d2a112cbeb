"""A phone in real Chromium: its storage, its engine, and the server it meets."""

import json
import socket
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from kheo.offline import words
from kheo.ui import assets

HERE = Path(__file__).parent
EMPTY = "/thuc-dia/trong"


@cache
def engine_script() -> str:
    """The engine alone, built as the app is."""
    with TemporaryDirectory() as folder:
        built = Path(folder) / "engine.js"
        assets.bundle(HERE / "engine.js", built)
        return built.read_text(encoding="utf-8")


def empty_page(page: Page) -> None:
    """A page of the app's origin with the app's words and nothing else."""
    block = json.dumps(words.told()).replace("<", "\\u003c")
    head = "<!doctype html><title>·</title>"
    body = f'{head}<script type="application/json" id="words">{block}</script>'
    page.route(f"**{EMPTY}", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))


class Handset:
    """What a person does with the engine; each call waits until it is done and answers its value."""

    def __init__(self, page: Page) -> None:
        self.page = page
        empty_page(page)

    def open(self, *, room: int | None = None) -> "Handset":
        """`room`: bytes the browser gives to this origin."""
        self.page.goto(EMPTY)
        if room is not None:
            self.room(room)
        self.page.evaluate(engine_script())
        self("engine.open()")
        return self

    def room(self, bytes: int | None) -> None:
        """So many bytes and no more; None: as many as there are."""
        given = {} if bytes is None else {"quotaSize": bytes}
        origin = {"origin": self("location.origin")}
        self.page.context.new_cdp_session(self.page).send("Storage.overrideQuotaForOrigin", origin | given)

    def __call__(self, what: str, given: Any = None) -> Any:
        return self.page.evaluate(f"async (given) => ({what})", given)

    def tries(self, what: str, given: Any = None) -> str:
        """The sentence of the refusal, "" when there was none."""
        told: str = self.page.evaluate(
            f"""async (given) => {{
                try {{ await ({what}); return ''; }}
                catch (error) {{ return error.sentence ?? String(error); }}
            }}""",
            given,
        )
        return told

    @property
    def shows(self) -> dict[str, Any]:
        found: dict[str, Any] = self("engine.snapshot()")
        return found

    @property
    def keeps(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = self("kept()")
        return found

    def until(self, what: str, seconds: float = 10) -> None:
        seen = f"() => {{ const s = engine.snapshot(); return {what}; }}"
        self.page.wait_for_function(seen, timeout=seconds * 1000)

    def write(self, kind: str, data: dict[str, Any]) -> str:
        """A draft in the outbox; answers its id."""
        found: str = self.page.evaluate(
            """async ([kind, data]) => {
                const id = await engine.newDraft(kind, {data: {}});
                for (const [name, text] of Object.entries(data)) await engine.save(id, name, text);
                return id;
            }""",
            [kind, data],
        )
        return found

    def photo(
        self, draft: str, *, width: int = 2400, height: int = 1200, name: str = "duong.jpg"
    ) -> dict[str, Any]:
        """A photo of noise, as large as a real one."""
        told: dict[str, Any] = self.page.evaluate(
            """async ([draft, width, height, name]) => {
                const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext('2d');
                const noise = pen.createImageData(width, height);
                for (let i = 0; i < noise.data.length; i += 65536)
                    crypto.getRandomValues(noise.data.subarray(i, Math.min(i + 65536, noise.data.length)));
                for (let i = 3; i < noise.data.length; i += 4) noise.data[i] = 255;
                pen.putImageData(noise, 0, 0);
                const blob = await canvas.convertToBlob({type: 'image/jpeg', quality: 0.9});
                return engine.addPhoto(draft, new File([blob], name, {type: 'image/jpeg'}));
            }""",
            [draft, width, height, name],
        )
        return told


class PoorLine:
    """A line to the server that breaks, once, after so many bytes the phone has sent."""

    def __init__(self, home: str) -> None:
        there = urlsplit(home)
        self.there = (there.hostname or "localhost", there.port or 80)
        self.sent, self.breaks_at = 0, float("inf")
        self.broken = 0
        self.door = socket.create_server(("localhost", 0))
        self.url = f"http://localhost:{self.door.getsockname()[1]}"
        threading.Thread(target=self._open, daemon=True).start()

    def break_after(self, bytes: int) -> None:
        self.sent, self.breaks_at = 0, bytes

    def _open(self) -> None:
        while True:
            try:
                near, _address = self.door.accept()
            except OSError:
                return
            far = socket.create_connection(self.there)
            for source, target, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=(source, target, up), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while some := source.recv(16_384):
                if up:
                    self.sent += len(some)
                    if self.sent > self.breaks_at:
                        self.breaks_at = float("inf")
                        self.broken += 1
                        break
                target.sendall(some)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def close(self) -> None:
        self.door.close()


def signed_in(page: Page, live_server: Any, user: Any) -> None:
    """The web sign-in of a person in this browser, and the token its forms carry."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.clear_cookies()
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": live_server.url}
            for name, value in (
                (settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value),
                (settings.CSRF_COOKIE_NAME, "a" * 32),
            )
        ]
    )


def to_screen(page: Page, path: str) -> None:
    """As a press on a link to "#/path" would. The screen is drawn when this returns: `goto` answers while
    the one before still stands, and a press would meet that."""
    page.evaluate(
        """(path) => new Promise((drawn) => {
            const shown = () => requestAnimationFrame(() => setTimeout(drawn));
            if (location.hash === `#/${path}`) return shown();
            addEventListener('hashchange', shown, {once: true});
            location.hash = `#/${path}`;
        })""",
        path,
    )


__all__ = ["Handset", "PoorLine", "signed_in", "to_screen"]
