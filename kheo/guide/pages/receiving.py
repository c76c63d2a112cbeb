from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Fill, Open, Page, Step

PAGE = Page(
    slug="tiep-nhan-va-tra-lai",
    title=_("Receiving, and returning with a reason"),
    lead=_("The registrar looks at what came in, takes it in, or gives it back with what is missing."),
    who="thu/registrar",
    start="home",
    explains=("enrolment", "enrolment_return", "field_report_return", "unit_report_return"),
    width="desk",
    steps=(
        Step(
            _("What came in stands on “My work”. Press its name."), Control("link", "Vườn rau sạch bản Suối")
        ),
        Step(_("Read it. If it is complete, press “Receive”."), Control("button", "Tiếp nhận")),
        Step(
            _("Open the next one."),
            Control("link", "Đèn đường bản Mẫu Hạ"),
            before=(Open("home"),),
        ),
        Step(_("Something is missing: press “Return”."), Control("link", "Trả lại")),
        Step(
            _("Say what is missing, so that they know what to do, and press “Return”."),
            Control("button", "Trả lại"),
            before=(Fill("Lý do", "Mục tiêu chưa rõ: bao nhiêu bóng đèn, bao nhiêu mét đường?"),),
        ),
        Step(
            _("The sender finds it on “My work”, reads your reason there, and sends it again."),
            Control("link", "Đèn đường bản Mẫu Hạ"),
            before=(Open("home", "minh"),),
        ),
    ),
    ends="Mục tiêu chưa rõ",
    then=_("Nothing is deleted: who returned it, when and why stays on the record."),
)
