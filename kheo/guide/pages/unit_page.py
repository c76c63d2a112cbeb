from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Page, Step, Unfold

PAGE = Page(
    slug="trang-cua-don-vi",
    title=_("Your unit's own page"),
    lead=_("One page tells what the unit was asked, what it runs, what it owes and what is new."),
    who="minh",
    start="home",
    explains=("unit_page", "home"),
    steps=(
        Step(
            _("Open “Menu” and press “Our unit”."),
            Control("link", "Đơn vị của tôi"),
            before=(Unfold("Menu"),),
        ),
        Step(
            _("The numbers at the top are what is open: press one to see the records behind it."),
            Control("link", "5 mô hình", begins=True),
            press=False,
        ),
        Step(
            _("“What waits” says what others wait for from you, and what you wait for from others."),
            Control("heading", "Việc đang chờ"),
            press=False,
        ),
        Step(
            _("“Since your last visit” tells what others did to your records, and why."),
            Control("heading", "Từ lần xem trước"),
            press=False,
        ),
        Step(
            _("The button at the top is what is to be done first: here, the report that is due."),
            Control("link", "Viết báo cáo đến hạn"),
            press=True,
        ),
    ),
    ends="Viết báo cáo định kỳ",
    then=_("After a reorganisation the page also tells of what your unit took over from those before it."),
)
