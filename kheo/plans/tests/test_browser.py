"""Every page of the room in a real browser, and the path from an empty draft to a plan in force."""

import pytest

from kheo.lib.periods import today
from kheo.plans.models import CriteriaSet, Movement, Plan

from .cast import cast, draft, full

pytestmark = pytest.mark.browser


def test_pages_hold_to_the_rules(sign_in, visit_all):
    at = cast()
    plan = full(at)
    target = plan.targets.get()
    plan.write_quotas(at.hoa, target, {at.world.dang_uy_tam_quang: 3})
    plan.submit(at.hoa)
    plan.approve(at.binh)
    new = plan.new_version(at.hoa, "Tỉnh ủy giao thêm chỉ tiêu")
    new.describe(at.hoa, {"theme": "Chủ đề khác"}, [at.directive])
    bare = draft(at, year=today().year + 1)
    reference = CriteriaSet.objects.create(
        issuer="Quốc hội", year=2022, name="Căn cứ hủy bỏ", mode="grounds", reference=True,
        completeness="đầy đủ", source_url="https://example.org/luat",
    )  # fmt: skip
    reference.criteria.create(text="Gian dối trong kê khai thành tích")
    sheet = new.criteria_sets.get()
    movement = Movement.objects.prepare(
        by=at.hoa, launched_by=at.province_committee, name="Dân chủ ở cơ sở", objective="Dân biết, dân bàn"
    )
    sign_in(at.hoa.user)
    visit_all(
        [
            "/ke-hoach/",
            "/ke-hoach/moi/",
            "/ke-hoach/lich/",
            f"/ke-hoach/don-vi/{at.world.dang_uy_tam_quang.pk}/",
            f"/ke-hoach/{plan.pk}/",
            f"/ke-hoach/{bare.pk}/",
            f"/ke-hoach/{new.pk}/so-sanh/",
            *(f"/ke-hoach/{new.pk}/sua/{section}/" for section in Plan.SECTIONS),
            f"/ke-hoach/{bare.pk}/sua/calendar/",
            f"/ke-hoach/{new.pk}/chi-tieu/{new.targets.get(part_of=None).pk}/",
            f"/ke-hoach/{new.pk}/chep/",
            f"/ke-hoach/{bare.pk}/ban-ky/",
            f"/ke-hoach/{new.pk}/tieu-chi/",
            "/ke-hoach/tieu-chi/",
            f"/ke-hoach/tieu-chi/{sheet.pk}/",
            f"/ke-hoach/tieu-chi/{sheet.pk}/sua/",
            f"/ke-hoach/tieu-chi/{sheet.pk}/xem-thu/",
            f"/ke-hoach/tieu-chi/{reference.pk}/",
            f"/ke-hoach/tieu-chi/{reference.pk}/xem-thu/",
            "/ke-hoach/phong-trao/",
            "/ke-hoach/phong-trao/moi/",
            f"/ke-hoach/phong-trao/{movement.pk}/",
            f"/ke-hoach/phong-trao/{movement.pk}/ban-chi-dao/",
        ]
    )
    sign_in(at.binh.user)
    visit_all([f"/ke-hoach/{plan.pk}/rut/", f"/ke-hoach/phong-trao/{movement.pk}/phat-dong/"])


def test_from_an_empty_draft_to_a_plan_in_force(sign_in, send):
    at = cast()
    page = sign_in(at.sen.user)
    page.goto("/ke-hoach/")
    page.get_by_role("link", name="Lập kế hoạch").first.click()
    page.get_by_role("button", name="Lập dự thảo").click()
    page.get_by_role("link", name="Sửa Lịch trong năm").click()
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_role("link", name="Sửa Bảng phân công nhiệm vụ").click()
    page.get_by_label("Nhiệm vụ", exact=True).first.fill("Mở lớp tập huấn cán bộ dân vận")
    page.get_by_label("Chủ trì").first.fill("Ban Xây dựng Đảng")
    page.get_by_role("button", name="Lưu", exact=True).click()
    send(page.get_by_role("button", name="Trình duyệt"))
    page = sign_in(at.vinh.user)
    page.goto("/")
    page.get_by_role("link", name=f"Dân vận khéo {today().year}").first.click()
    send(page.get_by_role("button", name="Duyệt"))
    assert page.get_by_text("có hiệu lực").first.is_visible()
    plan = Plan.objects.get()
    assert (plan.state, plan.tasks.count(), plan.calendar.count()) == ("approved", 1, 6)
