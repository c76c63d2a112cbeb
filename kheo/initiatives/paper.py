"""What registrations and lists say on paper. Contacts and what is told of a person stay in the record."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kheo.initiatives import asked
from kheo.initiatives.models import Catalogue, CatalogueDraft, Enrolment, Initiative
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.papers import kinds
from kheo.papers.kinds import Given, Kind
from kheo.papers.models import sheet_of
from kheo.papers.sheet import Annex, Article, Block, Content, Grid, Sheet, Text, Title
from kheo.ui.lists import first_ids
from kheo.units.models import Post, Unit

REGISTRATION, LIST, CATALOGUE = "registration", "registration_list", "catalogue"
# Written out by their own unit; the rest are words.
AMOUNTS = {
    "resources_vnd": formats.money,
    "resources_work_days": formats.work_days,
    "resources_land_m2": formats.area_m2,
}


def register() -> None:
    kinds.register(
        Kind(
            REGISTRATION,
            gettext_lazy("Registration"),
            "initiatives.Enrolment",
            issuer=lambda enrolment, part: enrolment.initiative.owner.today,
            say=lambda enrolment, part: registration(enrolment),
            check=check_registration,
        )
    )
    kinds.register(
        Kind(
            LIST,
            gettext_lazy("Registrations of a year"),
            "units.Unit",
            issuer=lambda unit, part: unit,
            say=lambda unit, part: registrations(unit, int(part)),
            check=check_list,
            url=lambda unit, part: f"{reverse('enrolment_list')}?year={part}",
            has_part=lambda unit, part: part.isdecimal() and 2000 <= int(part) <= 2100,
        )
    )
    kinds.register(
        Kind(
            CATALOGUE,
            gettext_lazy("Catalogue"),
            "initiatives.CatalogueDraft",
            issuer=lambda draft, part: draft.committee,
            say=lambda draft, part: decision(draft),
            check=lambda draft, part, by: draft.check_author(by),
            number=number,
            correct=correct,
            signed=signed,
            consequence=gettext_lazy(
                "With its number the list is issued: everything on it is decided at once."
            ),
        )
    )


# Registrations


def check_registration(enrolment: Enrolment, part: str, by: Post) -> None:
    by.require(*WRITERS)
    if not enrolment.initiative.answered_for_by(by):
        raise Refused(_("Only %(unit)s registers it on paper.") % {"unit": enrolment.initiative.owner})
    if enrolment.state in (Enrolment.State.WITHDRAWN, *Enrolment.TOLD):
        raise Refused(_("This registration was withdrawn, or was not made here."))


def registration(enrolment: Enrolment) -> Content:
    """One registration. In Vietnamese, whatever the reader's language."""
    with override("vi"):
        initiative = enrolment.initiative
        to = enrolment.committee.name if enrolment.committee else ""
        return Content(
            "ĐK",
            "Bản đăng ký",
            f"{initiative.get_kind_display()} “{initiative.movement}” năm {enrolment.year}",
            tuple(facts(enrolment)),
            addressees=(to,) if to else (),
            recipients=("Như trên",) if to else (),
        )


def facts(enrolment: Enrolment) -> Iterator[Block]:
    initiative = enrolment.initiative
    yield Text(f"1. Tên: {initiative.name}")
    yield Text(f"2. Đơn vị thực hiện: {initiative.owner.name}")
    yield Text(f"3. Địa bàn: {initiative.area.full_place}")
    yield Text(f"4. Lĩnh vực: {enrolment.field.name}")
    level = enrolment.get_level_asked_display()
    yield Text(f"5. Hình thức: {enrolment.get_kind_display()}; cấp đề nghị công nhận: {level}")
    yield Text(f"6. Mục tiêu: {initiative.goal}")
    for place, (label, rows) in enumerate(details(enrolment), start=7):
        yield Title(f"{place}. {label}", 2)
        for name, words in rows:
            yield Text(f"- {name}: {words}")


def details(enrolment: Enrolment) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The long form's answers by group, those about a person left out."""
    for key, label in asked.GROUPS.items():
        rows = [
            (str(each.label), _written(name, enrolment.details[name]))
            for name, each in asked.FIELDS.items()
            if each.group == key and each.kept == "details" and enrolment.details.get(name) not in (None, "")
        ]
        if rows:
            yield str(label), rows


def _written(name: str, value: Any) -> str:
    return AMOUNTS[name](value) if name in AMOUNTS else str(value)


def check_list(unit: Unit, part: str, by: Post) -> None:
    by.require(*WRITERS, unit=unit)
    # Not `exists`: hoping to meet one soon, PostgreSQL would look through the year of everybody.
    if not first_ids(listed(unit, int(part)), 1):
        raise Refused(_("Nothing of your unit is registered for %(year)s yet.") % {"year": part})


def listed(unit: Unit, year: int) -> Any:
    """What a unit has registered for a year and sent; units typed under it are among its own."""
    led = Initiative.objects.led_by(unit.path_now).order_by().values("pk")
    states = [Enrolment.State.DRAFT, Enrolment.State.WITHDRAWN, *Enrolment.TOLD]
    return Enrolment.objects.filter(year=year, initiative__in=led).exclude(state__in=states)


