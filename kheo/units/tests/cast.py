"""The small cast: Hoa at the province, Minh in Tam Quang, Lan in Tam Hợp, and those beside them."""

from dataclasses import dataclass
from datetime import date

from kheo.accounts.models import User
from kheo.lib.periods import FOREVER
from kheo.places.models import Area
from kheo.units.models import Competence, Function, Post, ReachKind, Role, Unit

SINCE = date(2025, 7, 1)


@dataclass
class Cast:
    """A province with two communes of today, their bodies, and one person for each role that matters."""

    province: Area
    tam_quang: Area
    tam_hop: Area
    tinh_uy: Unit
    board: Unit
    women: Unit
    dang_uy_tam_quang: Unit
    dang_uy_tam_hop: Unit
    women_tam_quang: Unit
    hoa: User
    minh: User
    lan: User
    binh: User
    duc: User
    an: User
    tuan: User


def area(level: str, type: str, name: str, parent: Area | None = None, since: date = SINCE) -> Area:
    made = Area(level=level, type=type, name=name, parent=parent, valid_from=since)
    made.save()
    return made


def unit(
    name: str,
    at: Area,
    function: str,
    *,
    line: str = "party",
    parent: Unit | None = None,
    since: date = SINCE,
    until: date = FOREVER,
) -> Unit:
    made = Unit(
        name=name, area=at, line=line, level=at.level, parent=parent, valid_from=since, valid_to=until
    )
    made.save()
    Function.objects.get_or_create(code=function, defaults={"name": function, "line": line})
    Competence.objects.create(unit=made, function_id=function, valid_from=since, valid_to=until)
    from kheo.units import lineage

    lineage.recompute()
    return made


def person(username: str, full_name: str) -> User:
    return User.objects.create_user(username, "mat-khau-dai-1", full_name=full_name)


def post(user: User, at: Unit, role: str, reach: str = ReachKind.OWN, since: date = SINCE) -> Post:
    vars(user).pop("current_posts", None)
    return Post.objects.create(user=user, unit=at, role=role, reach=reach, valid_from=since)


def cast() -> Cast:
    """Everyone in place. Hoa: specialist of the board; Bình: its head; Minh: reporter; Lan: his neighbour."""
    province = area("province", "tỉnh", "Nghệ An", since=date(2021, 1, 1))
    tam_quang = area("commune", "xã", "Tam Quang", province)
    tam_hop = area("commune", "xã", "Tam Hợp", province)
    tinh_uy = unit("Tỉnh ủy Nghệ An", province, "cap_uy", since=date(2021, 1, 1))
    board = unit("Ban Tuyên giáo và Dân vận Tỉnh ủy", province, "ban_dan_van", parent=tinh_uy)
    women = unit("Hội Liên hiệp Phụ nữ tỉnh", province, "phu_nu", line="women")
    dang_uy_tam_quang = unit("Đảng ủy xã Tam Quang", tam_quang, "cap_uy", parent=tinh_uy)
    dang_uy_tam_hop = unit("Đảng ủy xã Tam Hợp", tam_hop, "cap_uy", parent=tinh_uy)
    women_tam_quang = unit(
        "Hội Liên hiệp Phụ nữ xã Tam Quang", tam_quang, "phu_nu", line="women", parent=women
    )
    people = {
        "hoa": person("hoa", "Nguyễn Thị Hoa"),
        "minh": person("minh", "Lô Văn Minh"),
        "lan": person("lan", "Vi Thị Lan"),
        "binh": person("binh", "Trần Văn Bình"),
        "duc": person("duc", "Lê Văn Đức"),
        "an": person("an", "Phan Thị An"),
        "tuan": person("tuan", "Hồ Anh Tuấn"),
    }
    post(people["hoa"], board, Role.SPECIALIST, ReachKind.PLACE)
    post(people["binh"], board, Role.HEAD, ReachKind.PLACE)
    post(people["minh"], dang_uy_tam_quang, Role.REPORTER, ReachKind.PLACE)
    post(people["lan"], dang_uy_tam_hop, Role.REPORTER, ReachKind.PLACE)
    post(people["duc"], board, Role.READER, ReachKind.PLACE)
    post(people["an"], board, Role.ADMIN, ReachKind.PLACE)
    post(people["tuan"], board, Role.EDITOR, ReachKind.PLACE)
    return Cast(
        province,
        tam_quang,
        tam_hop,
        tinh_uy,
        board,
        women,
        dang_uy_tam_quang,
        dang_uy_tam_hop,
        women_tam_quang,
        **people,
    )
