"""The main path, clicked by the cast: what was ordered is answered, and what is done becomes public."""

import io
import re
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.path]

# In the form of a plan of the provincial board; number and wording are ours.
ORDERED = """TỈNH ỦY NGHỆ AN
BAN TUYÊN GIÁO VÀ DÂN VẬN
*
Số: 77-KH/BTGDVTU
Nghệ An, ngày 04 tháng 5 năm 2026

KẾ HOẠCH
về đẩy mạnh phong trào thi đua “Dân vận khéo” năm 2026

Thực hiện Chỉ thị số 05-CT/TU, ngày 23/5/2021 của Ban Thường vụ Tỉnh ủy, Ban ban hành kế hoạch:

Tổ chức thực hiện
1. Đảng ủy các xã, phường lãnh đạo việc học tập, quán triệt kế hoạch này; hoàn thành trước ngày 30/12/2026.
2. Hội Liên hiệp Phụ nữ tỉnh vận động hội viên đăng ký mô hình hằng năm.

T/M LÃNH ĐẠO BAN
"""

# Two minutes on a phone: people who type Vietnamese with one thumb manage two to three letters a second.
LETTERS_A_SECOND, MINUTES = 2, 2


class Cast:
    """Whoever acts next stands before the page; what they typed and ticked is counted."""

    def __init__(self, page: Page, sign_in, send, demonstration) -> None:
        self.page, self.sign_in, self.send, self.user = page, sign_in, send, demonstration
        self.letters = self.fields = 0

    def enters(self, name: str, **post: Any) -> Page:
        user = self.user(name)
        from kheo.units.models import Post

        return self.sign_in(user, Post.objects.current().get(user=user, **post) if post else None)

    def field(self, label: str) -> Locator:
        # What must be filled in has a star after its label.
        return self.page.get_by_label(re.compile(f"^{re.escape(label)}\\s*(\\*|$)"))

    def types(self, label: str, text: str) -> None:
        self.field(label).fill(text)
        self.letters, self.fields = self.letters + len(text), self.fields + 1

    def chooses(self, label: str, choice: str) -> None:
        self.field(label).select_option(label=choice)
        self.fields += 1

    def presses(self, name: str) -> None:
        self.send(self.page.get_by_role("button", name=name, exact=True))


@pytest.fixture
def on_stage(browser_page, sign_in, send, demonstration) -> Cast:
    browser_page.context.set_default_timeout(30_000)
    return Cast(browser_page, sign_in, send, demonstration)


def in_a_real_commune() -> Any:
    """The commune's people of the cast also work at xã Tam Quang, which lies on the map; answers the area."""
    from kheo.demo import people, stage
    from kheo.lib.periods import today
    from kheo.places.models import Area
    from kheo.plans.models import Movement
    from kheo.units.models import Unit

    area = Area.objects.on(today()).communes().get(name="Tam Quang")
    committee = stage.sample_committee(area, Movement.objects.get(code="dan-van-kheo"))
    Unit.objects.filter(pk=committee.pk).update(sample=False)
    committee.refresh_from_db()
    people.commune_posts({unit.key: unit for unit in Unit.objects.on(today()).filter(area=area)}, committee)
    return area


def a_photo_taken_by_a_phone() -> bytes:
    """A JPEG that tells where it was taken, by what and when, as a phone writes it."""
    picture = Image.new("RGB", (1600, 1200), "#6f9e76")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Dien thoai cua Minh", "M-1"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:02 08:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (19.0, 14.0, 10.0), 3: "E", 4: (104.0, 26.0, 5.0)})
    kept = io.BytesIO()
    picture.save(kept, "JPEG", exif=exif)
    assert b"Dien thoai" in kept.getvalue()
    assert Image.open(kept).getexif().get_ifd(0x8825)
    return kept.getvalue()


