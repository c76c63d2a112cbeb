"""Text: what every search and every list pays."""

from kheo.bench import bench
from kheo.lib.vietnamese import fold

NAMES = [
    "Tiếng kẻng bình yên",
    "Hòa giải ở cơ sở, giữ trọn nghĩa tình",
    "Đường hoa phụ nữ tự quản xã Tam Thái",
    "Thắp sáng đường quê – an toàn, văn minh",
] * 250


def lowered() -> list[str]:
    return [name.lower() for name in NAMES]


@bench("text.fold", baseline=lowered, conditions="1,000 names of about 30 letters, beside str.lower")
def folded() -> list[str]:
    return [fold(name) for name in NAMES]
