"""The cast of the initiatives, with one that runs and is in the catalogue, and reports of it."""

from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kheo.fieldwork.figures import ship_kinds
from kheo.fieldwork.models import FieldReport, FigureKind
from kheo.initiatives.models import Enrolment
from kheo.initiatives.tests.cast import Cast, brought, cast, draft

DAY = date(2026, 7, 5)


def running(cast: Cast, name: str = "Con đường hiến đất", **facts: Any) -> Enrolment:
    """An enrolment of 2026 in the commune's catalogue whose initiative has started."""
    enrolment = brought(draft(cast, name, **facts), "approved", cast)
    if enrolment.initiative.state == "proposed":
        enrolment.initiative.start(by=cast.minh, on=date(2026, 3, 15))
    return enrolment


def kind(measure: str, code: str) -> FigureKind:
    ship_kinds(FigureKind)
    return FigureKind.objects.get(measure=measure, code=code)


def report(cast: Cast, enrolment: Enrolment, figures: dict | None = None, **facts: Any) -> FieldReport:
    """Minh's draft: 86 households, 1.5 million from the people, 105.5 m² of residential land."""
    values = {
        "happened_on": DAY,
        "happened_until": facts.get("happened_on", DAY),
        "narrative": "Bà con góp công mở đường",
        "target": "420 m đường",
        "reached": "120 m đường",
        **facts,
    }
    if figures is None:
        figures = {
            ("households", None): 86,
            ("money_vnd", kind("money_vnd", "dan_gop").pk): 1_500_000,
            ("land_m2", kind("land_m2", "dat_o").pk): 10_550,
        }
    return FieldReport.objects.begin(enrolment, by=cast.minh, values=values, figures=figures)


def accepted(cast: Cast, enrolment: Enrolment, figures: dict | None = None, **facts: Any) -> FieldReport:
    made = report(cast, enrolment, figures, **facts)
    made.send(by=cast.minh)
    made.accept(by=cast.nga)
    return made


def picture(name: str = "anh.jpg", colour: str = "green") -> SimpleUploadedFile:
    """A photo as a phone takes it, with the place and the device written into it."""
    image = Image.new("RGB", (640, 480), colour)
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh bí mật"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (19.0, 14.0, 0.0)
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


__all__ = ["DAY", "Cast", "accepted", "cast", "kind", "picture", "report", "running"]
