"""Every page of the demonstration, with the person who uses it most: what tests of all pages walk through.

`unfinished()` adds, by the cast's own verbs, what a finished circle lacks: drafts, things sent and waiting,
things returned. `pages()` then names an address for each URL name that answers with a page.
"""

import io
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

# URL names without a page of their own, and why. What only takes a form (405) is found out by asking.
NO_PAGE = {
    "root": "leads to the first page of whoever asks",
    "our_duties": "leads to the page of one's own body",
    "our_unit": "leads to the page of one's own body",
    "public_story": "leads to the page of its initiative",
    "account_logout": "ends at the sign-in page",
    "kept_form": "exists for as long as a sign-in that ran out",
    "file": "a file",
    "photo": "a picture",
    "public_photo": "a picture",
    "area_suggestions": "a list for scripts",
    "office_list_progress": "a part of the page of its list",
    "plan_docx": "a document",
    "catalogue_docx": "a document",
    "paper_docx": "a document",
    "paper_style": "a style sheet",
    "plan_tasks_xlsx": "a spreadsheet",
    "public_feed": "a feed",
    "link_qr": "a picture",
    "public_list_qr": "a picture",
    "submission_of": "leads to what was sent in",
    "phone_app": "drawn by its own scripts; its room walks its screens in a browser",
    "phone_enter": "leads to the app",
    "phone_manifest": "for the browser",
    "phone_worker": "a script",
    "sitemap": "for search engines",
    "sitemap_part": "for search engines",
    "robots": "for search engines",
    "trust": "exists where an internal authority is used; its room tests it in a browser",
    "trust_certificate": "a file, where an internal authority is used",
    "roster": "nobody arrives by a list in the demonstration; its room tests it",
    "roster_sheet": "a spreadsheet",
    "reorganisation_progress": "a part of the page of its decision",
    "reorganisation_reverse": "nobody is mistaken in the demonstration; its room tests it",
    "undecided_commune": "nothing is divided in the demonstration; its room tests it",
    "settlement_withdraw": "nothing is divided in the demonstration; its room tests it",
    "slip_batch": "nobody arrives by a list in the demonstration; its room tests it",
    "pin_set": "the cast has no passwords; its room tests it",
    "pin_sign_in": "no machine is shared in the demonstration; its room tests it",
    "account_change_password": "the cast has no passwords; its room tests it",
    "registrations_due": "asked of the province's plans, which nobody invents; its room tests it",
    "my_phones": "leads to one's own phones",
    "phone_me": "answers a phone's key, in JSON",
    "phone_pack": "answers a phone's key, in JSON",
    "delivery": "nobody sends from a phone in the demonstration; its room tests it",
    "delivery_complete": "nobody sends from a phone in the demonstration; its room tests it",
    "delivery_assign": "nobody sends from a phone in the demonstration; its room tests it",
    "delivery_withdraw": "nobody sends from a phone in the demonstration; its room tests it",
    "delivery_erase": "nobody sends from a phone in the demonstration; its room tests it",
    "continuation": "nobody sends from a phone in the demonstration; its room tests it",
    "initiative_consent_end": "no person is an exemplar in the demonstration; its room tests it",
}

PLAN_2027 = """UBND XÃ KHE MẪU
Số: 12/KH-UBND
Khe Mẫu, ngày 05 tháng 7 năm 2026

KẾ HOẠCH
Thực hiện phong trào thi đua “Dân vận khéo” năm 2026

1. Văn phòng Đảng ủy tham mưu kiểm tra các mô hình trước ngày 30/9/2026.
2. Hội Liên hiệp Phụ nữ xã vận động hội viên trồng hoa hai bên đường bản.
"""


OLD_LIST = """STT\tTên mô hình\tLĩnh vực
1\tNgõ sạch vườn xanh\tKinh tế
2\tGiờ học không điện thoại\tViệc nước
"""


