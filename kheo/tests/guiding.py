"""Walks the steps of the guide on the running system, and draws their pictures.

`walk` does what a page tells people to do, as the cast, and finds every control by its role and name. With
`pictures` it rings the control in the page before it is pressed and takes a picture of the window.
"""

import base64
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from PIL import Image
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Window

from kheo.guide import steps as guide
from kheo.guide.steps import (
    HEAVIEST,
    PICTURES,
    RECORD,
    Choose,
    Control,
    Fill,
    Open,
    Page,
    Photo,
    Press,
    Scan,
    Signal,
    Tick,
    Unfold,
)

# Width and height of the window, and how many dots a pixel of it gets in a picture.
WINDOWS = {"phone": (360, 640, 2), "desk": (1120, 700, 1.5)}
# By the debugger, which the policy doesn't bind; it draws over the page and moves nothing in it.
RING = """element => {
    const box = element.getBoundingClientRect(), ring = document.createElement("div");
    const left = Math.max(box.left - 7, 2), top = Math.max(box.top - 7, 2);
    ring.id = "guide-ring";
    Object.assign(ring.style, {
        position: "fixed", left: `${left}px`, top: `${top}px`, height: `${box.height + 14}px`,
        width: `${Math.min(box.width + 14, innerWidth - left - 2)}px`, boxSizing: "border-box", zIndex: 999,
        border: "4px solid #c2410c", borderRadius: "14px", boxShadow: "0 0 0 3px rgb(255 255 255 / .8)",
        pointerEvents: "none",
    });
    document.body.append(ring);
}"""


class Guided:
    """One page of the guide being walked in a browser window. `enter(who)` puts a person before it."""

    def __init__(
        self,
        page: Page,
        window: Window,
        enter: Callable[[str], Any],
        prepared: dict[str, str],
        pictures: bool,
    ) -> None:
        self.page, self.window, self.enter = page, window, enter
        self.prepared, self.pictures = prepared, pictures
        self.seen: dict[str, dict[str, Any]] = {}

    def walk(self) -> dict[str, dict[str, Any]]:
        """Do every step; answers for each picture the heading of its screen and the control's name."""
        width, height, dots = WINDOWS[self.page.width]
        self.window.set_viewport_size({"width": width, "height": height})
        if self.pictures:
            talk = self.window.context.new_cdp_session(self.window)
            metrics = {"width": width, "height": height, "deviceScaleFactor": dots, "mobile": False}
            talk.send("Emulation.setDeviceMetricsOverride", metrics)
        self.act(Open(self.page.start, self.page.who))
        for number, step in enumerate(self.page.steps, start=1):
            for act in step.before:
                self.act(act)
            control = self.find(step.mark)
            self.note(number, step.mark, control)
            if step.press:
                control.click()
        expect(self.window.locator("body")).to_contain_text(self.page.ends)
        return self.seen

    # Acts

    def act(self, act: guide.Act) -> None:
        match act:
            case Open(name, who):
                if who:
                    self.enter(who)
                self.window.goto(reverse(name))
            case Fill(label, text):
                self.field(label).fill(text.format(**self.prepared))
            case Choose(label, option):
                self.field(label).select_option(label=option)
            case Photo(label):
                picture = {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
                named = self.window.get_by_label(label, exact=True)
                self.window.locator("main input[type=file]").and_(named).set_input_files(picture)
            case Tick(begins):
                self.window.get_by_role("checkbox", name=re.compile(f"^{re.escape(begins)}")).check()
            case Scan(address):
                link = self.window.locator(f"main a[href*='{address}']").first.get_attribute("href")
                self.enter("-")
                # The printed address is the office's; the walk's server answers under another.
                self.window.goto(urlsplit(link or "").path)
            case Press(control):
                self.find(control).click()
            case Signal(back):
                if not back:
                    # The app is kept on the phone only once it has greeted and its worker runs.
                    expect(self.window.locator("h1").first).to_contain_text("Chào đồng chí")
                    self.window.wait_for_function(
                        "() => navigator.serviceWorker.controller !== null", timeout=60_000
                    )
                self.window.context.set_offline(not back)
                if not back:
                    self.window.reload()
            case Unfold(words):
                self.window.locator("summary").filter(has_text=words).filter(visible=True).first.click()

    def field(self, label: str) -> Locator:
        # What must be filled in has a star after its label.
        return self.window.locator("main").get_by_label(re.compile(f"^{re.escape(label)}\\s*(\\*|$)")).first

    def find(self, control: Control) -> Locator:
        """The control a reader sees: on the page itself before the menu, and only if it is in sight."""
        name: Any = control.name.format(**self.prepared)
        if control.begins:
            name = re.compile(f"^{re.escape(name)}")
        for part in (self.window.locator("main"), self.window.locator("body")):
            found = part.get_by_role(control.role, name=name, exact=True)  # type: ignore[arg-type]
            if control.role in ("textbox", "combobox"):
                found = found.or_(part.get_by_label(re.compile(f"^{re.escape(control.name)}\\s*\\*?$")))
            shown = found.filter(visible=True)
            try:
                shown.first.wait_for(timeout=5000)
            except Exception:
                continue
            return shown.first
        there = self.window.locator("main").aria_snapshot()
        missing = f"there is no {control.role} “{control.name}” on {self.window.url}"
        raise AssertionError(f"{self.page.slug}: {missing}.\n{there[:3000]}")

    # Pictures

    def note(self, number: int, mark: Control, control: Locator) -> None:
        name = self.page.picture_of(number)
        heading = re.sub(r"\s+", " ", self.window.locator("h1").first.inner_text()).strip()
        self.seen[name] = {"heading": heading, "control": mark.name.format(**self.prepared)}
        if not self.pictures:
            return
        control.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")
        self.window.wait_for_function("document.fonts.status === 'loaded'")
        control.evaluate(RING)
        content = self.shot()
        self.window.evaluate("document.getElementById('guide-ring').remove()")
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / name).write_bytes(content)
        width, height = Image.open(io.BytesIO(content)).size
        self.seen[name] |= {"width": width, "height": height, "digest": self.page.digest_of(number)}

    def shot(self) -> bytes:
        talk = self.window.context.new_cdp_session(self.window)
        for quality in (72, 60, 48, 36, 25):
            answer = talk.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            content = base64.b64decode(answer["data"])
            if len(content) <= HEAVIEST:
                break
        return content


