"""How a phone or a PC comes to trust the internal authority, step by step, with drawn pictures, and back.

The words in the pictures are those of the settings in either language; makers change them a little from one
version to the next, which the page says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Text = str | Promise
WIDTH, HEIGHT, ROW, LETTERS = 220, 300, 34, 25


@dataclass(frozen=True)
class Screen:
    """A screen of the settings: its title, its rows, which row is touched, and a button below."""

    title: str
    rows: tuple[str, ...] = ()
    touched: int | None = None
    button: str = ""
    code: str = ""

    def svg(self) -> SafeString:
        """The drawing; its words are read out by the step beside it."""
        parts, y = [], 62
        for number, row in enumerate(self.rows):
            lines = wrap(row, LETTERS) or [""]
            height = ROW + 13 * (len(lines) - 1)
            kind = "screen__row screen__row--touched" if number == self.touched else "screen__row"
            parts.append(
                format_html(
                    '<rect class="{}" x="12" y="{}" width="196" height="{}" rx="7"/>{}{}',
                    kind,
                    y,
                    height - 6,
                    format_html_join(
                        "",
                        '<text class="screen__text" x="22" y="{}">{}</text>',
                        ((y + 18 + 13 * at, line) for at, line in enumerate(lines)),
                    ),
                    finger(190, y + height - 12) if number == self.touched else "",
                )
            )
            y += height
        if self.code:
            parts.append(format_html('<text class="screen__code" x="22" y="{}">{}</text>', y + 14, self.code))
        if self.button:
            parts.append(
                format_html(
                    '<rect class="screen__button" x="40" y="246" width="140" height="32" rx="16"/>'
                    '<text class="screen__press" x="110" y="267" text-anchor="middle">{}</text>{}',
                    self.button,
                    finger(176, 274) if self.touched is None else "",
                )
            )
        return format_html(
            '<svg class="screen" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
            '<rect class="screen__frame" x="2" y="2" width="216" height="296" rx="18"/>'
            '<text class="screen__title" x="16" y="38">{}</text>'
            '<line class="screen__line" x1="12" y1="50" x2="208" y2="50"/>{}</svg>',
            WIDTH,
            HEIGHT,
            self.title,
            format_html_join("", "{}", ((part,) for part in parts)),
        )


def finger(x: int, y: int) -> SafeString:
    """Where to touch."""
    return format_html(
        '<circle class="screen__touch" cx="{}" cy="{}" r="9"/>'
        '<circle class="screen__tip" cx="{}" cy="{}" r="3"/>',
        x,
        y,
        x,
        y,
    )


@dataclass(frozen=True)
class Step:
    said: str
    screen: Screen | None = None


@dataclass(frozen=True)
class Device:
    """One kind of device: how the authority gets on it, and how it is taken off."""

    key: str
    name: str
    steps: list[Step]
    off: list[str] = field(default_factory=list)
    note: str = ""


def phone(*rows: str, title: str, touched: int | None = None, button: str = "", code: str = "") -> Screen:
    return Screen(title, rows, touched, button, code)


def devices() -> Iterator[Device]:
    """In the order in which they are met in an office: Samsung, other Androids, old ones, iPhone, Windows."""
    settings, install = pgettext("phone", "Settings"), pgettext("phone", "Install")
    anyway, authority = pgettext("phone", "Install anyway"), pgettext("phone", "CA certificate")
    lock = _("If the phone asks for a PIN or a screen lock, enter it, or set one: it is required here.")
    fetch = Step(
        _("In Chrome, press “Download the certificate” on this page. The file kheo.crt is in Downloads."),
        phone(_("How phones trust Kheo"), title="Chrome", button=_("Download the certificate")),
    )
    files = Step(
        _("Choose kheo.crt from the downloads. The phone says that the certificate is installed."),
        phone("kheo.crt", title=pgettext("phone", "Downloads"), touched=0),
    )
    yield Device(
        "samsung",
        _("Samsung (Android 11 and later)"),
        [
            fetch,
            Step(
                _("Open Settings, then “Security and privacy” (older: “Biometrics and security”)."),
                phone(
                    pgettext("phone", "Connections"),
                    pgettext("phone", "Security and privacy"),
                    pgettext("phone", "Location"),
                    title=settings,
                    touched=1,
                ),
            ),
            Step(
                _("At the bottom choose “Other security settings”, then “Install from phone storage”."),
                phone(
                    pgettext("phone", "Encrypt SD card"),
                    pgettext("phone", "View security certificates"),
                    pgettext("phone", "Install from phone storage"),
                    title=pgettext("phone", "Other security settings"),
                    touched=2,
                ),
            ),
            Step(
                _("Choose “CA certificate”, then “Install anyway”. %(lock)s") % {"lock": lock},
                phone(
                    authority,
                    pgettext("phone", "VPN and app user certificate"),
                    title=pgettext("phone", "Install from phone storage"),
                    touched=0,
                    button=anyway,
                ),
            ),
            files,
        ],
        [
            _("Security and privacy → Other security settings → View security certificates → User."),
            _("Touch the line “Khéo”, then “Remove”."),
        ],
    )
    yield Device(
        "android",
        _("Other phones with Android 11 and later (Xiaomi, OPPO, vivo, Pixel …)"),
        [
            fetch,
            Step(
                _("Open Settings and search for “CA certificate” on top; or follow the next step."),
                phone(authority, title=_("Search in the settings"), touched=0),
            ),
            Step(
                _("Settings → Security and privacy → More security settings → Encryption and credentials."),
                phone(
                    pgettext("phone", "Trusted credentials"),
                    pgettext("phone", "User credentials"),
                    pgettext("phone", "Install a certificate"),
                    title=pgettext("phone", "Encryption and credentials"),
                    touched=2,
                ),
            ),
            Step(
                _("“Install a certificate” → “CA certificate” → “Install anyway”. %(lock)s") % {"lock": lock},
                phone(
                    authority,
                    pgettext("phone", "VPN and app user certificate"),
                    pgettext("phone", "Wi-Fi certificate"),
                    title=pgettext("phone", "Install a certificate"),
                    touched=0,
                    button=anyway,
                ),
            ),
            files,
        ],
        [
            _("Settings → Security and privacy → Encryption and credentials → Trusted credentials → User."),
            _("Touch the line “Khéo”, then “Remove”."),
        ],
    )
    yield Device(
        "android-old",
        _("Older phones with Android 7 to 10"),
        [
            fetch,
            Step(
                _("Touch the downloaded file. Asked for a name, write Kheo, for “VPN and apps”, and OK."),
                phone(
                    _("Name: Kheo"),
                    pgettext("phone", "VPN and apps"),
                    title=pgettext("phone", "Name the certificate"),
                    button="OK",
                ),
            ),
            Step(lock),
        ],
        [
            _("Settings → Security → Encryption and credentials → Trusted credentials → User."),
            _("Touch the line “Khéo”, then “Remove”."),
        ],
    )
    yield Device(
        "iphone",
        _("iPhone and iPad (iOS 12.2 and later)"),
        [
            Step(
                _("Open this page in Safari, press “Download the certificate”, then “Allow”."),
                phone(
                    _("This website wants to download a configuration profile."),
                    title="Safari",
                    button=pgettext("phone", "Allow"),
                ),
            ),
            Step(
                _("Open Settings: on top stands “Profile Downloaded”. Touch it."),
                phone(
                    pgettext("phone", "Profile Downloaded"),
                    pgettext("phone", "Airplane Mode"),
                    "Wi-Fi",
                    title=settings,
                    touched=0,
                ),
            ),
            Step(
                _("Press “Install” at the top right, enter the passcode, and “Install” once more."),
                phone(
                    "Khéo",
                    pgettext("phone", "Not Verified"),
                    title=pgettext("phone", "Install Profile"),
                    button=install,
                ),
            ),
            Step(
                _("Settings → General → About → Certificate Trust Settings, at the very bottom."),
                phone(
                    pgettext("phone", "Name"),
                    pgettext("phone", "iOS Version"),
                    pgettext("phone", "Certificate Trust Settings"),
                    title=pgettext("phone", "About"),
                    touched=2,
                ),
            ),
            Step(
                _("Turn on the switch beside “Khéo”, then “Continue”. Without this step it does not count."),
                phone(
                    _("Khéo · on"),
                    title=pgettext("phone", "Certificate Trust Settings"),
                    touched=0,
                    button=pgettext("phone", "Continue"),
                ),
            ),
        ],
        [
            _("Settings → General → VPN and Device Management → Khéo → Remove Profile, with the passcode."),
        ],
    )
    yield Device(
        "windows",
        _("A PC with Windows"),
        [
            Step(_("Press “Download the certificate” and open the file kheo.crt.")),
            Step(
                _("Press “Install Certificate”, choose “Current User”, then Next."),
                phone("Khéo", title=_("Certificate"), button=_("Install Certificate")),
            ),
            Step(
                _(
                    "“Place all certificates in the following store”, Browse, “Trusted Root Certification "
                    "Authorities”, OK, Next, Finish, Yes."
                ),
                phone(
                    _("Personal"),
                    _("Trusted Root Certification Authorities"),
                    title=_("Certificate store"),
                    touched=1,
                    button="OK",
                ),
            ),
            Step(
                _("Close the browser and open it again. Cốc Cốc, Edge and a current Firefox follow Windows.")
            ),
        ],
        [
            _("Windows + R, certmgr.msc, Trusted Root Certification Authorities → Certificates."),
            _("Right-click “Khéo”, then Delete."),
        ],
    )
