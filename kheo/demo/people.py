"""The cast: a few invented people, one sign-in each, listed on the demonstration's sign-in page."""

from dataclasses import dataclass
from datetime import date

from kheo.accounts.models import User
from kheo.lib.periods import today
from kheo.units.models import Post, ReachKind, Role, Unit

SINCE = date(2021, 1, 1)


@dataclass(frozen=True)
class Part:
    """Who, and how the sign-in page tells of them."""

    username: str
    name: str
    note: str


CAST = [
    Part("minh", "Lô Văn Minh", "Cán bộ xã Khe Mẫu: đăng ký mô hình, gửi báo cáo"),
    Part("thu", "Vi Thị Thu", "Văn phòng Đảng ủy xã Khe Mẫu: tiếp nhận, văn thư"),
    Part("lam", "Lương Văn Lâm", "Lãnh đạo xã Khe Mẫu: xác nhận, phê duyệt danh mục, công nhận"),
    Part("lan", "Hà Thị Lan", "Hội Phụ nữ xã Khe Mẫu: chỉ thấy việc của hội mình"),
    Part("hoa", "Nguyễn Thị Hoa", "Chuyên viên ban Tuyên giáo và Dân vận cấp tỉnh: theo dõi 130 xã, phường"),
    Part("binh", "Trần Văn Bình", "Lãnh đạo ban cấp tỉnh: quyết định, xem toàn tỉnh"),
    Part("tuan", "Hồ Anh Tuấn", "Biên tập viên cấp tỉnh: duyệt đăng công khai"),
    Part("mai", "Võ Thị Mai", "Hội Phụ nữ tỉnh: xem theo hệ"),
    Part("duc", "Lê Văn Đức", "Người xem cấp tỉnh: chỉ đọc"),
    Part("an", "Phan Thị An", "Quản trị hệ thống"),
]


def people() -> dict[str, User]:
    """The accounts of the cast, made if missing. They have no password: the demonstration signs them in."""
    found = {}
    for part in CAST:
        user = User.objects.filter(username=part.username).first()
        if user is None:
            user = User.objects.create_user(
                part.username, None, full_name=part.name, is_sample=True, demo_note=part.note
            )
        found[part.username] = user
    return found


def give(user: User, unit: Unit, role: str, reach: str, title: str, since: date = SINCE) -> Post:
    """A post of the cast, made if missing."""
    vars(user).pop("current_posts", None)
    post, _made = Post.objects.get_or_create(
        user=user,
        unit=unit,
        role=role,
        valid_from=max(since, unit.valid_from),
        defaults={"reach": reach, "title": title, "valid_to": unit.valid_to},
    )
    return post


def provincial_posts(board: Unit, tinh_uy: Unit, women: Unit) -> None:
    """Posts at the real provincial bodies, so that their side of the circle can be looked at."""
    cast, place, now = people(), ReachKind.PLACE, date(2025, 2, 3)
    give(cast["hoa"], board, Role.SPECIALIST, place, "Chuyên viên", now)
    give(cast["hoa"], board, Role.REGISTRAR, place, "Người tiếp nhận", now)
    give(cast["binh"], board, Role.HEAD, place, "Lãnh đạo ban", now)
    give(cast["tuan"], board, Role.EDITOR, place, "Biên tập viên", now)
    give(cast["duc"], board, Role.READER, place, "Người xem", now)
    give(cast["an"], tinh_uy, Role.ADMIN, place, "Quản trị hệ thống", now)
    give(cast["mai"], women, Role.SPECIALIST, ReachKind.LINE, "Chuyên viên", now)


def commune_posts(units: dict[str, Unit], committee: Unit) -> None:
    """Posts at the sample commune's bodies of one era: `units` by their key, and its steering committee."""
    cast, place, own = people(), ReachKind.PLACE, ReachKind.OWN
    party = units["dang_uy"]
    give(cast["minh"], party, Role.REPORTER, place, "Cán bộ phụ trách dân vận")
    give(cast["thu"], party, Role.REGISTRAR, place, "Người tiếp nhận đăng ký")
    give(cast["thu"], party, Role.CLERK, place, "Văn thư")
    give(cast["lam"], party, Role.HEAD, place, "Bí thư Đảng ủy")
    give(cast["lam"], committee, Role.HEAD, place, "Trưởng Ban Chỉ đạo")
    give(cast["lan"], units["phu_nu"], Role.REPORTER, own, "Chủ tịch Hội")


def post_of(username: str, role: str, on: date | None = None) -> Post:
    """The cast's post with a role on a day."""
    found = Post.objects.on(on or today()).filter(user__username=username, role=role)
    post = found.select_related("unit__area", "user").first()
    if post is None:
        raise RuntimeError(f"{username} holds no post as {role}")
    return post