class Stop(NamedTuple):
    """One page: the URL name, who looks and its address. `who` is None for a visitor, "thu/clerk" for a
    post by its role, "lam/17" for one at the unit of that number."""

    name: str
    who: str | None
    path: str


class Unfinished(NamedTuple):
    list_begun: Any
    list_checked: Any
    list_loaded: Any
    directive: Any
    drafted: Any
    sent: Any
    received: Any
    confirmed: Any
    approved: Any
    practice: Any
    registration_draft: Any
    typed_for_others: Any
    report: Any
    report_draft: Any
    unit_report: Any
    unit_report_sent: Any
    unit_report_accepted: Any
    story: Any
    story_photo: Any
    plan: Any
    criteria: Any
    newer_plan: Any
    movement: Any
    message: Any
    decision: Any
    stated: Any
    list_on_paper: Any
    paper_drafted: Any
    paper_waiting: Any
    paper_numbered: Any
    scan: Any
    phone: Any


def unfinished() -> Unfinished:
    """Work in every state between begun and done, at the sample commune."""
    from kheo.demo.people import post_of
    from kheo.directives.entering import enter
    from kheo.fieldwork.models import Draft as ReportDraft
    from kheo.fieldwork.models import FieldReport, UnitReport, UnitReportLine
    from kheo.fieldwork.models.unit_reports import Line
    from kheo.files.models import Photo
    from kheo.initiatives import registration
    from kheo.initiatives.models import (
        Catalogue,
        CatalogueDraft,
        Draft,
        Enrolment,
        Initiative,
        OnBehalf,
        Practice,
    )
    from kheo.lib.periods import today
    from kheo.lists import loading, taking_in
    from kheo.messaging.kinds import kinds
    from kheo.messaging.models import Message
    from kheo.offline.models import Phone
    from kheo.papers import kinds as paper_kinds
    from kheo.papers.models import Paper
    from kheo.plans.models import CriteriaSet, Field, Movement, Plan
    from kheo.reporting.models import ReportedSource
    from kheo.reporting.stated import Given, Reader
    from kheo.stories.models import Story
    from kheo.units import reorganise

    minh, thu, lam = post_of("minh", "reporter"), post_of("thu", "registrar"), post_of("lam", "head")
    clerk = post_of("thu", "clerk")
    year = today().year
    field = Field.objects.get(code="kinh_te")
    drafts = []
    for number, name in enumerate(
        ["Vườn rau sạch bản Suối", "Sân phơi chung", "Bếp ăn bán trú", "Đèn đường bản", "Nhà sạch vườn đẹp"]
    ):
        values = {
            "name": name,
            "kind": Initiative.Kind.MODEL,
            "subject": Initiative.Subject.COLLECTIVE,
            "field": field,
            "owner": minh.unit,
            "commune": minh.unit.area,
            "hamlet": "bản Suối",
            "goal": f"{20 + number} hộ tham gia",
            "year": year,
            "year_kind": Enrolment.Kind.NEW,
            "level_asked": "commune",
            "details": {},
            "contact_name": minh.user.full_name,
        }
        drafts.append(registration.save_draft(values, by=minh))
    drafted, sent, received, confirmed, approved = drafts
    for enrolment in (sent, received, confirmed, approved):
        enrolment.send(by=minh)
        enrolment.refresh_from_db()
    for enrolment in (received, confirmed, approved):
        enrolment.receive(by=thu)
        enrolment.refresh_from_db()
    for enrolment in (confirmed, approved):
        enrolment.confirm(by=lam)
        enrolment.refresh_from_db()
    chief = lam.user.posts.current().get(unit__kind="committee")
    catalogue = Catalogue.objects.issue(
        committee=chief.unit,
        by=chief,
        number="09-DM/BCĐ (mẫu)",
        signed_on=today(),
        signer="Người ký mẫu",
        year=year,
        plan=approved.plan,
    )
    catalogue.approve_all([approved], by=chief)
    union = post_of("lan", "reporter").unit
    called = {**values, "name": "Phụ nữ giữ sạch bờ suối", "owner": union, "contact_name": "Hà Thị Lan"}
    typed_for_others = registration.save_draft(called, by=thu)
    OnBehalf.objects.type(typed_for_others, by=thu, origin="phone", told_by="Hà Thị Lan")
    typed_for_others.send(by=thu)
    practice, _made = Practice.objects.get_or_create(name="Tiếng kẻng học bài")

    def day(report: Any) -> dict[str, Any]:
        return {"happened_on": report, "happened_until": report, "target": "40 hộ", "reached": "35 hộ"}

    running = Enrolment.objects.filter(initiative__name="Tiếng kẻng học bài", year=year).get()
    values = {**day(today()), "narrative": "Bà con cùng làm trong ngày."}
    report = FieldReport.objects.begin(running, by=minh, values=values, figures={})
    lines = [
        Line(initiative, UnitReportLine.Standing.GOOD)
        for initiative in Initiative.objects.running().filter(owner=minh.unit)
    ]
    first, last = today().replace(month=1, day=1), today()
    unit_reports = [
        UnitReport.objects.begin(
            minh.unit,
            by=minh,
            values={"period_first": first, "period_last": last, "results": "Các mô hình duy trì tốt."},
            lines=lines,
        )
        for _each in range(3)
    ]
    for unit_report in unit_reports[1:]:
        unit_report.send(by=minh)
        unit_report.refresh_from_db()
    unit_reports[2].accept(by=post_of("hoa", "registrar"))
    saturday = Initiative.objects.get(name="Ngày thứ bảy giúp dân làm thủ tục")
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "#8fb573").save(picture, "JPEG")
    upload = SimpleUploadedFile("ban.jpg", picture.getvalue(), "image/jpeg")
    photo = Photo.objects.store(upload, by=minh, owner=saturday, author="Lô Văn Minh")
    plan = Plan.objects.get(year=year, sample=True)
    list_on_paper = CatalogueDraft.objects.prepare(
        [confirmed], committee=chief.unit, by=chief, year=year, plan=confirmed.plan
    )
    of_report, of_list = (paper_kinds.called(key) for key in ("unit_report", "catalogue"))
    paper_drafted = Paper.objects.draft(of_report, unit_reports[1], by=minh)
    paper_waiting = Paper.objects.draft(of_list, list_on_paper, by=chief)
    paper_waiting.ask_number(by=chief)
    paper_numbered = Paper.objects.draft(of_report, unit_reports[2], by=minh)
    paper_numbered.give_number(by=clerk, number="12", issued_on=today(), signer="Người ký mẫu")
    page = io.BytesIO()
    Image.new("RGB", (640, 900), "#f4f1e8").save(page, "JPEG")
    (scan,) = paper_numbered.attach(
        [SimpleUploadedFile("trang-1.jpg", page.getvalue(), "image/jpeg")], by=clerk
    )
    drafted_plan = Plan.objects.start(plan.committee, plan.movement, year + 1, by=clerk)
    drafted_plan.write_targets(clerk, [{"name": "Mô hình mới", "measure": "enrolled_new", "amount": 2}])
    criteria = CriteriaSet.objects.filter(reference=True).first()
    assert criteria is not None
    hoa = post_of("hoa", "registrar")
    source = ReportedSource.objects.keep(
        by=hoa, publisher="Đảng ủy xã Khe Mẫu", number="12-BC/ĐU (mẫu)", dated=today(), published=True
    )
    rows = [["Đơn vị", "Kỳ", "Tổng", "Kinh tế"], [minh.unit.name, f"{year - 1}", "286", "176"]]
    stated, *_parts = source.state(Reader(hoa, Given(measure="enrolled")).read(rows).good, by=hoa)
    list_begun = taking_in.take_in(minh, pasted=OLD_LIST)
    list_checked = taking_in.take_in(minh, pasted=OLD_LIST)
    list_loaded = taking_in.take_in(minh, pasted=OLD_LIST.replace("Việc nước\n", "Kinh tế\n"))
    for each in (list_checked, list_loaded):
        loading.name_columns(
            each,
            by=minh,
            mapping=each.mapping,
            document="danh mục",
            number="07-DM/ĐU",
            signed_on=today(),
            issuer="",
            year=year,
            default_owner="cap_uy",
            default_kind="continuing",
        )
    list_loaded.refresh_from_db()
    loading.ask_to_load(list_loaded, by=minh)
    return Unfinished(
        list_begun=list_begun,
        list_checked=list_checked,
        list_loaded=list_loaded,
        directive=enter(thu, text=PLAN_2027),
        drafted=drafted,
        sent=sent,
        received=received,
        confirmed=confirmed,
        approved=approved,
        practice=practice,
        registration_draft=Draft.objects.keep(
            uuid.uuid4(), by=minh, fields={"name": ["Đường hoa"]}, enrolment=None
        ),
        typed_for_others=typed_for_others,
        report=report,
        report_draft=ReportDraft.objects.keep(
            uuid.uuid4(), by=minh, fields={"reached": ["một nửa"]}, initiative=running.initiative
        ),
        unit_report=unit_reports[0],
        unit_report_sent=unit_reports[1],
        unit_report_accepted=unit_reports[2],
        list_on_paper=list_on_paper,
        paper_drafted=paper_drafted,
        paper_waiting=paper_waiting,
        paper_numbered=paper_numbered,
        scan=scan,
        phone=Phone.objects.register(minh.user, name="Android · Chrome")[0],
        story_photo=photo,
        story=Story.objects.begin(saturday, by=minh),
        plan=drafted_plan,
        criteria=criteria.copy_to(drafted_plan, clerk),
        newer_plan=plan.new_version(clerk, "Thêm một chỉ tiêu"),
        stated=stated,
        message=Message.objects.sent(
            kinds["initiative_link"],
            saturday,
            [],
            by=minh,
            text="Kính gửi các đồng chí. Mời xem mô hình của xã.",
            channel="zalo",
            to="Nhóm Zalo của xã",
        ),
        decision=reorganise.enter(
            name="Sắp xếp xã Khe Mẫu",
            on=today(),
            legal_basis="Nghị quyết mẫu số 1",
            table="xã Khe Mẫu ; đổi loại ; phường Khe Mẫu\nxã Lạ ; toàn bộ ; phường Khe Mẫu",
            by=post_of("an", "admin"),
        ),
        movement=Movement.objects.prepare(by=lam, launched_by=lam.unit, name="Bản làng sạch đẹp"),
    )


