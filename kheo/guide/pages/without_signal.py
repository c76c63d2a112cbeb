from django.utils.translation import gettext_lazy as _

from kheo.guide.steps import Control, Fill, Open, Page, Signal, Step

PAGE = Page(
    slug="lam-viec-khi-khong-co-song",
    title=_("Work without signal"),
    lead=_(
        "The phone keeps what you write at each letter and sends it by itself once there is signal. "
        "Get ready once, where there is signal."
    ),
    who="minh",
    start="phone_app",
    explains=("my_phones", "arrivals", "deliveries", "delivery"),
    steps=(
        Step(
            _(
                "Where there is signal, open the app's page in Chrome or Safari and press “Sign in on this "
                "phone”. Opened from Zalo? Press “Open in Chrome” first."
            ),
            Control("link", "Đăng nhập trên máy này"),
        ),
        Step(
            _(
                "Put it on the phone's first screen from the browser's menu. From now on it opens without "
                "signal: reports, registrations, the periodic report and the year's continuing. "
                "Press “Write a report”."
            ),
            Control("link", "Viết báo cáo"),
            before=(Signal(False),),
        ),
        Step(_("Choose the model."), Control("button", "Tiếng kẻng học bài", begins=True)),
        Step(
            _(
                "Write what was done and add photos. Photos are made smaller, and place and device are "
                "removed before they leave. Then press “Look again and send”."
            ),
            Control("button", "Xem lại và gửi"),
            before=(
                Fill("Những việc đã làm", "Tối thứ sáu 38 em đến học, bốn anh chị đoàn viên kèm."),
                Fill("Ngày diễn ra", "20/11/2026"),
            ),
        ),
        Step(_("Press “Put into the outbox”."), Control("button", "Cho vào hộp gửi")),
        Step(
            _(
                "The outbox tells how each stands. “On this phone”: not gone yet, keep the phone. “Sending”: "
                "on its way. “Received”, with a number: the office has it. “Needs your attention”: open it "
                "and put right what is said there. “Conflict”: another version was sent before; both are "
                "kept, and your unit decides."
            ),
            Control("link", "Hộp gửi", begins=True),
        ),
        Step(
            _(
                "Lost the phone? On the website, under “Phones for field work”, press “Lost or passed on”, "
                "or ask whoever runs your account. What it hands in afterwards waits until a person has "
                "looked."
            ),
            Control("link", "Mất máy hoặc đã giao máy", begins=True),
            before=(Signal(True), Open("my_phones")),
            press=False,
        ),
        Step(
            _("At the office: what came in last stands under “Just in”. Receive it there, or return it."),
            Control("heading", "Mới đến"),
            before=(Open("arrivals", "thu/registrar"),),
            press=False,
        ),
        Step(
            _(
                "What could not become a record by itself waits under “Deliveries to look at”, with the "
                "reason: complete it, decide between two versions, or lay it aside with a reason."
            ),
            Control("heading", "Bản gửi cần xem"),
            before=(Open("deliveries", "thu/registrar"),),
            press=False,
        ),
    ),
    ends="Bản gửi cần xem",
    then=_("Open the app once a week where there is signal: it fetches what is due and sends what waits."),
)
