"""Last year's list of a province: read, checked and loaded, beside a plain insert of the same rows."""

import io
import itertools
import random
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import xlsxwriter
from django.core.files.base import ContentFile
from django.db import transaction

from kheo import bench
from kheo.accounts.models import User
from kheo.bench.growth import found_province
from kheo.initiatives.models import Enrolment, Initiative, Step
from kheo.lib.vietnamese import fold, sort_key
from kheo.lists import correcting, loading, taking_in
from kheo.lists.models import OfficeList, Row
from kheo.places.models import Area, Level
from kheo.plans import beginning
from kheo.plans.models import Field
from kheo.units.models import Post, ReachKind, Role, Unit

LINES = 10_000
# The communes of before July 2025, so that every place is looked up in a structure of the past.
DAY = date(2024, 7, 5)
WORDS = " ".join(
    [
        "đường hoa kẻng bình yên nhà sạch vườn mẫu gia súc chuồng trại suối cá rừng giữ nước điện sáng",
        "bếp ăn tình thương hũ gạo tiết kiệm xe đạp trường lớp sách khăn quàng chợ phiên lúa ngô sắn chè",
        "cam bưởi ong mật trâu bò dê gà vịt ao hồ đập kênh mương cầu cống ngõ xóm đội bóng hát",
    ]
).split()
BODIES = [
    "Hội LHPN xã",
    "Hội Nông dân xã",
    "UBMTTQ xã",
    "Công an xã",
    "Đoàn xã",
    "Chi bộ xóm {n}",
    "Trường THCS {n}",
]
_run = itertools.count(1)


class Ground(NamedTuple):
    post: Post
    communes: list[tuple[str, str]]


@cache
def ground() -> Ground:
    bench.migrated()
    if not Area.objects.exists():
        found_province()
    beginning.movement()
    board = Unit.objects.filter(key="ban_tuyen_giao_dan_van", level=Level.PROVINCE).order_by("-valid_to")[0]
    user, _made = User.objects.get_or_create(username="bench-lists")
    post, _made = Post.objects.get_or_create(
        user=user, unit=board, role=Role.SPECIALIST, defaults={"reach": ReachKind.PLACE}
    )
    communes = Area.objects.on(DAY).communes().with_place().order_by("pk")
    return Ground(post, [(area.full_name, area.parent.full_name if area.parent else "") for area in communes])


def workbook(at: Ground) -> bytes:
    """As an office would have it: a title, places of the past, one body in six in no register."""
    roll = random.Random(next(_run))  # noqa: S311 - the same names on either database
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Danh mục")
    number = roll.randrange(10**6)
    sheet.write_string(0, 0, f"(Kèm theo Quyết định số {number}-QĐ/BCĐ ngày 05/7/2024 của Ban Chỉ đạo tỉnh)")
    heads = ["STT", "Tên mô hình", "Xã", "Huyện", "Đơn vị chủ trì", "Lĩnh vực", "Năm bắt đầu", "Điện thoại"]
    sheet.write_row(2, 0, heads)
    lines = round(LINES * bench.SCALE)
    for line in range(lines):
        commune, district = at.communes[line * len(at.communes) // lines]
        name = " ".join(roll.sample(WORDS, 5)).capitalize() + f" {roll.randrange(10**5)}"
        body = roll.choice(BODIES).format(n=roll.randrange(30))
        field = roll.choice(["Kinh tế", "VH-XH", "QP-AN", "XDHTCT"])
        sheet.write_row(3 + line, 0, [line + 1, name, commune, district, body, field, 2023, "0912345678"])
    book.close()
    return out.getvalue()


def conditions() -> str:
    return f"{round(LINES * bench.SCALE):,} lines at the communes of 2024, from the file to the last line"


def plainly(at: Ground) -> None:
    """As many initiatives with their year and its step, and nothing else: no search, no journal."""
    any_unit, any_area = Unit.objects.filter(level=Level.COMMUNE)[0], Area.objects.on(DAY).communes()[0]
    movement, field = beginning.movement(), Field.objects.all()[0]
    names = [f"Mô hình {number}" for number in range(round(LINES * bench.SCALE))]
    with transaction.atomic():
        initiatives = Initiative.objects.bulk_create(
            [
                Initiative(
                    movement=movement, name=name, folded=fold(name), sort_key=sort_key(name), field=field,
                    owner=any_unit, area=any_area, commune=None, state="running",
                )
                for name in names
            ],
            batch_size=500,
        )  # fmt: skip
        enrolments = Enrolment.objects.bulk_create(
            [
                Enrolment(initiative=each, year=2024, field=field, state="draft", sort_key=each.sort_key)
                for each in initiatives
            ],
            batch_size=500,
        )
        Step.objects.bulk_create([Step(enrolment=each, state="draft") for each in enrolments], batch_size=500)
        transaction.set_rollback(True)


@bench.bench("lists.load", baseline=plainly, needs=ground, runs=1, conditions=conditions)
def load(at: Ground) -> Any:
    """From the bytes of the workbook to the last line loaded and counted."""
    content = workbook(at)
    made = taking_in.take_in(at.post, upload=ContentFile(content, name="danh-muc.xlsx"))
    made.describe(
        by=at.post, mapping=made.mapping, document=made.document, number=made.number, signed_on=DAY,
        issuer=made.issuer, year=2024, default_owner="cap_uy", default_kind="continuing",
    )  # fmt: skip
    loading.read_rows.func(made.pk)
    made = OfficeList.objects.get(pk=made.pk)
    correcting.all_different(made, by=at.post)
    if made.rows.filter(doubtful=Row.MUST).exists():
        correcting.leave_out_doubtful(made, "Không rõ", by=at.post)
    loading.begin_to_load(made, by=at.post)
    loading.load_rows.func(made.pk, at.post.pk)
    counts = OfficeList.objects.get(pk=made.pk).counts()
    assert counts["loaded"] >= 0.95 * counts["all"], counts
    return counts
