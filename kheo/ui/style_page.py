"""What the page /giao-dien/ shows: every element once, with words as they occur in the rooms."""

import math
from typing import Any

from django import forms
from django.http import HttpRequest

from kheo.ui.charts import BarChart, Choropleth, LineChart, Outlines
from kheo.ui.forms import AreaM2Field, CountField, Form, VietnameseDateField, VndField
from kheo.ui.lists import Page, total_words

FIELDS = ["Kinh tế", "Văn hóa - xã hội", "Quốc phòng - an ninh", "Xây dựng hệ thống chính trị"]
NAMES = ["Tam Quang", "Tam Thái", "Hữu Kiệm", "Mường Xén", "Quỳ Châu", "Nghĩa Đàn", "Kim Liên", "Vạn An"]


class SampleForm(Form):
    name = forms.CharField(label="Tên mô hình", max_length=200)
    field = forms.ChoiceField(label="Lĩnh vực", choices=[("", "Chọn lĩnh vực"), *enumerate(FIELDS)])
    kind = forms.ChoiceField(
        label="Đăng ký", choices=[("new", "Mới"), ("kept", "Duy trì từ năm trước")], widget=forms.RadioSelect
    )
    start = VietnameseDateField(label="Ngày ra mắt", required=False)
    money = VndField(label="Kinh phí huy động", help_text="Cộng mọi nguồn: nhà nước, doanh nghiệp, Nhân dân.")
    land = AreaM2Field(label="Đất hiến", required=False)
    people = CountField(label="Số người tham gia", required=False)
    goal = forms.CharField(label="Mục tiêu", widget=forms.Textarea)
    paper = forms.FileField(label="Văn bản kèm theo", required=False)
    agreed = forms.BooleanField(label="Người trong ảnh đã được hỏi và đồng ý")
    examples = {
        "name": "Tiếng kẻng bình yên ở bản Khe Hỷ",
        "goal": "100% hộ trong bản ký cam kết giữ gìn an ninh.",
    }


def _honeycomb() -> Outlines:
    """A made-up province of hexagons: this room knows no places."""
    shapes: dict[int, dict[str, Any]] = {}
    for at in range(40):
        row, column = divmod(at, 8)
        x, y = 104 + column * 0.2 + (row % 2) * 0.1, 19 - row * 0.17
        ring = [
            [x + 0.112 * math.sin(math.radians(60 * k)), y + 0.112 * math.cos(math.radians(60 * k))]
            for k in range(7)
        ]
        shapes[at] = {"type": "Polygon", "coordinates": [ring]}
    return Outlines.of(shapes, width=640)


def context(request: HttpRequest) -> dict[str, Any]:
    wrong = {
        "name": "",
        "field": "9",
        "kind": "new",
        "start": "31/02/2026",
        "money": "1.5.0",
        "goal": "Ấm no",
    }
    counts = {at: [0, 3, 7, 12, 18, 25, 2, 41][at % 8] for at in range(40) if at % 11}
    return {
        "form": SampleForm(prefix="a"),
        "wrong": SampleForm({f"b-{name}": value for name, value in wrong.items()}, prefix="b"),
        "fields": FIELDS,
        "rows": [
            {
                "name": f"Xã {name}",
                "new": 3 + at,
                "kept": 12 - at,
                "share": (7 * at + 20) / 100,
                "sample": at % 3 == 0,
            }
            for at, name in enumerate(NAMES[:5])
        ],
        "page": Page([], "?after=x", "?before=x", 87, total_words(87)),
        "bars": BarChart(
            "Mô hình theo lĩnh vực, năm 2026",
            [
                (name, (new, kept), "#")
                for name, new, kept in zip(FIELDS, (14, 22, 6, 9), (31, 44, 12, 8), strict=True)
            ],
            unit="mô hình",
            series=("Mới", "Duy trì"),
            note="87/130 xã đã gửi số liệu.",
        ),
        "lines": LineChart(
            "Mô hình được công nhận",
            [2019, 2020, 2021, 2022, 2023, 2024, 2025],
            [("Cấp tỉnh", [12, 18, 21, 34, 30, 41, 52]), ("Cấp xã", [40, 61, None, 96, 120, 118, 150])],
            unit="mô hình",
        ),
        "map": Choropleth(
            "Mô hình đang thực hiện theo xã",
            _honeycomb(),
            counts,
            {at: f"Xã {NAMES[at % 8]} {at // 8 + 1}" for at in range(40)},
            dict.fromkeys(range(40), "#ban-do"),
            unit="mô hình",
            strong={12},
            note="Bản đồ tượng trưng.",
        ),
    }
