"""The whole demonstration in order: each scene is played once, however often it is called."""

from collections.abc import Callable
from datetime import date

from kheo.demo import circle, ordered, people, published, stage
from kheo.directives.models import Directive
from kheo.lib.database import analyse
from kheo.lib.periods import FOREVER, today
from kheo.tallies import counting
from kheo.units import reorganise
from kheo.units.models import Unit

# The day before the reorganisation: what is played up to here belongs to the old structure.
EVE = date(2025, 6, 30)
# The first year after it.
FIRST_YEAR = 2026
Say = Callable[[str], None]


def play(say: Say) -> None:
    """Load everything, telling each scene as it begins. An interrupted run goes on where it stopped."""
    say("Địa bàn và cơ quan, đơn vị của Nghệ An trước ngày 01/7/2025")
    on = stage.set_up()
    if not reorganised():
        _before(on, say)
    say("Sắp xếp đơn vị hành chính ngày 01/7/2025")
    for plan in (*reorganise.known_plans(), stage.sample_reorganisation()):
        reorganise.carry_out(plan)
    _after(on, say)
    say("Kiểm tra số liệu")
    analyse()
    counting.rebuild()


def reorganised() -> bool:
    """Whether the sample district has ended: then the old structure's scenes have been played."""
    return Unit.objects.filter(key="huyen_uy", area__sample=True, valid_to__lt=FOREVER).exists()


def _before(on: stage.Stage, say: Say) -> None:
    old = stage.sample_commune(EVE)
    units = {unit.key: unit for unit in Unit.objects.on(EVE).filter(area=old)}
    people.provincial_posts(on.board, on.tinh_uy, on.women)
    people.commune_posts(units, stage.sample_committee(old, on.movement))
    say("Chỉ thị 05-CT/TU: đọc, xác nhận, triển khai tới các cơ quan năm 2021")
    directive = ordered.directive()
    ordered.hand_down(directive)
    say("60 mô hình, điển hình đã được báo chí nêu; các bộ tiêu chí tham khảo")
    published.initiatives(on.movement)
    published.criteria()
    analyse()
    say("Xã mẫu: kế hoạch năm 2025, đăng ký, danh mục")
    circle.plan(on.movement, 2025, "Mỗi bản một mô hình", directive, EVE)
    waiting = circle.register(circle.REGISTERED, 2025, EVE)
    circle.approve(waiting, "01-DM/BCĐ (mẫu)", date(2025, 2, 20), EVE)


def _after(on: stage.Stage, say: Say) -> None:
    now = today()
    directive = Directive.objects.get(source=ordered.SOURCE)
    stage.sample_committee(stage.sample_commune(now), on.movement)
    circle.renew(now)
    # Up to the year one looks at it, so that there is always something running and something due.
    for year in range(FIRST_YEAR, now.year + 1):
        say(f"Xã mẫu: kế hoạch năm {year}, duy trì, đăng ký mới, báo cáo, công nhận")
        circle.plan(on.movement, year, "Giữ mô hình tốt, thêm việc thiết thực", directive, now)
        waiting = circle.go_on(year, now)
        if year == FIRST_YEAR:
            waiting += circle.register(circle.NEW, year, now)
        circle.approve(waiting, "01-DM/BCĐ (mẫu)", min(date(year, 2, 10), now), now)
        circle.reports(year)
    circle.recognise(
        ["Tiếng kẻng học bài", "Con đường hoa biên giới"], "05-QĐ/BCĐ (mẫu)", date(FIRST_YEAR, 7, 15)
    )
    circle.answer(directive)
    say("Văn bản: chờ số, chưa có bản ký, đã có bản ký")
    circle.put_on_paper(on.movement, now.year)
    say("Đường dẫn đăng ký không cần tài khoản, danh sách công khai")
    circle.open_a_link(on.movement, now.year)
    say("Trang công khai")
    circle.publish_known()
    circle.publish(["Tiếng kẻng học bài", "Con đường hoa biên giới", "Thả cá giữ nguồn suối Mẫu"])
    say("Số liệu theo báo cáo")
    published.reported_figures()
