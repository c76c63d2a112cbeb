"""Nobody but the camera's owner ever sees what the camera wrote into a photo."""

import io
import struct
import zlib
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from kheo.files import images, storage
from kheo.files.models import Photo
from kheo.lib.periods import BEGINNING
from kheo.lib.refusals import Refused

from .cast import person, telling_jpeg, telling_png, upload, webp

SECRETS = (b"SECRET", b"18.9876", b"Exif", b"xmpmeta", b"GPS", b"8BIM", b"http")


def copies(content: bytes) -> list[bytes]:
    washed = images.wash(upload(content), len(content))
    return [washed.full, washed.web, washed.thumb]


@pytest.mark.parametrize("made", [telling_jpeg, telling_png, webp])
def test_what_the_camera_wrote_is_gone(made):
    content = made()
    assert b"SECRET" in content
    for copy in copies(content):
        assert not [secret for secret in SECRETS if secret in copy]
        image = Image.open(io.BytesIO(copy))
        assert not image.getexif()
        assert (
            not image.info.keys()
            - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive"}
            - {
                "progression",
                "loop",
                "background",
                "timestamp",
                "duration",
            }
        )


@pytest.mark.django_db
def test_nothing_received_stays_on_the_disk():
    content = telling_jpeg()
    photo = Photo.objects.store(upload(content), by=person("minh"))
    for sha256 in photo.contents():
        assert b"SECRET" not in storage.path_of(sha256).read_bytes()
    folder = storage.path_of(photo.full_id).parents[2]
    assert not [path for path in folder.rglob("*") if path.is_file() and b"SECRET" in path.read_bytes()]


@pytest.mark.django_db
def test_the_camera_s_day_is_kept_unless_someone_says_another():
    minh = person("minh")
    assert Photo.objects.store(upload(telling_jpeg()), by=minh).taken_on == date(2026, 7, 5)
    said = Photo.objects.store(upload(telling_jpeg()), by=minh, taken_on=date(2026, 7, 4))
    assert said.taken_on == date(2026, 7, 4)
    assert Photo.objects.store(upload(telling_png(), "a.png"), by=minh).taken_on == BEGINNING


def test_a_photo_held_sideways_is_turned_upright():
    full, _, _ = copies(telling_jpeg(orientation=6, width=600, height=300))
    image = Image.open(io.BytesIO(full))
    assert image.size == (300, 600)
    red, green, _ = image.getpixel((image.width - 10, 10))
    assert red > 200 > green


def test_sizes():
    content = telling_jpeg(width=4800, height=3000)
    full, web, thumb = (Image.open(io.BytesIO(copy)) for copy in copies(content))
    assert (full.size, web.size, thumb.size) == ((4000, 2500), (1600, 1000), (400, 250))
    assert (full.format, web.format, thumb.format) == ("JPEG", "JPEG", "WEBP")


def test_a_transparent_picture_is_laid_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    image = Image.open(io.BytesIO(copies(out.getvalue())[0]))
    assert image.getpixel((25, 25)) == (255, 255, 255)


def test_sixteen_bits_become_eight():
    out = io.BytesIO()
    Image.new("I;16", (50, 50), 32768).save(out, "PNG")
    grey = Image.open(io.BytesIO(copies(out.getvalue())[0])).getpixel((25, 25))
    assert 120 < grey[0] < 136


def bomb(side: int) -> bytes:
    """A PNG of `side` × `side` white pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [7200, 12_000, 30_000])
def test_a_bomb_of_pixels_is_refused_unopened(side):
    with pytest.raises(Refused, match="50 megapixel"):
        copies(bomb(side))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"GIF89a<script>alert(1)</script>", "không phải ảnh"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "không phải ảnh"),
        (b"MZ\x90\x00 a program", "không phải ảnh"),
        (b"", "không phải ảnh"),
        (b"\xff\xd8\xff\xe0 broken", "bị hỏng"),
        (b"\x89PNG\r\n\x1a\n broken", "bị hỏng"),
        (b"RIFF\x00\x00\x00\x00WEBPbroken", "bị hỏng"),
        (b"\x00\x00\x00\x18ftypheic broken", "bị hỏng"),
    ],
)
def test_what_is_no_photo_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(Refused, match=sentence):
        copies(content)


def test_half_a_photo_is_refused():
    content = telling_jpeg()
    with pytest.raises(Refused, match="bị hỏng"):
        copies(content[: len(content) // 2])


def test_more_than_20_mb_is_refused():
    with pytest.raises(Refused, match="20 MB"):
        copies(telling_jpeg() + b"\0" * images.PHOTO_LIMIT)


@pytest.mark.django_db
def test_a_photo_from_an_iphone():
    """The specimen was drawn for this test and says the same secrets as the others."""
    content = (Path(__file__).parent / "specimens" / "phone.heic").read_bytes()
    assert b"MAKE-SECRET" in content
    for copy in copies(content):
        assert not [secret for secret in SECRETS if secret in copy]
    photo = Photo.objects.store(upload(content, "IMG_0001.HEIC", "image/heic"), by=person("minh"))
    assert (photo.width, photo.height, photo.taken_on) == (160, 96, date(2026, 7, 5))
