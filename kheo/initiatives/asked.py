"""What a registration asks for: the shipped form, and what a plan makes of it.

Each field is asked always, only when the initiative is proposed above its commune, or never. A plan's
`FormField` rows change that, and which are required; the rest stays as shipped.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.plans.models import FormField, Plan

ALWAYS, UPWARD, NEVER = FormField.Asked.ALWAYS, FormField.Asked.UPWARD, FormField.Asked.NEVER
Text = str | Promise


@dataclass(frozen=True)
class Asked:
    """One field: when it is asked, whether it must be answered then, and a filled example.

    `kept` says where the answer lives: "initiative", "enrolment" or "details". Fixed fields are part of
    every registration; no plan can leave them out.
    """

    name: str
    label: Text
    example: Text
    when: str = ALWAYS
    required: bool = False
    kept: str = "details"
    fixed: bool = False
    group: str = "what"


SHORT = [
    Asked(
        "name",
        _("Name of the initiative"),
        _("Bell of peace, bản Bãi Xa"),
        required=True,
        kept="initiative",
        fixed=True,
    ),
    Asked(
        "goal",
        _("Goal in one line"),
        _("No theft in the hamlet during 2026; all 86 households take part"),
        required=True,
        kept="initiative",
    ),
    Asked(
        "contact_name",
        _("Contact"),
        _("Vi Thị Hoa, head of the hamlet's Front committee"),
        required=True,
        kept="initiative",
    ),
    Asked("contact_phone", _("Contact's phone"), "0912 345 678", kept="initiative"),
]

LONG = [
    Asked(
        "need",
        _("Why it is needed"),
        _("Five buffaloes stolen since 2023; people dare not let them graze"),
        UPWARD,
        True,
        group="why",
    ),
    Asked(
        "targets",
        _("Goals that can be measured"),
        _("All 86 households sign; thefts from 5 a year to 0; 2 drills a quarter"),
        UPWARD,
        True,
        group="why",
    ),
    Asked(
        "beneficiaries",
        _("Whom it serves"),
        _("86 households, 352 people of bản Bãi Xa"),
        UPWARD,
        group="why",
    ),
    Asked(
        "method",
        _("How it is done"),
        _("Five bells, a watch each night, one signal for theft, one for fire"),
        UPWARD,
        True,
        group="how",
    ),
    Asked(
        "forces_lead",
        _("Who leads, and what they do"),
        _("The party cell: decides the rules, meets monthly"),
        UPWARD,
        True,
        group="how",
    ),
    Asked(
        "forces_join",
        _("Who cooperates, and what each does"),
        _("Commune police: training; Women's branch: the list of households"),
        UPWARD,
        group="how",
    ),
    Asked("resources_vnd", _("Money"), _("12.5 million"), UPWARD, group="means"),
    Asked("resources_work_days", _("Work days"), "120", UPWARD, group="means"),
    Asked("resources_land_m2", _("Land given"), "350", UPWARD, group="means"),
    Asked(
        "resources_goods",
        _("Goods and other means"),
        _("5 bells given by the border post"),
        UPWARD,
        group="means",
    ),
    Asked("span_first", _("From year"), "2021", UPWARD, True, group="when"),
    Asked("span_last", _("Until year"), "2025", UPWARD, True, group="when"),
    Asked(
        "milestones",
        _("Milestones"),
        _("March: rules agreed; April: start; June and December: review"),
        UPWARD,
        group="when",
    ),
    Asked(
        "outputs",
        _("What there will be at the end"),
        _("A set of rules, 5 bells, a watch list, a half-yearly report"),
        UPWARD,
        True,
        group="results",
    ),
    Asked(
        "lasting",
        _("How it lasts"),
        _("Costs nothing after the bells; the hamlet's convention names the watch"),
        UPWARD,
        True,
        group="results",
    ),
    Asked(
        "spreading",
        _("How it can spread"),
        _("Two neighbouring hamlets have asked for the rules"),
        UPWARD,
        group="results",
    ),
    Asked(
        "own_criteria",
        _("By what it wants to be judged"),
        _("Households taking part; thefts; how fast people come at the bell"),
        UPWARD,
        group="results",
    ),
    Asked(
        "results",
        _("Results so far"),
        _("No theft since May; 80 of 86 households take part"),
        UPWARD,
        group="results",
    ),
]

# An exemplar who is a person: asked whenever the subject is one.
PERSON = [
    Asked(
        "person_title", _("Title or work"), _("Head of the hamlet"), required=True, fixed=True, group="person"
    ),
    Asked(
        "person_done",
        _("What the person did"),
        _("Went to each of 40 households about the road; gave 105 m² first"),
        required=True,
        fixed=True,
        group="person",
    ),
    Asked(
        "person_result",
        _("What came of it"),
        _("All 40 gave land; 420 m of road in two months"),
        required=True,
        fixed=True,
        group="person",
    ),
]

FIELDS = {asked.name: asked for asked in [*SHORT, *LONG, *PERSON]}
GROUPS: dict[str, Text] = {
    "what": _("About it"),
    "why": _("Why, and for whom"),
    "how": _("How, and with whom"),
    "means": _("With what means"),
    "when": _("From when until when"),
    "results": _("What comes of it"),
}


def by_plan(plan: Plan | None, *, upward: bool, person: bool = False) -> dict[str, Asked]:
    """The fields asked for, by name, as the plan sets them. One query when there is a plan."""
    settings = {row.name: row for row in plan.form_fields.all()} if plan else {}
    found = {}
    for asked in FIELDS.values():
        if asked.group == "person" and not person:
            continue
        row = settings.get(asked.name)
        if row and not asked.fixed:
            asked = replace(
                asked, when=row.asked, required=row.required, example=row.example or asked.example
            )
        if asked.when == ALWAYS or (asked.when == UPWARD and upward):
            found[asked.name] = asked
    return found


def missing(enrolment: Any, fields: dict[str, Asked]) -> list[str]:
    """The labels of required fields that an enrolment leaves empty."""
    initiative = enrolment.initiative
    person = {asked.name: asked for asked in PERSON} if initiative.is_person else {}
    gaps = []
    for asked in (fields | person).values():
        holder = enrolment.details.get if asked.kept == "details" else lambda name: getattr(initiative, name)
        if asked.required and holder(asked.name) in (None, ""):
            gaps.append(str(asked.label))
    return gaps
