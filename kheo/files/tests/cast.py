"""Who hands files in here, and the pictures they take."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, PngImagePlugin

from kheo.files import owners

SECRET_PLACE = b"18.9876"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>XMP-SECRET-OF-THE-CAMERA</rdf:RDF></x:xmpmeta>'


def person(name: str) -> Any:
    return get_user_model().objects.create_user(username=name, full_name=name.capitalize())


@contextmanager
def people_own_files() -> Iterator[None]:
    """Records of rooms above are played by accounts: each sees what belongs to their own."""
    before = dict(owners._answers)
    owners.register_owner("accounts.User", lambda user, owner: user.pk == owner.pk)
    try:
        yield
    finally:
        owners._answers.clear()
        owners._answers.update(before)


def picture(width: int = 640, height: int = 480, colour: str = "seagreen") -> Image.Image:
    image = Image.new("RGB", (width, height), colour)
    # A corner of its own, to see which way up it is.
    image.paste("red", (0, 0, width // 4, height // 4))
    return image


def telling_jpeg(orientation: int = 1, **size: int) -> bytes:
    """A photo full of what phones write: place, time, make, XMP, comment, IPTC, bytes behind its end."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "MAKE-SECRET"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:07:05 08:30:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (18.0, 59.0, 15.36)
    place[ExifTags.GPS.GPSAreaInformation] = SECRET_PLACE
    out = io.BytesIO()
    picture(**size).save(out, "JPEG", exif=exif, xmp=XMP, comment=b"COMMENT-SECRET", quality=90)
    content = out.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10IPTC-SECRET-HERE"
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
    return content[:2] + segment + content[2:] + b"TRAILER-SECRET"


def telling_png() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "COMMENT-SECRET")
    out = io.BytesIO()
    picture().convert("RGBA").save(out, "PNG", pnginfo=told)
    return out.getvalue()


def webp() -> bytes:
    out = io.BytesIO()
    picture().save(out, "WEBP", xmp=XMP)
    return out.getvalue()


def upload(content: bytes, name: str = "anh.jpg", media_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, media_type)