def write_record(seen: dict[str, dict[str, Any]]) -> None:
    """Keep what was pictured of one page beside the other pages'."""
    known = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    known |= seen
    kept = {name: known[name] for name in sorted(known) if (PICTURES / name).exists()}
    RECORD.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    guide.record.cache_clear()


def a_photo() -> bytes:
    """A landscape nobody is in."""
    picture = Image.linear_gradient("L").resize((1200, 900))
    kept = io.BytesIO()
    Image.merge("RGB", (picture, picture.point(lambda v: 120 + v // 3), picture.point(lambda v: 90))).save(
        kept, "JPEG"
    )
    return kept.getvalue()


def prepare(slug: str) -> dict[str, str]:
    """What must have happened before a page of the guide can be walked; the words its steps use."""
    return PREPARED[slug]() if slug in PREPARED else {}


def a_code_for_lan() -> dict[str, str]:
    from kheo.accounts.models import User

    lan = User.objects.get(username="lan")
    return {
        "code": lan.set_temporary_password(by=User.objects.get(username="an")),
        "password": "Ban Suoi 5 cay gao",
    }


def something_sent() -> dict[str, str]:
    """Two registrations of Minh's, sent and waiting at Thu's."""
    from kheo.demo.people import post_of
    from kheo.initiatives import registration
    from kheo.initiatives.models import Enrolment, Initiative
    from kheo.lib.periods import today
    from kheo.plans.models import Field

    minh = post_of("minh", "reporter")
    for name, goal in (
        ("Vườn rau sạch bản Suối", "20 hộ trồng rau sạch"),
        ("Đèn đường bản Mẫu Hạ", "Có đèn"),
    ):
        values = {
            "name": name,
            "kind": Initiative.Kind.MODEL,
            "subject": Initiative.Subject.COLLECTIVE,
            "field": Field.objects.get(code="kinh_te"),
            "owner": minh.unit,
            "commune": minh.unit.area,
            "hamlet": "bản Suối",
            "goal": goal,
            "year": today().year,
            "year_kind": Enrolment.Kind.NEW,
            "level_asked": "commune",
            "details": {},
            "contact_name": minh.user.full_name,
        }
        registration.save_draft(values, by=minh).send(by=minh)
    return {}


def next_year() -> dict[str, str]:
    from kheo.lib.periods import today

    return {"next_year": str(today().year + 1)}


def days_of_a_window() -> dict[str, str]:
    from kheo.lib.periods import today

    return {"today": f"{today():%d/%m/%Y}", "later": f"{today() + timedelta(days=30):%d/%m/%Y}"}


def a_year_without_a_link() -> dict[str, str]:
    from kheo.lib.periods import today
    from kheo.submissions.models import RegistrationLink

    if today().month < 10:
        # Next year's is not offered yet, so this year's must still be to open.
        RegistrationLink.objects.update(year=today().year - 1)
    return days_of_a_window()


def a_report_sent() -> dict[str, str]:
    from kheo.demo.people import post_of
    from kheo.fieldwork.models import UnitReport
    from kheo.lib.periods import today

    minh = post_of("minh", "reporter")
    first = today().replace(month=1, day=1)
    words = {"period_first": first, "period_last": today(), "results": "Các mô hình duy trì tốt."}
    UnitReport.objects.begin(minh.unit, by=minh, values=words, lines=[]).send(by=minh)
    return days_of_a_window()


PREPARED: dict[str, Callable[[], dict[str, str]]] = {
    "dang-nhap-lan-dau": a_code_for_lan,
    "dang-ky-khong-tai-khoan": a_year_without_a_link,
    "van-ban-giay": a_report_sent,
    "tiep-nhan-va-tra-lai": something_sent,
    "duy-tri-va-dan-bang": next_year,
}
