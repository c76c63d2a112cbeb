from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Fill, Open, Page, Press, Step

PAGE = Page(
    slug="duy-tri-va-dan-bang",
    title=_("Continuing last year's models, and pasting a table"),
    lead=_("What still runs is enrolled for the new year with one press; a table from Excel becomes drafts."),
    who="minh",
    start="enrolment_list",
    explains=("enrolments_continue", "enrolments_grid"),
    width="desk",
    steps=(
        Step(_("On “Registrations” press “Continue this year”."), Control("link", "Duy trì năm nay")),
        Step(
            _("Choose the year, tick what still runs (or all at once), leave out what has stopped."),
            Control("checkbox", "Chọn mọi dòng của trang này"),
            before=(Press(Control("link", "{next_year}")),),
        ),
        Step(_("Press “Register the chosen ones”."), Control("button", "Đăng ký duy trì", begins=True)),
        Step(
            _("Have you a table? Press “Paste from Excel”."),
            Control("link", "Dán từ Excel"),
            before=(Open("enrolment_list"),),
        ),
        Step(
            _("Copy the lines in Excel, heading line included, and paste them. Press “Read the lines”."),
            Control("button", "Đọc các dòng"),
            before=(
                Fill(
                    "Các dòng chép từ Excel",
                    "Tên mô hình, điển hình\tLĩnh vực\tXóm, bản, khối\tĐơn vị chủ trì\tMục tiêu (một câu)"
                    "\tNgười liên hệ\n"
                    "Hàng rào xanh\tKinh tế\tbản Suối\tĐảng ủy xã Khe Mẫu\t40 hộ trồng\tVăn Minh\n"
                    "Tủ sách bản\tVăn hóa - xã hội\tbản Mẫu Hạ\tĐảng ủy xã Khe Mẫu\t200 cuốn\tVăn Minh",
                ),
            ),
        ),
        Step(
            _("Each doubtful cell says what is wrong; put it right in the table, then press “Make drafts”."),
            Control("button", "Tạo 2 bản nháp"),
        ),
    ),
    ends="Hàng rào xanh",
    then=_("Drafts are sent one by one or together, from “My drafts and what came back”."),
)
