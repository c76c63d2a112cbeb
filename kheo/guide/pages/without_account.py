from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Choose, Control, Fill, Open, Page, Scan, Step, Tick

PAGE = Page(
    slug="dang-ky-khong-tai-khoan",
    title=_("Registering without an account, by a link or a QR code"),
    lead=_(
        "Hamlets, schools and party cells send in; the registrar takes in. Until then nothing is counted."
    ),
    who="thu/registrar",
    start="registration_links",
    explains=(
        "registration_links",
        "link_open",
        "registration_link",
        "register_openly",
        "receipt",
        "receipt_find",
        "submission_list",
        "submission",
        "submission_take",
    ),
    steps=(
        Step(
            _("The registrar opens a link for the year: “Registration links”, then “Open the link”."),
            Control("link", "Mở đường dẫn", begins=True),
        ),
        Step(
            _("Say from when until when; left empty, it follows the plan's window."),
            Control("button", "Mở đường dẫn"),
            before=(Fill("Từ ngày", "{today}"), Fill("Đến ngày", "{later}")),
        ),
        Step(
            _("Print the poster for the hamlet's house, or copy the message for Zalo."),
            Control("link", "Tờ dán để in"),
            press=False,
        ),
        Step(
            _("In the hamlet: point the phone at the code, fill in the short form. No account is needed."),
            Control("textbox", "Tên mô hình, điển hình"),
            before=(
                Scan("/dk/"),
                Fill("Đơn vị đăng ký", "Chi bộ bản Suối"),
                Fill("Xóm, bản, khối", "bản Suối"),
                Fill("Tên mô hình, điển hình", "Góc đọc sách bản Suối"),
                Choose("Lĩnh vực", "Văn hóa - xã hội"),
                Fill("Mục tiêu (một câu)", "50 em có chỗ đọc sách mỗi tối"),
                Fill("Người liên hệ", "Lô Thị Hạnh"),
                Tick("Tôi đồng ý"),
            ),
            press=False,
        ),
        Step(_("Press “Send the registration”."), Control("button", "Gửi đăng ký")),
        Step(
            _("Keep the code of the receipt: with it one sees the answer and can correct what was sent."),
            Control("heading", "Mã phiếu"),
            press=False,
        ),
        Step(
            _("The registrar finds it under “Sent by link” and opens it."),
            Control("link", "Góc đọc sách bản Suối"),
            before=(Open("submission_list", "thu/registrar"),),
        ),
        Step(
            _("Look at it and press “Take in”. Now it is a registration like any other."),
            Control("link", "Tiếp nhận"),
        ),
    ),
    ends="Góc đọc sách bản Suối",
    then=_("Something missing? “Return” gives it back with a sentence; the sender reads it with the code."),
)