def test_what_was_ordered_is_answered(on_stage, browser_page, demonstration):
    page = browser_page
    # Hoa signs in with one click, as the demonstration offers it, and lets Khéo read a plan.
    page.goto(reverse("account_login"))
    page.get_by_role("button", name=re.compile("Nguyễn Thị Hoa")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(reverse("directives"))
    page.get_by_role("link", name="Nhập văn bản").first.click()
    page.get_by_label("Dán toàn văn").fill(ORDERED)
    on_stage.presses("Đọc văn bản")
    expect(page.get_by_label("Số, ký hiệu")).to_have_value("77-KH/BTGDVTU")
    page.get_by_label("Số, ký hiệu").focus()
    expect(page.locator(".is-lit").first).to_have_text("77-KH/BTGDVTU")
    on_stage.presses("Xác nhận")
    # The preview says how many bodies it reaches before anything is given out.
    giving = page.get_by_role("button", name=re.compile("^Giao [0-9.]+ nhiệm vụ$"))
    expect(giving).to_be_visible()
    giving.click()
    expect(page.locator("body")).to_contain_text("77-KH/BTGDVTU")
    # Thu finds it among what her commune was asked, and answers.
    on_stage.enters("thu")
    page.goto(reverse("our_duties"))
    ours = page.locator("section, article").filter(has_text="77-KH/BTGDVTU").last
    ours.get_by_role("button", name="Đã tiếp nhận văn bản").click()
    ours = page.locator("section, article").filter(has_text="77-KH/BTGDVTU").last
    ours.get_by_role("link", name=re.compile("^Trả lời")).first.click()
    page.get_by_label("Tình hình thực hiện").select_option("done")
    page.get_by_role("textbox", name="Kết quả").fill("12/12 chi bộ đã học tập, quán triệt.")
    on_stage.presses("Gửi trả lời")
    # Hoa accepts it.
    on_stage.enters("hoa")
    page.goto(reverse("replies"))
    answer = page.locator("section, article, li").filter(has_text="12/12 chi bộ đã học tập").last
    on_stage.send(answer.get_by_role("button", name="Chấp nhận"))
    from kheo.directives.models import Duty

    states = Duty.objects.filter(assignment__directive__number="77-KH/BTGDVTU").values_list(
        "state", flat=True
    )
    assert list(states).count("accepted") == 1
    assert len(states) > 130


def test_what_is_done_becomes_public(on_stage, browser_page, demonstration, axe):
    page = browser_page
    name = "Nghỉ hè đọc sách cùng em"
    commune = in_a_real_commune()
    party, committee = (
        {"unit__area": commune, "unit__key": "dang_uy"},
        {"unit__area": commune, "unit__kind": "committee"},
    )
    # Minh stands in the village with his phone.
    page.set_viewport_size({"width": 360, "height": 740})
    on_stage.enters("minh", **party)
    page.goto(reverse("home"))
    page.get_by_role("link", name=re.compile("Đăng ký")).first.click()
    if "/moi/" not in page.url:
        page.get_by_role("link", name="Đăng ký", exact=True).first.click()
    on_stage.types("Tên mô hình, điển hình", name)
    on_stage.chooses("Lĩnh vực", "Văn hóa - xã hội")
    on_stage.types("Mục tiêu (một câu)", "40 em đọc sách mỗi tối thứ bảy ở nhà văn hóa bản")
    on_stage.types("Xóm, bản, khối", "bản Bãi Xa")
    axe()
    # Nothing like it runs nearby, so there is no second question.
    on_stage.presses("Gửi đăng ký")
    assert on_stage.letters <= LETTERS_A_SECOND * 60 * MINUTES
    assert on_stage.letters <= 100
    assert on_stage.fields <= 6
    expect(page.get_by_text(name).first).to_be_visible()
    at = page.url
    page.set_viewport_size({"width": 1280, "height": 800})
    # Received, confirmed, and approved as one numbered list.
    on_stage.enters("thu", role="registrar", **party)
    page.goto(at)
    on_stage.presses("Tiếp nhận")
    on_stage.enters("lam", **party)
    page.goto(at)
    on_stage.presses("Xác nhận")
    on_stage.enters("lam", **committee)
    page.goto(reverse("enrolment_list") + "?waiting=approve")
    page.get_by_label(f"Chọn {name}").check()
    on_stage.presses("Duyệt các dòng đã chọn thành danh mục")
    page.get_by_label("Số danh mục").fill("12-DM/BCĐ (mẫu)")
    page.get_by_label("Người ký").fill("Lương Văn Lâm (người ký mẫu)")
    on_stage.presses("Duyệt")
    expect(page.get_by_role("heading", level=1)).to_contain_text("12-DM/BCĐ")
    # The model starts, and a report goes up with a photo from the phone.
    from kheo.initiatives.models import Initiative

    initiative = Initiative.objects.get(name=name)
    on_stage.enters("minh", **party)
    page.goto(initiative.get_absolute_url())
    page.get_by_role("link", name=re.compile("ra mắt", re.IGNORECASE)).first.click()
    page.locator("form button.button--main").click()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(reverse("field_report_new", args=[initiative.pk]))
    from kheo.lib.periods import today

    page.get_by_label("Ngày diễn ra").fill(today().strftime("%d/%m/%Y"))
    page.get_by_label("Những việc đã làm").fill("Tối thứ bảy đầu tiên có 38 em đến đọc sách.")
    page.locator("input[type=file][name=photos]").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": a_photo_taken_by_a_phone()}
    )
    page.locator("details.field summary").click()
    for question, answer in [
        ("photo_public_activity", "yes"),
        ("photo_recognisable_people", "no"),
        ("photo_children", "no"),
        ("photo_told_or_agreed", "yes"),
    ]:
        page.locator(f"[name={question}]").select_option(answer)
    on_stage.presses("Gửi báo cáo")
    report = page.url
    page.set_viewport_size({"width": 1280, "height": 800})
    on_stage.enters("thu", role="registrar", **party)
    page.goto(report)
    on_stage.presses("Chấp nhận")
    # The committee recognises it.
    on_stage.enters("lam", **committee)
    page.goto(reverse("decision_new"))
    page.get_by_label(name).check()
    page.get_by_label("Số quyết định").fill("12-QĐ/BCĐ (mẫu)")
    page.get_by_label("Ngày ký").fill(today().strftime("%d/%m/%Y"))
    page.get_by_label("Người ký").fill("Lương Văn Lâm (người ký mẫu)")
    page.get_by_label("Cấp công nhận").select_option(label="Cấp xã")
    on_stage.presses("Công nhận")
    expect(page.get_by_role("heading", level=1)).to_contain_text("12-QĐ/BCĐ")
    # Minh proposes it to the public, Tuấn publishes.
    on_stage.enters("minh", **party)
    page.goto(reverse("initiative_stories", args=[initiative.pk]))
    on_stage.presses("Đề xuất công bố")
    page.get_by_label("Nội dung").fill("Mỗi tối thứ bảy, đèn nhà văn hóa bản Bãi Xa sáng đến chín giờ.")
    page.get_by_label("Dùng ảnh này").check()
    page.get_by_label("Chú thích").fill("Nhà văn hóa bản Bãi Xa")
    page.get_by_label("Người chụp").fill("Lô Văn Minh")
    page.get_by_label("Mô tả ảnh").fill("Ngôi nhà sàn giữa đồi xanh")
    on_stage.presses("Lưu bản nháp")
    on_stage.presses("Đề xuất")
    story = page.url
    on_stage.enters("tuan")
    page.goto(story)
    on_stage.presses("Công bố")
    # A visitor, who has signed in nowhere, finds it from the map.
    page.context.clear_cookies()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    page.get_by_role("link", name="Bản đồ", exact=True).click()
    page.locator("details.behind summary").click()
    page.get_by_role("table").get_by_role("link", name="Tam Quang").click()
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("body")).to_contain_text("12-QĐ/BCĐ")
    axe()
    assert page.context.cookies() == []
    # The photo is shown, and nothing in it tells where or by what it was taken.
    source = page.locator("main img").first.get_attribute("src")
    assert source
    served = page.request.get(source)
    assert served.ok
    shown = Image.open(io.BytesIO(served.body()))
    assert not shown.getexif()
    assert b"Dien thoai" not in served.body()
    assert b"Exif" not in served.body()[:400]
