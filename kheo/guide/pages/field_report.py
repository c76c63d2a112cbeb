from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Fill, Page, Photo, Step

PAGE = Page(
    slug="bao-cao-tu-thuc-dia",
    title=_("A report from the hamlet, with photos"),
    lead=_("What was done that day, in figures that are counted once, with pictures from the phone."),
    who="minh",
    start="home",
    explains=("field_report_new", "field_report_edit", "report_draft", "field_report_list", "field_report"),
    steps=(
        Step(_("On “My work” press “Write a report” and choose the model."), Control("link", "Viết báo cáo")),
        Step(
            _("Open the model."),
            Control("link", "Tiếng kẻng học bài"),
        ),
        Step(_("Press “Write a report”."), Control("link", "Viết báo cáo")),
        Step(
            _("Give the day and say in your own words what was done."),
            Control("textbox", "Những việc đã làm"),
            before=(
                Fill("Ngày diễn ra", "20/11/2026"),
                Fill("Những việc đã làm", "Tối thứ sáu 38 em đến học, bốn anh chị đoàn viên kèm."),
            ),
            press=False,
        ),
        Step(
            _("Write only what this report adds; leave empty what you do not know."),
            Control("textbox", "Số hộ tham gia"),
            before=(Fill("Số hộ tham gia", "35"),),
            press=False,
        ),
        Step(
            _("Choose photos. Where they were taken and by which phone is removed before anyone sees them."),
            Control("button", "Ảnh"),
            before=(Photo("Ảnh"),),
            press=False,
        ),
        Step(_("Press “Send the report”."), Control("button", "Gửi báo cáo")),
        Step(
            _("A photo stays inside until somebody says who is in it and whether they agree."),
            Control("heading", "Ảnh"),
            press=False,
        ),
    ),
    ends="38 em đến học",
    then=_("Returned? The reason stands on the report and under “My work”; put it right and send it again."),
)
