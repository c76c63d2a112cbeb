from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Fill, Page, Step

PAGE = Page(
    slug="dang-nhap-lan-dau",
    title=_("Signing in for the first time with the slip"),
    lead=_("The slip holds your user name and a code that works once. You need no e-mail address."),
    who="-",
    start="account_login",
    explains=("account_login", "account_reset_password", "account_code_ended", "account_change_password"),
    steps=(
        Step(
            _("Open the address printed on the slip, type the user name and the code, press “Sign in”."),
            Control("button", "Đăng nhập"),
            before=(
                Fill("Tên đăng nhập hoặc số điện thoại", "lan"),
                Fill("Mật khẩu, hoặc mã trên phiếu", "{code}"),
            ),
        ),
        Step(
            _("Choose a password that you alone know. A sentence of four or five short words is best."),
            Control("textbox", "Mật khẩu mới"),
            before=(Fill("Mật khẩu mới", "{password}"), Fill("Nhập lại mật khẩu mới", "{password}")),
            press=False,
        ),
        Step(
            _("Press “Save the new password”. The code on the slip has now done its work."),
            Control("button", "Lưu mật khẩu mới"),
        ),
        Step(
            _("You are on “My work”: what to do first stands at the top, everything else under “Menu”."),
            Control("link", "Đăng ký mô hình, điển hình"),
            press=False,
        ),
    ),
    ends="Hà Thị Lan",
    then=_(
        "Code lost or ended? The administrator of the unit above prints a new slip; nothing of yours is lost."
    ),
)
