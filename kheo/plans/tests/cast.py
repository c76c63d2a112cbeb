"""The cast at work on plans: two steering committees, a movement, fields, a directive to rest on."""

from dataclasses import dataclass
from datetime import date

from kheo.directives.models import Directive
from kheo.lib.periods import today
from kheo.plans.models import CriteriaSet, Field, Movement, Plan
from kheo.units import lineage
from kheo.units.models import Committee, Post, ReachKind, Role, Unit
from kheo.units.tests import cast as people


@dataclass
class Cast:
    """Hoa writes and Bình decides for the province; Sen writes and Vinh decides in Tam Quang.

    Lan is a specialist next door in Tam Hợp; Minh reports in Tam Quang; Đức only reads.
    """

    world: people.Cast
    movement: Movement
    economy: Field
    culture: Field
    directive: Directive
    committee: Unit
    province_committee: Unit
    hoa: Post
    binh: Post
    duc: Post
    sen: Post
    vinh: Post
    minh: Post
    lan: Post


def committee(name: str, at, movement: Movement, office: Unit, parent: Unit) -> Unit:
    made = Unit(
        name=name, area=at, line="party", level=at.level, parent=parent, kind=Unit.Kind.COMMITTEE,
        valid_from=people.SINCE,
    )  # fmt: skip
    made.save()
    Committee.objects.create(unit=made, standing_office=office)
    movement.mandates.create(committee=made)
    return made


def cast() -> Cast:
    world = people.cast()
    movement = Movement.objects.create(name="Dân vận khéo", code="dvk", launched_on=date(2021, 5, 23))
    economy = Field.objects.create(code="kinh_te", name="Kinh tế", order=1)
    culture = Field.objects.create(code="van_hoa", name="Văn hóa - xã hội", order=2)
    office = people.unit(
        "Ban Xây dựng Đảng xã Tam Quang", world.tam_quang, "ban_xay_dung_dang", parent=world.dang_uy_tam_quang
    )
    local = committee("BCĐ xã Tam Quang", world.tam_quang, movement, office, world.dang_uy_tam_quang)
    provincial = committee("BCĐ tỉnh Nghệ An", world.province, movement, world.board, world.tinh_uy)
    lineage.recompute()

    def holds(username: str, name: str, at: Unit, role: str) -> Post:
        return people.post(people.person(username, name), at, role, ReachKind.PLACE)

    directive = Directive.objects.create(
        number="05-CT/TU",
        doc_type="Chỉ thị",
        title="Nâng cao hiệu quả phong trào thi đua",
        issuer_text="Ban Thường vụ Tỉnh ủy",
        issued_on=date(2021, 5, 23),
        state=Directive.State.CONFIRMED,
        entered_for=world.board,
    )
    task = directive.assignments.create(text="Tuyên truyền, nhân rộng mô hình", product="Bài viết", order=0)
    task.addressees.create(written="Ban Tuyên giáo và Dân vận", function_id="ban_dan_van", part="lead")
    directive.assignments.create(text="Kiểm tra, giám sát phong trào", cadence="hằng năm", order=1)
    return Cast(
        world=world,
        movement=movement,
        economy=economy,
        culture=culture,
        directive=directive,
        committee=Unit.objects.get(pk=local.pk),
        province_committee=Unit.objects.get(pk=provincial.pk),
        hoa=Post.objects.get(user=world.hoa),
        binh=Post.objects.get(user=world.binh),
        duc=Post.objects.get(user=world.duc),
        sen=holds("sen", "Lò Thị Sen", office, Role.SPECIALIST),
        vinh=holds("vinh", "Lương Văn Vinh", world.dang_uy_tam_quang, Role.HEAD),
        minh=Post.objects.get(user=world.minh),
        lan=holds("lan2", "Vi Thị Lan", world.dang_uy_tam_hop, Role.SPECIALIST),
    )


def draft(at: Cast, *, year: int | None = None, by: Post | None = None) -> Plan:
    """The province's draft, or with `by=at.sen` the commune's."""
    by = by or at.hoa
    body = at.committee if by in (at.sen, at.vinh) else at.province_committee
    return Plan.objects.start(body, at.movement, year or today().year, by=by)


def full(at: Cast, **where) -> Plan:
    """A draft with something in every section."""
    plan = draft(at, **where)
    by = where.get("by") or at.hoa
    year = plan.year
    plan.describe(
        by,
        {
            "theme": "Khéo trong từng việc nhỏ",
            "objective": "Mỗi bản một mô hình",
            "participants": "Tập thể, cá nhân trên địa bàn",
            "methods": "Phát động, tuyên truyền, nhân rộng, khen thưởng",
            "budget_vnd": 50_000_000,
        },
        [at.directive] if by.unit.area.level == "province" else [],
    )
    plan.choose_fields(by, {at.economy: "Giảm nghèo", at.culture: ""})
    plan.write_tasks(
        by, [{"text": "Mở lớp tập huấn", "lead": "Ban Xây dựng Đảng", "due_on": date(year, 5, 30)}]
    )
    plan.write_targets(by, [{"name": "Mô hình mới", "amount": 130, "measure": "enrolled_new"}])
    plan.write_calendar(
        by,
        [
            {
                "kind": "registration",
                "name": f"Đăng ký năm {year}",
                "opens": date(year, 1, 1),
                "closes": date(year, 12, 31),
            },
            {
                "kind": "report",
                "name": "Báo cáo 6 tháng",
                "opens": date(year, 6, 1),
                "closes": date(year, 6, 30),
                "period_first": date(year, 1, 1),
                "period_last": date(year, 6, 30),
            },
            {
                "kind": "inspection",
                "name": "Kiểm tra",
                "opens": date(year, 9, 1),
                "closes": date(year, 9, 30),
            },
            {"kind": "review", "name": "Tổng kết", "opens": date(year, 12, 1), "closes": date(year, 12, 31)},
        ],
    )
    plan.write_form(by, [{"name": "need", "asked": "always", "required": True, "example": "Đường hẹp"}])
    by_points(plan, by)
    return plan


def by_points(plan: Plan, by: Post) -> CriteriaSet:
    """A set of 100 points in two groups, with bands and a disqualifier."""
    made = CriteriaSet.objects.begin(plan, by=by, name="Tiêu chí mô hình", mode="points", subject="any")
    made.rewrite(
        by,
        {"rule": "Đạt từ 75 điểm", "bands": [{"name": "Tốt", "from": 9000}, {"name": "Khá", "from": 7500}]},
        [
            {"depth": 0, "text": "Hiệu quả", "max_points": 6000},
            {"depth": 1, "text": "Người dân đồng tình", "max_points": 1275},
            {"depth": 1, "text": "Kết quả đo được", "max_points": 4725},
            {"depth": 0, "text": "Bền vững", "max_points": 4000},
            {"depth": 0, "text": "Vi phạm pháp luật", "disqualifies": True},
        ],
    )
    return made
