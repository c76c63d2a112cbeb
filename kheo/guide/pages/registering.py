from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Choose, Control, Fill, Page, Step

PAGE = Page(
    slug="dang-ky-mo-hinh",
    title=_("Registering a model in two minutes"),
    lead=_("On the phone, in the hamlet. What you type is kept as a draft until you send it."),
    who="minh",
    start="home",
    explains=("enrolment_new", "enrolment_edit", "enrolment_draft", "enrolment_list"),
    steps=(
        Step(
            _("On “My work” press “Register a model or exemplar”."),
            Control("link", "Đăng ký mô hình, điển hình"),
        ),
        Step(
            _("Write its name as people know it. The grey line above the field is an example."),
            Control("textbox", "Tên mô hình, điển hình"),
            before=(Fill("Tên mô hình, điển hình", "Đèn sáng đường bản"),),
            press=False,
        ),
        Step(
            _("Choose the field of work. Your name and your unit are already there."),
            Control("combobox", "Lĩnh vực"),
            before=(Choose("Lĩnh vực", "Văn hóa - xã hội"), Fill("Xóm, bản, khối", "bản Suối")),
            press=False,
        ),
        Step(
            _("Say in one sentence what is to be reached, best with a number."),
            Control("textbox", "Mục tiêu (một câu)"),
            before=(Fill("Mục tiêu (một câu)", "86 hộ góp điện, 1,2 km đường bản có đèn"),),
            press=False,
        ),
        Step(
            _("Press “Send the registration”. “Save the draft” keeps it for later."),
            Control("button", "Gửi đăng ký"),
        ),
        Step(
            _("Here you see how far it has come: sent, received, confirmed, approved."),
            Control("heading", "Các bước"),
            press=False,
        ),
    ),
    ends="Đèn sáng đường bản",
    then=_("If something like it runs nearby, Khéo shows it first, so that nothing is registered twice."),
)