def pages(now: Unfinished) -> Iterable[Stop]:
    """Every page once, as the person who uses it most; lists also filtered and empty."""
    from kheo.demo.people import post_of
    from kheo.directives.models import Directive, Duty
    from kheo.fieldwork.models import FieldReport
    from kheo.files.models import Photo
    from kheo.guide.pages import PAGES
    from kheo.initiatives.models import Catalogue, Enrolment, Initiative
    from kheo.lib.periods import today
    from kheo.places.models import Area
    from kheo.plans.models import CalendarEntry, CriteriaSet, Movement, Plan
    from kheo.portal.published import address
    from kheo.recognition.models import Decision
    from kheo.stories.models import Story
    from kheo.submissions.models import PublicList, RegistrationLink
    from kheo.units.models import Post, Unit
    from kheo.units.reorganise import known_plans

    directive = Directive.objects.get(number="05-CT/TU")
    party = post_of("minh", "reporter").unit
    duties = Duty.objects.filter(assignment__directive=directive).of_unit(party).order_by("pk")
    answered = duties.filter(state="answered").first()
    given = duties.filter(state="given").first()
    bell = Initiative.objects.get(name="Tiếng kẻng học bài", sample=True)
    known = Initiative.objects.filter(sample=False, stories__state="published").order_by("pk").first()
    enrolment = Enrolment.objects.filter(initiative=bell).latest("year")
    waiting = FieldReport.objects.filter(state="sent").first()
    accepted = FieldReport.objects.filter(state="accepted").first()
    photo = Photo.objects.filter(public_activity=None).first() or Photo.objects.first()
    catalogue = Catalogue.objects.order_by("-pk").first()
    decision = Decision.objects.get()
    shown = Story.objects.filter(initiative=bell).get()
    proposed = Story.objects.filter(state="proposed").get()
    committee = decision.committee
    link = RegistrationLink.objects.get()
    waiting_at_desk = link.submissions.earliest("pk")
    public_list = PublicList.objects.get()
    plan = Plan.objects.get(year=enrolment.year, sample=True, state="approved")
    target = now.plan.targets.first()
    movement = Movement.objects.get(code="dan-van-kheo")
    entry = CalendarEntry.objects.filter(plan=plan, kind="report").first()
    commune = Area.objects.get(pk=party.area_id)
    now_tam_thai = Area.objects.on(today()).communes().get(name="Tam Thái").pk
    nghe_an = Area.objects.on(today()).of_level("province").get(name="Nghệ An").pk
    board = Unit.objects.filter(origins__isnull=False, level="province").order_by("pk").first()
    ended = Post.objects.filter(user__username="lan").latest("pk")
    reorganised = next(iter(known_plans()))
    chief = f"lam/{committee.pk}"
    story = now.story.pk

    yield Stop("public_home", None, reverse("public_home"))
    yield Stop("public_list", None, reverse("public_list"))
    yield Stop("public_list", None, reverse("public_list") + "?q=khong+co+dau")
    yield Stop("public_map", None, reverse("public_map"))
    yield Stop("public_initiative", None, address(bell))
    yield Stop("public_initiative", None, address(known))
    yield Stop("public_accepted_lists", None, reverse("public_accepted_lists"))
    yield Stop("public_accepted", None, public_list.path)
    yield Stop("register_openly", None, link.path)
    yield Stop("receipt_find", None, reverse("receipt_find"))
    yield Stop("receipt", None, waiting_at_desk.receipt_path)
    yield Stop("receipt_correct", None, reverse("receipt_correct", args=[waiting_at_desk.code]))
    yield Stop("guide", None, reverse("guide"))
    for slug in [page.slug for page in PAGES]:
        yield Stop("guide_page", None, reverse("guide_page", args=[slug]))
    yield Stop("account_login", None, reverse("account_login"))
    yield Stop("account_reset_password", None, reverse("account_reset_password"))
    yield Stop("account_inactive", None, reverse("account_inactive"))
    yield Stop("account_asleep", None, reverse("account_asleep"))
    yield Stop("account_code_ended", None, reverse("account_code_ended"))
    for who, name, arguments in [
        ("minh", "home", []),
        ("thu", "home", []),
        (chief, "home", []),
        ("lan", "home", []),
        ("hoa", "home", []),
        ("binh", "home", []),
        ("tuan", "home", []),
        ("mai", "home", []),
        ("duc", "home", []),
        ("an", "home", []),
        ("minh", "unit_page", [party.pk]),
        ("hoa", "unit_page", [post_of("hoa", "specialist").unit_id]),
        ("hoa", "unit_page", [party.pk]),
        ("lam", "unit_page", [committee.pk]),
        ("lan", "unit_page", [post_of("lan", "reporter").unit_id]),
        ("hoa", "due", []),
        ("thu", "arrivals", []),
        ("thu", "deliveries", []),
        ("hoa", "style_page", []),
        ("hoa", "search", []),
        ("minh", "account", []),
        ("minh", "phones_of", [now.phone.user_id]),
        ("minh", "phone_revoke", [now.phone.pk]),
        ("hoa", "renewals_due", []),
        ("hoa", "messages", []),
        ("hoa", "message_texts", []),
        ("hoa", "message_text", ["registration_due"]),
        ("minh", "message", ["initiative_link", bell.pk]),
        ("minh", "message_withdraw", [now.message.pk]),
        ("an", "areas", []),
        ("an", "area", [commune.pk]),
        ("an", "area_family", [now_tam_thai]),
        ("an", "structures_map", [nghe_an]),
        ("an", "unit_list", []),
        ("an", "unit", [party.pk]),
        ("an", "unit_family", [board.pk]),
        ("an", "unit", [committee.pk]),
        ("an", "post_add", [party.pk]),
        ("an", "post_end", [ended.pk]),
        ("an", "renewal_add", [committee.pk]),
        ("an", "people", []),
        ("an", "unit_people", [party.pk]),
        ("minh", "unit_people", [party.pk]),
        ("an", "person_add", [party.pk]),
        ("an", "person", [ended.user_id]),
        ("an", "person_edit", [ended.user_id]),
        ("an", "person_slip", [ended.user_id]),
        ("an", "person_leave", [ended.user_id]),
        ("an", "post_change", [ended.pk]),
        ("an", "post_deputy", [ended.pk]),
        ("an", "sign_in_rules", []),
        ("an", "roster_new", []),
        ("an", "member_add", [committee.pk]),
        ("hoa", "committee_list", []),
        ("an", "journal", []),
        ("an", "upkeep_status", []),
        ("an", "backups", []),
        ("an", "reorganisations", []),
        ("an", "undecided", []),
        ("an", "reorganisation", [reorganised.key]),
        ("an", "reorganisation_new", []),
        ("an", "reorganisation", [now.decision.key]),
        ("an", "reorganisation_edit", [now.decision.key]),
        ("lan", "why", ["initiatives.Initiative", bell.pk]),
        ("hoa", "directives", []),
        ("hoa", "directive", [directive.pk]),
        ("thu", "directive", [now.directive.pk]),
        ("thu", "directive_enter", []),
        ("thu", "directive_confirm", [now.directive.pk]),
        ("hoa", "directive_cascade", [directive.pk]),
        ("hoa", "directive_follow", [directive.pk]),
        ("thu", "directive_withdraw", [now.directive.pk]),
        ("hoa", "duty_matrix", []),
        ("hoa", "replies", []),
        ("thu", "unit_duties", [party.pk]),
        ("thu", "duty", [given.pk]),
        ("hoa", "duty", [answered.pk]),
        ("thu", "duty_reply", [given.pk]),
        ("thu", "plans", []),
        ("thu", "plan_new", []),
        ("thu", "plan_calendar", []),
        ("thu", "unit_plans", [committee.pk]),
        ("thu", "movements", []),
        ("lam", "movement_new", []),
        ("thu", "movement", [movement.pk]),
        ("lam", "movement", [now.movement.pk]),
        ("lam", "movement_edit", [now.movement.pk]),
        ("lam", "movement_launch", [now.movement.pk]),
        ("lam", "movement_end", [now.movement.pk]),
        ("lam", "movement_mandate", [now.movement.pk]),
        ("thu", "criteria_sets", []),
        ("thu", "criteria_set", [CriteriaSet.objects.filter(reference=True).first().pk]),
        ("thu/clerk", "criteria_edit", [now.criteria.pk]),
        ("thu", "criteria_preview", [now.criteria.pk]),
        ("thu", "plan", [plan.pk]),
        ("thu/clerk", "plan", [now.plan.pk]),
        ("thu/clerk", "criteria_add", [now.plan.pk]),
        ("thu/clerk", "plan_quotas", [now.plan.pk, target.pk]),
        ("thu/clerk", "plan_copy", [now.plan.pk]),
        (chief, "plan_give_back", [now.plan.pk]),
        ("thu/clerk", "plan_signed", [plan.pk]),
        ("thu/clerk", "plan_new_version", [plan.pk]),
        ("thu/clerk", "plan_withdraw", [now.plan.pk]),
        ("thu/clerk", "plan_compare", [now.newer_plan.pk]),
        ("minh", "initiative_list", []),
        ("minh", "initiative", [bell.pk]),
        ("hoa", "initiative", [known.pk]),
        ("minh", "initiative_start", [now.approved.initiative_id]),
        (chief, "initiative_end", [bell.pk]),
        ("thu", "enrolment_list", []),
        ("minh", "enrolment_new", []),
        ("minh", "enrolment_draft", [now.registration_draft.key]),
        ("minh", "enrolments_continue", []),
        ("minh", "enrolments_grid", []),
        ("minh", "office_lists", []),
        ("minh", "office_list", [now.list_checked.pk]),
        ("minh", "office_list_columns", [now.list_begun.pk]),
        ("minh", "office_list_take_back", [now.list_loaded.pk]),
        ("thu", "on_behalf_new", []),
        ("thu", "on_behalf_by_word", [now.typed_for_others.pk]),
        ("lan", "enrolment", [now.typed_for_others.pk]),
        ("minh", "enrolment", [enrolment.pk]),
        ("minh", "enrolment", [now.drafted.pk]),
        ("thu", "enrolment", [now.sent.pk]),
        ("minh", "enrolment_edit", [now.drafted.pk]),
        ("minh", "enrolment_send", [now.drafted.pk]),
        ("thu", "enrolment_return", [now.sent.pk]),
        ("minh", "enrolment_withdraw", [now.sent.pk]),
        ("thu", "enrolment_field", [now.sent.pk]),
        ("thu", "submission_list", []),
        ("thu", "submission", [waiting_at_desk.pk]),
        ("thu", "submission_take", [waiting_at_desk.pk]),
        ("thu", "submission_return", [waiting_at_desk.pk]),
        ("thu", "submission_refuse", [waiting_at_desk.pk]),
        ("thu", "submission_merge", [waiting_at_desk.pk]),
        ("thu", "submission_erase", [waiting_at_desk.pk]),
        ("thu", "registration_links", []),
        ("thu", "link_open", [committee.pk, movement.pk, plan.year + 1]),
        ("thu", "registration_link", [link.pk]),
        ("thu", "link_poster", [link.pk]),
        ("thu", "link_days", [link.pk]),
        ("thu", "link_change", [link.pk, "renew"]),
        ("thu", "public_lists", []),
        ("thu", "public_list_new", []),
        ("thu", "public_list_take_down", [public_list.pk]),
        (chief, "catalogue_list", []),
        (chief, "catalogue", [catalogue.pk]),
        ("minh", "practice_list", []),
        ("minh", "practice_new", []),
        ("minh", "practice", [now.practice.pk]),
        ("hoa", "practice_edit", [now.practice.pk]),
        ("thu", "field_report_list", []),
        ("minh", "field_report_new", [bell.pk]),
        ("minh", "initiative_reports", [bell.pk]),
        ("minh", "report_draft", [now.report_draft.key]),
        ("thu", "field_report", [waiting.pk]),
        ("minh", "field_report", [now.report.pk]),
        ("minh", "field_report_edit", [now.report.pk]),
        ("thu", "field_report_return", [waiting.pk]),
        ("minh", "field_report_correct", [accepted.pk]),
        ("minh", "field_report_withdraw", [now.report.pk]),
        ("minh", "report_photo", [photo.key]),
        ("minh", "report_photo_withdraw", [photo.key]),
        ("an", "figure_kinds", []),
        ("thu", "unit_report_list", []),
        ("minh", "unit_report_new", []),
        ("thu", "unit_report_due", [entry.pk]),
        ("minh", "unit_report", [now.unit_report.pk]),
        ("hoa", "unit_report", [now.unit_report_sent.pk]),
        ("minh", "unit_report_edit", [now.unit_report.pk]),
        ("hoa", "unit_report_return", [now.unit_report_sent.pk]),
        ("minh", "unit_report_withdraw", [now.unit_report.pk]),
        ("minh", "unit_report_correct", [now.unit_report_accepted.pk]),
        ("thu/clerk", "unit_report_signed", [now.unit_report_sent.pk]),
        (chief, "catalogue_draft", [now.list_on_paper.pk]),
        (chief, "catalogue_draft_withdraw", [now.list_on_paper.pk]),
        ("thu/clerk", "home", []),
        ("thu/clerk", "papers", []),
        ("thu/clerk", "papers_waiting", []),
        ("thu/clerk", "papers_unsigned", []),
        ("thu/clerk", "paper_rules", []),
        ("minh", "paper_new", ["unit_report", now.unit_report.pk]),
        ("minh", "paper", [now.paper_drafted.pk]),
        ("thu/clerk", "paper", [now.paper_waiting.pk]),
        ("thu/clerk", "paper", [now.paper_numbered.pk]),
        ("minh", "paper_edit", [now.paper_drafted.pk]),
        ("thu/clerk", "paper_number", [now.paper_waiting.pk]),
        ("thu/clerk", "paper_correct", [now.paper_numbered.pk]),
        ("thu/clerk", "paper_signed", [now.paper_numbered.pk]),
        ("thu/clerk", "paper_page_back", [now.paper_numbered.pk, now.scan.key]),
        ("minh", "paper_withdraw", [now.paper_drafted.pk]),
        ("minh", "paper_print", [now.paper_drafted.pk]),
        ("lam", "recognition_list", []),
        (chief, "decision", [decision.pk]),
        (chief, "decision_new", []),
        (chief, "recognition_end", [decision.recognitions.first().pk]),
        ("minh", "initiative_recognitions", [bell.pk]),
        ("binh", "dashboard", []),
        ("lam", "dashboard", []),
        ("hoa", "half_year", []),
        ("hoa", "reported_sources", []),
        ("hoa", "reported_source_new", []),
        ("hoa", "reported_source", [now.stated.source_id]),
        ("hoa", "reported_add", [now.stated.source_id]),
        ("hoa", "reported_source_edit", [now.stated.source_id]),
        ("hoa", "reported_source_withdraw", [now.stated.source_id]),
        ("hoa", "reported_lines", [now.stated.source_id]),
        ("hoa", "reported_correct", [now.stated.pk]),
        ("hoa", "reported_withdraw", [now.stated.pk]),
        ("hoa", "reported_comparison", []),
        ("tuan", "story_list", []),
        ("minh", "initiative_stories", [bell.pk]),
        ("tuan", "story", [shown.pk]),
        ("tuan", "story", [proposed.pk]),
        ("minh", "story", [story]),
        ("minh", "story_write", [story]),
        ("minh", "story_upload", [story]),
        ("minh", "story_propose", [story]),
        ("minh", "story_withdraw", [story]),
        ("tuan", "story_return", [proposed.pk]),
        ("tuan", "story_take_down", [shown.pk]),
    ]:
        yield Stop(name, who, reverse(name, args=arguments))
    for section in ("about", "fields", "tasks", "targets", "calendar", "form"):
        yield Stop("plan_edit", "thu/clerk", reverse("plan_edit", args=[now.plan.pk, section]))
    yield Stop("search", "hoa", reverse("search") + "?q=duong+hoa")
    yield Stop("initiative_list", "hoa", reverse("initiative_list"))
    yield Stop("initiative_list", "hoa", reverse("initiative_list") + "?q=khong+co+dau")
    yield Stop("catalogue_new", chief, reverse("catalogue_new") + f"?pk={now.confirmed.pk}")
    yield Stop(
        "records",
        "binh",
        reverse("records")
        + f"?measure=enrolled&first={plan.year}-01-01&last={plan.year}-12-31"
        + f"&structure={plan.year}-06-30&sample=1",
    )
    yield Stop(
        "coverage", "hoa", reverse("coverage") + f"?first={plan.year}-01-01&last={plan.year}-12-31"
        f"&structure={plan.year}-06-30",
    )  # fmt: skip
    yield Stop("reported_comparison", "hoa", reverse("reported_comparison") + f"?unit={party.pk}&sample=1")
    yield Stop("story_photo", "minh", reverse("story_photo", args=[story, now.story_photo.key]))