def registrations(unit: Unit, year: int) -> Content:
    """The unit's list of a year. In Vietnamese, whatever the reader's language."""
    with override("vi"):
        rows = list(listed(unit, year).with_facts().order_by("initiative__sort_key", "pk"))
        first = rows[0] if rows else None
        to = first.committee.name if first and first.committee else ""
        movement = first.initiative.movement.name if first else "Dân vận khéo"
        new = sum(row.kind == Enrolment.Kind.NEW for row in rows)
        return Content(
            "ĐK",
            "Bản đăng ký",
            f"mô hình, điển hình “{movement}” năm {year}",
            (
                Text(
                    f"{unit.name} đăng ký {formats.number(len(rows))} mô hình, điển hình năm {year}, "
                    f"trong đó {formats.number(new)} mô hình mới, như sau:"
                ),
                table([(row.initiative, row.field, str(row.get_kind_display())) for row in rows]),
            ),
            addressees=(to,) if to else (),
            recipients=("Như trên",) if to else (),
        )


def table(rows: list[tuple[Initiative, Any, str]]) -> Grid:
    return Grid(
        ("TT", "Tên mô hình, điển hình", "Lĩnh vực", "Đơn vị thực hiện", "Địa bàn", "Ghi chú"),
        tuple(
            (str(place), each.name, field.name, each.owner.name, each.area.in_text, note)
            for place, (each, field, note) in enumerate(rows, start=1)
        ),
        (11, 47, 28, 35, 26, 18),
        (0,),
    )


# Lists of a committee


def number(draft: CatalogueDraft, part: str, given: Given, by: Post) -> None:
    draft.issue(number=given.number, signed_on=given.issued_on, signer=given.signer)


def correct(draft: CatalogueDraft, part: str, given: Given, by: Post, reason: str) -> None:
    if draft.catalogue is not None:
        draft.catalogue.correct_signature(
            number=given.number, signed_on=given.issued_on, signer=given.signer, by=by, reason=reason
        )


def signed(draft: CatalogueDraft, part: str, file: Any, by: Post) -> None:
    Catalogue.objects.filter(draft=draft).update(signed_file=file)


def decision(draft: CatalogueDraft) -> Content:
    """A list and the decision it hangs under. In Vietnamese, whatever the reader's language."""
    with override("vi"):
        plan = draft.plan.cited if draft.plan and draft.plan.number else ""
        return listing(draft, draft.rows(), plan, draft.reason)


def listing(list_: Catalogue | CatalogueDraft, rows: list[Any], plan: str, reason: str) -> Content:
    committee, year = list_.committee, list_.year
    ends = list_.purpose == Catalogue.Purpose.END
    movement = (rows[0] if ends else rows[0].initiative).movement.name if rows else "Dân vận khéo"
    things = f"mô hình, điển hình “{movement}” năm {year}"
    lines = [
        (row, row.field, "") if ends else (row.initiative, row.field, str(row.get_kind_display()))
        for row in rows
    ]
    does = "Đưa ra khỏi danh mục" if ends else "Phê duyệt"
    why = f" Lý do: {reason.rstrip('.')}." if ends and reason else ""
    head = f"{does} {formats.number(len(rows))} {things} (có danh mục kèm theo).{why}"
    return Content(
        "QĐ",
        "Quyết định",
        f"{does[:1].lower()}{does[1:]}{'' if ends else ' danh mục'}\n{things}",
        (
            Article(1, head),
            Article(
                2,
                "Các đơn vị có tên trong danh mục tổ chức thực hiện, định kỳ báo cáo kết quả theo quy định.",
            ),
            Article(
                3,
                f"Các thành viên {committee.name} và các đơn vị liên quan chịu trách nhiệm thi hành "
                "Quyết định này. Quyết định có hiệu lực từ ngày ký.",
            ),
            Annex(f"DANH MỤC\n{things}"),
            table(lines),
        ),
        bases=(
            *((f"Căn cứ {plan} của {committee.name}",) if plan else ()),
            "Căn cứ hồ sơ của các đơn vị và kết quả thẩm định",
        ),
        decides=f"{committee.name.upper()} QUYẾT ĐỊNH:" if len(committee.name) < 40 else "QUYẾT ĐỊNH:",
        recipients=("Như Điều 3", *((f"{committee.parent.name} (báo cáo)",) if committee.parent else ())),
    )


def issued(catalogue: Catalogue) -> Sheet:
    """A list that was issued: its paper, else the list under its number as the committee would head it."""
    from kheo.papers.models import Paper

    draft = CatalogueDraft.objects.filter(catalogue=catalogue).first()
    paper = Paper.objects.about(draft).standing().first() if draft else None
    if paper is not None:
        return paper.sheet
    ends = catalogue.purpose == Catalogue.Purpose.END
    if ends:
        rows = list(
            Initiative.objects.filter(endings__catalogue=catalogue).with_facts().order_by("sort_key", "pk")
        )
    else:
        rows = list(catalogue.entries())
    with override("vi"):
        plan = catalogue.plan.cited if catalogue.plan and catalogue.plan.number else ""
        content = listing(catalogue, rows, plan, "")
    return sheet_of(
        catalogue.committee,
        content,
        number=catalogue.number,
        issued_on=catalogue.signed_on,
        signer=catalogue.signer,
    )
