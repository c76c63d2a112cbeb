"""Washing pictures: whatever comes in, only pixels go out.

Every picture is decoded and encoded anew, so nothing the camera or a malicious file carried beside the
pixels (EXIF, GPS, XMP, IPTC, comments, profiles, hidden trailers) survives. The file as received is
not kept anywhere.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import pi_heif
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, ImageOps

from kheo.lib.periods import today
from kheo.lib.refusals import Refused

from .types import MEGABYTE, picture_type

PHOTO_LIMIT = 20 * MEGABYTE
MOST_PIXELS = 50_000_000
# Longest sides in pixels. "full" prints an A4 page at 300 dpi; nothing larger is kept.
FULL, WEB, THUMB = 4000, 1600, 400

pi_heif.register_heif_opener()


@dataclass(frozen=True)
class Washed:
    """A picture as it is kept: `full` and `web` are JPEG, `thumb` is WebP; width and height are of `full`."""

    full: bytes
    web: bytes
    thumb: bytes
    width: int
    height: int
    # The day the camera wrote, if a plausible one. Its place is not read at all.
    taken_on: date | None
    received_sha256: str


def wash(file: IO[bytes] | Any, size: int | None) -> Washed:
    """Make the three clean copies of a picture; `size` in bytes, None if unknown.

    Refuses, with a sentence, what is too large, no photo, or damaged. Takes 0.2 to 1 s for 12 megapixels.
    """
    name = str(getattr(file, "name", "") or _("This file")).rsplit("/", 1)[-1]
    if size is not None and size > PHOTO_LIMIT:
        raise _too_large(name)
    file.seek(0)
    content = file.read(PHOTO_LIMIT + 1)
    if len(content) > PHOTO_LIMIT:
        raise _too_large(name)
    if not picture_type(content[:64]):
        raise Refused(_("“%(name)s” is no photo. Upload .jpg, .png, .webp or .heic.") % {"name": name})
    try:
        image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP", "HEIF"])
        if image.width * image.height > MOST_PIXELS:
            raise Refused(
                _("“%(name)s” has more than 50 megapixels. Make it smaller and upload it again.")
                % {"name": name}
            )
        taken_on = _day_taken(image)
        pixels = _bare(image)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(
            _("“%(name)s” has more than 50 megapixels. Make it smaller and upload it again.") % {"name": name}
        )
    except Exception as error:
        # Decoders meet damaged files with errors of every class.
        raise Refused(
            _("“%(name)s” is damaged and cannot be opened. Take or save the picture again.") % {"name": name}
        ) from error
    full = _within(pixels, FULL)
    web = _within(full, WEB)
    return Washed(
        full=_encoded(full, "JPEG", 88),
        web=_encoded(web, "JPEG", 80),
        thumb=_encoded(_within(web, THUMB), "WEBP", 72),
        width=full.width,
        height=full.height,
        taken_on=taken_on,
        received_sha256=hashlib.sha256(content).hexdigest(),
    )


def _too_large(name: str) -> Refused:
    return Refused(
        _("“%(name)s” is larger than 20 MB. Make it smaller and upload it again.") % {"name": name}
    )


def _day_taken(image: Image.Image) -> date | None:
    exif = image.getexif()
    written = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(
        ExifTags.Base.DateTime
    )
    try:
        # A camera's clock has no time zone; only its day is used.
        day = datetime.strptime(str(written)[:10], "%Y:%m:%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if date(1990, 1, 1) <= day <= today() else None


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone: turned upright, in sRGB, on white where they were transparent."""
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if profile and upright.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            upright = (
                ImageCms.profileToProfile(upright, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                or upright
            )
        except ImageCms.PyCMSError:
            pass
    if upright.mode in ("I;16", "I;16B", "I"):
        upright = upright.point(lambda value: value / 256).convert("L")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.new("RGB", layer.size, "white")
        upright.paste(layer, mask=layer.getchannel("A"))
    upright = upright.convert("RGB")
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    return bare


def _within(image: Image.Image, longest: int) -> Image.Image:
    if max(image.size) <= longest:
        return image
    smaller = image.copy()
    smaller.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return smaller


def _encoded(image: Image.Image, form: str, quality: int) -> bytes:
    out = io.BytesIO()
    if form == "JPEG":
        image.save(out, form, quality=quality, optimize=True, progressive=True)
    else:
        image.save(out, form, quality=quality, method=4)
    return out.getvalue()
