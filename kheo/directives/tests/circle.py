"""A small circle for this room's tests: the cast, the bodies of 2021, and a directive of our own making."""

from dataclasses import dataclass
from datetime import date

from kheo.directives import cascade
from kheo.directives.models import Addressee, Assignment, Directive, Duty
from kheo.units import lineage
from kheo.units.models import Function, Post, ReachKind, Role, Unit, UnitSuccession
from kheo.units.tests.cast import Cast, cast, person, post, unit

# The form of a Party directive; body, number and people are invented.
TEXT = """TỈNH ỦY NGHỆ AN
BAN DÂN VẬN
*
Số: 77-KH/BDVTU
Vinh, ngày 04 tháng 5 năm 2021

KẾ HOẠCH
về đẩy mạnh phong trào thi đua “Dân vận khéo” năm 2021

Thực hiện Chỉ thị số 88-CT/TU, ngày 10/2/2021 của Ban Thường vụ Tỉnh ủy, Ban Dân vận ban hành kế hoạch:

Tổ chức thực hiện
1. Cấp ủy các cấp lãnh đạo việc học tập, quán triệt kế hoạch này; hoàn thành trước ngày 30/6/2021.
2. Hội Liên hiệp Phụ nữ các cấp vận động hội viên đăng ký mô hình hằng năm.
3. Ban Dân vận Tỉnh ủy theo dõi, đôn đốc việc thực hiện kế hoạch.

T/M LÃNH ĐẠO BAN
"""


@dataclass
class Circle:
    """The cast, the board of 2021 that today's board inherited, and who acts."""

    cast: Cast
    old_board: Unit
    old_commune: Unit
    hoa: Post
    binh: Post
    minh: Post
    lan: Post
    duc: Post
    head: Post

    def __getattr__(self, name: str):
        return getattr(self.cast, name)


def circle() -> Circle:
    people = cast()
    since, until = date(2021, 1, 1), date(2025, 7, 1)
    old_board = unit("Ban Dân vận Tỉnh ủy", people.province, "ban_dan_van", since=since, until=until)
    old_commune = unit("Đảng ủy xã Tam Đình", people.tam_quang, "cap_uy", since=since, until=until)
    for old, new in ((old_board, people.board), (old_commune, people.dang_uy_tam_quang)):
        UnitSuccession.objects.create(
            predecessor=old, successor=new, on=until, kind="merged", share_numerator=1, share_denominator=1
        )
    lineage.recompute()
    son = person("son", "Lương Văn Sơn")
    head = post(son, people.dang_uy_tam_quang, Role.HEAD, ReachKind.PLACE)
    posts = {each.user.username: each for each in Post.objects.select_related("user", "unit__area")}
    old_board.refresh_from_db()
    old_commune.refresh_from_db()
    return Circle(
        people,
        old_board,
        old_commune,
        posts["hoa"],
        posts["binh"],
        posts["minh"],
        posts["lan"],
        posts["duc"],
        head,
    )


def directive(
    at: Circle, *, confirmed: bool = True, issued_on: date = date(2021, 5, 4), **fields
) -> Directive:
    """A plan: (1) party committees by a deadline, (2) women's unions every year, (3) the board itself."""
    fields = {
        "number": "77-KH/BDVTU",
        "doc_type": "Kế hoạch",
        "issuer_text": "Ban Dân vận Tỉnh ủy",
        "issuer": at.old_board,
        "title": "về đẩy mạnh phong trào thi đua “Dân vận khéo” năm 2021",
        "text": TEXT,
        **fields,
    }
    made = Directive.objects.create(issued_on=issued_on, entered_for=at.board, entered_by=at.hoa, **fields)
    for order, (text, function, due, cadence) in enumerate(
        (
            ("lãnh đạo việc học tập, quán triệt kế hoạch này", "cap_uy", date(2021, 6, 30), ""),
            ("vận động hội viên đăng ký mô hình hằng năm", "phu_nu", None, "hằng năm"),
            ("theo dõi, đôn đốc việc thực hiện kế hoạch", "ban_dan_van", None, ""),
        )
    ):
        start = TEXT.find(text)
        task = Assignment.objects.create(
            directive=made,
            order=order,
            text=text,
            due_on=due,
            cadence=cadence,
            start=start,
            end=start + len(text),
        )
        Function.objects.get_or_create(code=function, defaults={"name": function, "line": "party"})
        Addressee.objects.create(assignment=task, written=function, function_id=function)
    if confirmed:
        made.confirm(at.hoa)
    return made


def duties_today(at: Circle, **fields) -> Directive:
    """A directive of this year, given to the communes of today."""
    made = directive(at, issued_on=date(2026, 1, 5), issuer=at.board, **fields)
    cascade.carry_out(made, at.hoa)
    return made


def duty_of(made: Directive, of: Unit, order: int = 0) -> Duty:
    return Duty.objects.select_related("unit", "assignment__directive").get(
        assignment__directive=made, assignment__order=order, unit=of
    )
