"""What a reply to duties of a directive says on paper: one report for all that was answered at once."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kheo.directives.models import Reply
from kheo.directives.models.duty import ANSWER
from kheo.lib.formats import long_date, short_date
from kheo.lib.formats import period as period_name
from kheo.lib.refusals import Refused
from kheo.papers import kinds
from kheo.papers.kinds import Kind
from kheo.papers.sheet import Block, Content, Text, Title
from kheo.papers.wording import roman
from kheo.units.models import Post

KIND = "reply"


def register() -> None:
    kinds.register(
        Kind(
            KIND,
            gettext_lazy("Reply to a duty"),
            "directives.Reply",
            issuer=lambda reply, part: reply.duty.unit.today,
            say=lambda reply, part: content(reply),
            check=check,
            url=lambda reply, part: f"/chi-dao/viec/{reply.duty_id}/#r{reply.pk}",
        )
    )


def check(reply: Reply, part: str, by: Post) -> None:
    by.require(*ANSWER, unit=reply.duty.unit)
    if reply.outcome == Reply.Outcome.SUPERSEDED:
        raise Refused(_("A newer answer has replaced this one. Draft the paper of the newer one."))


def content(reply: Reply) -> Content:
    """In Vietnamese, whatever the reader's language."""
    with override("vi"):
        directive = reply.duty.assignment.directive
        day = f" {long_date(directive.issued_on)}" if directive.issued_on else ""
        span = f"\n{period_name(reply.span)}" if reply.span else ""
        to = directive.issuer.today.name if directive.issuer else directive.issuer_text
        return Content(
            "BC",
            "Báo cáo",
            f"kết quả thực hiện nhiệm vụ theo {directive.doc_type} số {directive.number}{day}{span}".replace(
                " số \n", "\n"
            ),
            tuple(body(reply)),
            addressees=(to,) if to else (),
            recipients=("Như trên",) if to else (),
        )


def body(reply: Reply) -> Iterator[Block]:
    together = (
        Reply.objects.filter(together=reply.together)
        .select_related("duty__assignment", "implementing")
        .order_by("duty__assignment__order", "pk")
    )
    made_known = []
    if reply.received_on:
        made_known.append(f"Văn bản được tiếp nhận ngày {short_date(reply.received_on)}.")
    if reply.studied_on or reply.studied_how:
        day = f" ngày {short_date(reply.studied_on)}" if reply.studied_on else ""
        how = f" bằng hình thức: {reply.studied_how}" if reply.studied_how else ""
        count = f", {reply.studied_by_count} người tham dự" if reply.studied_by_count is not None else ""
        made_known.append(f"Đơn vị đã quán triệt{day}{how}{count}.")
    if reply.implementing:
        made_known.append(f"Đơn vị đã ban hành {reply.implementing.full_name}.")
    place = 0
    if made_known:
        place += 1
        yield Title(f"{roman(place)}. TIẾP NHẬN, QUÁN TRIỆT")
        yield Text("\n".join(made_known))
    place += 1
    yield Title(f"{roman(place)}. KẾT QUẢ THỰC HIỆN")
    for number, each in enumerate(together, start=1):
        # A task may be a whole paragraph: it is quoted, not set as a title.
        task = each.duty.assignment.text
        yield Text(f"{number}. {task[:1].upper()}{task[1:]}", italic=True)
        yield Text(f"Tiến độ: {each.get_status_display()}.")
        for words in (each.results, each.reason):
            if words:
                yield Text(words)
    for title, words in (
        ("KHÓ KHĂN, VƯỚNG MẮC", reply.difficulties),
        ("ĐỀ XUẤT, KIẾN NGHỊ", reply.proposals),
    ):
        if words:
            place += 1
            yield Title(f"{roman(place)}. {title}")
            yield Text(words)
