from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Fill, Open, Page, Step

PAGE = Page(
    slug="van-ban-giay",
    title=_("Papers: the draft, the clerk's number, the signed copy"),
    lead=_(
        "Khéo lays the paper out by the rules of the State or of the Party; the office numbers and signs it."
    ),
    who="minh",
    start="unit_report_list",
    explains=(
        "papers",
        "papers_waiting",
        "papers_unsigned",
        "paper",
        "paper_new",
        "paper_number",
        "paper_signed",
    ),
    width="desk",
    steps=(
        Step(
            _("Open the record: here the report that was sent."),
            Control("link", "Đảng ủy xã Khe Mẫu", begins=True),
        ),
        Step(_("Press “Draft on paper”."), Control("link", "Lập văn bản", begins=True)),
        Step(
            _("Check who signs and who receives it, then press “Make the draft”."),
            Control("button", "Lập dự thảo"),
        ),
        Step(
            _("Look at the A4 page or take it out as a Word file. If it is right, press “Ask for a number”."),
            Control("button", "Xin số"),
        ),
        Step(
            _("Under “Waiting for a number” the clerk enters number, day and signer, and keeps them."),
            Control("button", "Ghi các số"),
            before=(
                Open("papers_waiting", "thu/clerk"),
                Fill("Số, ký hiệu", "12"),
                Fill("Ngày văn bản", "{today}"),
                Fill("Người ký", "Lương Văn Lâm"),
            ),
        ),
        Step(
            _("“Not yet signed” lists what is still out. Photograph the signed paper and put it in here."),
            Control("link", "Đưa bản đã ký vào", begins=True),
            before=(Open("papers_unsigned"),),
        ),
    ),
    ends="Đưa bản đã ký vào",
    then=_("What was signed is kept as it was signed, even when the record changes later."),
)
