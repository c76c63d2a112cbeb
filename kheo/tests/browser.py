"""What browser tests stand on: a real Chromium, watched for everything that must not happen.

`browser_page` is a Playwright page on a live server. The test fails when its page asks another host for
anything, breaks the content security policy, logs an error, or needs a file that isn't there.
`sign_in(user)` puts a person before that page, `axe()` looks for barriers in what is shown, and
`visit_all(paths)` opens many pages at several widths and holds each to the rules of the house.

A test that uses one of these is marked `browser`; the main path is marked `path` too and also runs on
PostgreSQL. Transactional tests empty all tables, so a browser test makes everything it needs.
"""

import gzip
import os
import re
import shutil
import signal
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "test-results"
AXE = ROOT / "build" / "test-assets" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK = 360, 1280
# Milliseconds until what should appear is missed.
PATIENCE = 20_000
# All of a normal page: HTML, styles, scripts and fonts, as they travel. Photos are extra.
PAGE_LIMIT = 100 * 1024


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Generator[None, Any, Any]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


# Started alike everywhere; another host can't even be looked up.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PERSON = {
    "locale": "vi-VN",
    "timezone_id": "Asia/Ho_Chi_Minh",
    "viewport": {"width": DESK, "height": 800},
    "reduced_motion": "reduce",
}


def program() -> str:
    found = os.environ.get("KHEO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("Browser tests need Chromium: sudo apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    # Playwright keeps a loop running in this thread; the queries between its calls are ordinary ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # A busy machine makes a page late, not wrong.
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=SWITCHES)
        yield browser
        browser.close()


class Watch:
    """Collects what a page must never do."""

    def __init__(self, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.faults: list[str] = []

    def look_at(self, page: Page) -> None:
        page.on("request", lambda request: self.request(request.url))
        page.on("response", self.response)
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.faults.append(f"Script error: {error}"))

    def request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.home:
            self.faults.append(f"Asked another host: {url}")

    def response(self, response: Response) -> None:
        kind = response.request.resource_type
        # A page may say 404 or 409 to a person; a style, script, font or picture may not be missing.
        if response.status >= 500 or (response.status >= 400 and kind not in ("document", "xhr", "fetch")):
            self.faults.append(f"{response.status} for the {kind} {response.url}")

    def console(self, message: ConsoleMessage) -> None:
        # "Failed to load resource" repeats what `response` judges. Breaches of the policy come as errors.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"Console: {message.text}")


@pytest.fixture
def browser_page(
    request: pytest.FixtureRequest, transactional_db: None, live_server: Any, chromium: Browser
) -> Generator[Page]:
    context = chromium.new_context(base_url=live_server.url, **PERSON)
    context.set_default_timeout(PATIENCE)
    watch = Watch(live_server.url)
    context.on("page", watch.look_at)
    page = context.new_page()
    yield page
    if request.node.stash.get(FAILED, False) or watch.faults:
        picture(page, re.sub(r"\W+", "-", request.node.name).strip("-"))
    context.close()
    assert not watch.faults, "\n".join(dict.fromkeys(watch.faults))


class OwnBrowser:
    """A Chromium whose storage lies in a folder: it can be killed, and opened again with what it kept."""

    def __init__(self, kind: Any, folder: Path, home: str) -> None:
        self.kind, self.folder, self.watch, self.home = kind, folder, Watch(home), home
        self.context: Any = None

    def open(self, **about: Any) -> Page:
        self.context = self.kind.launch_persistent_context(
            str(self.folder),
            executable_path=program(),
            args=SWITCHES,
            base_url=self.home,
            **{**PERSON, **about},
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("page", self.watch.look_at)
        page: Page = self.context.new_page()
        return page

    def kill(self) -> None:
        """As the system does when memory is short, or the battery: without a word."""
        told = self.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        [pid] = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
        os.kill(pid, signal.SIGKILL)
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


@pytest.fixture
def own_browser(
    transactional_db: None, live_server: Any, chromium: Browser, tmp_path: Path
) -> Generator[OwnBrowser]:
    own = OwnBrowser(chromium.browser_type, tmp_path / "browser", live_server.url)
    yield own
    own.close()
    assert not own.watch.faults, "\n".join(dict.fromkeys(own.watch.faults))


def picture(page: Page, name: str) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.png"
    # The first picture of a run was seen to take longer than any press may.
    page.screenshot(path=path, full_page=True, timeout=60_000)
    return path


@pytest.fixture
def sign_in(browser_page: Page, live_server: Any) -> Callable[[Any], Page]:
    """sign_in(user, post=…) -> the page, now with that person before it; no password is typed.

    With several posts one acts as the first, unless `post` names another.
    """

    def sign_in(user: Any, post: Any = None) -> Page:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        if post is not None:
            session = client.session
            session["post"] = post.pk
            session.save()
        browser_page.context.clear_cookies()
        browser_page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )
        return browser_page

    return sign_in


