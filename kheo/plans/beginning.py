"""What a province begins with: the four fields of work, and the movement it has run since 2014."""

from datetime import date

from django.db import transaction

from kheo.places.models import Area, Level
from kheo.plans.models import Field, Mandate, Movement
from kheo.units.models import Unit

# code, Vietnamese, English, whether its initiatives are internal unless said otherwise
FIELDS = [
    ("kinh_te", "Kinh tế", "Economy", False),
    ("van_hoa_xa_hoi", "Văn hóa - xã hội", "Culture and society", False),
    ("quoc_phong_an_ninh", "Quốc phòng - an ninh", "Defence and security", True),
    ("he_thong_chinh_tri", "Xây dựng hệ thống chính trị", "Political system", False),
]


def begin() -> None:
    """The fields, the movement and the committee that runs it. Twice changes nothing."""
    with transaction.atomic():
        fields()
        movement()


def fields() -> None:
    """The fields of Directive 05-CT/TU; an office that edited one keeps its words."""
    for order, (code, name, english, internal) in enumerate(FIELDS):
        Field.objects.get_or_create(
            code=code,
            defaults={"name": name, "name_en": english, "internal_by_default": internal, "order": order},
        )


def movement() -> Movement:
    """“Dân vận khéo” of the province, with the mandate of its steering committee."""
    at_province = Unit.objects.filter(area=Area.objects.get(level=Level.PROVINCE))
    movement, _made = Movement.objects.get_or_create(
        code="dan-van-kheo",
        defaults={
            "name": "Dân vận khéo",
            "objective": "Xây dựng các mô hình, điển hình, đẩy mạnh phong trào thi đua “Dân vận khéo”.",
            "scope_text": "Toàn tỉnh Nghệ An, các cấp, các ngành.",
            "participants": "Tập thể, hộ gia đình, cá nhân.",
            "launched_by": at_province.get(key="tinh_uy"),
            # The day of Đề án 06-ĐA/TU, which the Directive reviews and goes on from.
            "launched_on": date(2014, 4, 1),
        },
    )
    Mandate.objects.get_or_create(committee=at_province.get(key="ban_chi_dao"), movement=movement)
    return movement
