from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Choose, Control, Fill, Page, Step

PAGE = Page(
    slug="bao-cao-dinh-ky",
    title=_("The unit's periodic report"),
    lead=_("One page: every running model is a line, and the words come last. Nobody adds anything up."),
    who="minh",
    start="our_unit",
    explains=("unit_report_new", "unit_report_edit", "unit_report_list", "unit_report"),
    steps=(
        Step(
            _("On your unit's page press “Write the report that is due”."),
            Control("link", "Viết báo cáo đến hạn"),
        ),
        Step(_("Press “All stand well”; every line is set at once."), Control("button", "Tất cả đều tốt")),
        Step(
            _("Then the exceptions: choose “to be strengthened” or “to stop”, and say why in the note."),
            Control("combobox", "Tình hình: Thả cá giữ nguồn suối Mẫu"),
            before=(
                Choose("Tình hình: Thả cá giữ nguồn suối Mẫu", "cần củng cố"),
                Fill("Ghi chú: Thả cá giữ nguồn suối Mẫu", "Lũ tháng chín cuốn lưới chắn"),
            ),
            press=False,
        ),
        Step(
            _("Write the results in a few sentences; the figures are counted from the reports."),
            Control("textbox", "Kết quả"),
            before=(Fill("Kết quả", "Năm mô hình duy trì, 86 hộ tham gia, không còn em nào bỏ học."),),
            press=False,
        ),
        Step(_("Press “Send the report”."), Control("button", "Gửi báo cáo")),
    ),
    ends="Năm mô hình duy trì",
    then=_("What is “to stop” ends only when the body above accepts the report."),
)