@pytest.fixture
def send() -> Callable[[Locator], None]:
    """send(button): presses what sends a form and waits for the page that answers. Who asks the database, or
    goes elsewhere, before it has come may be ahead of a busy machine.
    """

    def press(button: Locator) -> None:
        with button.page.expect_navigation():
            button.click()

    return press


@pytest.fixture
def axe(browser_page: Page) -> Callable[..., None]:
    """axe(page=…): fails, naming each barrier, when axe finds one in what the page shows now."""

    def look(page: Page | None = None) -> None:
        barriers = barriers_of(page or browser_page)
        assert not barriers, "\n".join(barriers)

    return look


def barriers_of(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.fail("axe isn't there yet: kheo build --tests")
    # Evaluated by the debugger, which the policy doesn't bind: the page keeps the policy visitors have.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async rules => {
            const result = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
            return result.violations.map(v => [v.id, v.help, v.nodes.map(n => n.target.join(' ') + ': ' +
                (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''))]);
        }""",
        AXE_RULES,
    )
    where = urlsplit(page.url).path
    return [f"{where}: {rule}: {help}: {'; '.join(nodes[:4])}" for rule, help, nodes in found]


@pytest.fixture
def visit_all(browser_page: Page) -> Callable[..., None]:
    """visit_all(paths, widths=(360, 1280), limit=PAGE_LIMIT): each page is held to the rules of the house."""

    def visit(
        paths: Iterable[str], widths: Iterable[int] = (PHONE, DESK), limit: int | None = PAGE_LIMIT
    ) -> None:
        faults = [fault for path in paths for fault in faults_of(browser_page, path, tuple(widths), limit)]
        assert not faults, "\n".join(faults)

    return visit


def faults_of(
    page: Page,
    path: str,
    widths: tuple[int, ...],
    limit: int | None,
    schemes: tuple[str, ...] = ("dark", "light"),
    pictures: bool = True,
) -> list[str]:
    """What is wrong with the page at `path`; its pictures go to test-results/.

    `schemes` are the colours at each width, in turn; "" looks at the width alone.
    """
    faults = []
    page.set_viewport_size({"width": widths[0], "height": 800})
    answer = page.goto(path, wait_until="networkidle" if pictures else "load")
    if answer is None or answer.status >= 400:
        return [f"{path}: answered {answer.status if answer else 'nothing'}"]
    if limit is not None and (weight := weight_of(page)) > limit:
        faults.append(f"{path}: weighs {weight / 1024:.0f} KB, more than {limit // 1024}")
    for problem in page.evaluate(FORM_OF_PAGE):
        faults.append(f"{path}: {problem}")
    name = re.sub(r"\W+", "-", path).strip("-") or "first-page"
    # The phone in the dark, the desk by day: each colour scheme is seen once.
    for width, scheme in zip(widths, schemes * len(widths), strict=False):
        page.set_viewport_size({"width": width, "height": 800})
        if scheme:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        beyond = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if beyond > 0:
            cause = page.evaluate(WIDEST)
            faults.append(f"{path}: at {width} px it scrolls sideways by {beyond} px, because of {cause}")
        if scheme:
            faults += [f"{barrier} ({width} px, {scheme})" for barrier in barriers_of(page)]
        if pictures:
            picture(page, f"page-{name}-{width}")
    page.emulate_media(color_scheme="light")
    return faults


FORM_OF_PAGE = """() => {
    const wrong = [], headings = document.querySelectorAll('h1').length;
    if (headings !== 1) wrong.push(`has ${headings} h1 headings`);
    if (!document.title.trim()) wrong.push('has no title');
    if (!document.documentElement.lang) wrong.push('names no language');
    return wrong;
}"""

WIDEST = """() => {
    let widest = null;
    for (const element of document.body.querySelectorAll('*')) {
        const right = element.getBoundingClientRect().right;
        if (!element.closest('.table-scroll') && (!widest || right > widest[0])) widest = [right, element];
    }
    return widest ? widest[1].outerHTML.slice(0, 120) : '';
}"""


def weight_of(page: Page) -> int:
    """Bytes of the page as they travel: text packed, fonts as they are, photos left out."""
    # Asked for once more: the browser doesn't keep what it has drawn, and the test server packs nothing.
    parts = page.evaluate("() => performance.getEntriesByType('resource').map(entry => entry.name)")
    total = 0
    for url in dict.fromkeys([page.url, *parts]):
        if url in WEIGHTS:
            total += WEIGHTS[url]
            continue
        response = page.request.get(url)
        kind = response.headers.get("content-type", "")
        photo = kind.startswith("image/") and "svg" not in kind
        body = b"" if photo else response.body()
        weight = len(body) if kind.startswith("font/") or photo else len(gzip.compress(body, 6))
        if "/static/" in url:
            WEIGHTS[url] = weight
        total += weight
    return total


# Of what is the same on every page, by its address.
WEIGHTS: dict[str, int] = {}
