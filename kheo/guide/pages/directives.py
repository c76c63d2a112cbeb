from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Choose, Control, Fill, Open, Page, Step

PAGE = Page(
    slug="van-ban-chi-dao",
    title=_("Directives: what we were asked, and the answer"),
    lead=_(
        "Each task of a directive stands by itself, with its deadline; the answer goes to whoever gave it."
    ),
    who="thu/clerk",
    start="our_duties",
    explains=("unit_duties", "duty", "duty_reply", "directive", "directive_enter"),
    width="desk",
    steps=(
        Step(
            _("The paper has arrived: press “We have received it”."),
            Control("button", "Đã tiếp nhận văn bản"),
        ),
        Step(_("Press “Answer” beside a task."), Control("link", "Trả lời", begins=True)),
        Step(
            _("Say how far it is, and what was reached."),
            Control("combobox", "Tình hình thực hiện"),
            before=(
                Choose("Tình hình thực hiện", "đã hoàn thành"),
                Fill("Kết quả", "Đã xây dựng kế hoạch năm, chọn bốn lĩnh vực, ban hành tiêu chí."),
            ),
            press=False,
        ),
        Step(
            _("Press “Send the answer”. The body above accepts it or asks for more."),
            Control("button", "Gửi trả lời"),
        ),
        Step(
            _("The province pastes a new document here; Khéo reads who is asked to do what by when."),
            Control("textbox", "Dán toàn văn"),
            before=(Open("directive_enter", "hoa"),),
            press=False,
        ),
    ),
    ends="Nhập văn bản",
    then=_("A task that is not yours? Answer “not our responsibility” and say whose it is."),
)
