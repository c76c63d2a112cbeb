"""When a unit registers an initiative: what the form holds becomes a place, a body, a practice, a draft.

One transaction, so that a refusal half-way leaves nothing behind.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.initiatives.models import Consent, Draft, Enrolment, Initiative, Practice
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, same_name
from kheo.places.models import Area
from kheo.plans.models import current_movement
from kheo.units.models import Line, Post, Unit

# What a typed unit is called by, and the line it then belongs to; the first word that fits decides.
_LINES = {
    "chi bo": Line.PARTY,
    "dang bo": Line.PARTY,
    "mat tran": Line.FRONT,
    "phu nu": Line.WOMEN,
    "nong dan": Line.FARMERS,
    "cuu chien binh": Line.VETERANS,
    "chi doan": Line.YOUTH,
    "doan thanh nien": Line.YOUTH,
    "cong doan": Line.LABOUR,
    "truong": Line.AGENCY,
    "tram": Line.AGENCY,
    "to dan pho": Line.COMMUNITY,
    "xom": Line.COMMUNITY,
    "ban": Line.COMMUNITY,
    "khoi": Line.COMMUNITY,
    "thon": Line.COMMUNITY,
    "cau lac bo": Line.COMMUNITY,
    "to": Line.COMMUNITY,
}


def line_of(name: str, otherwise: str) -> str:
    """The line of a typed unit, read off its name; its superior's line where the name says nothing."""
    words = f" {fold(name)} "
    return next((line for word, line in _LINES.items() if f" {word} " in words), otherwise)


def save_draft(values: dict[str, Any], *, by: Post, enrolment: Enrolment | None = None) -> Enrolment:
    """The registration as a draft: a new one, or `enrolment` with what was changed.

    `values` is the cleaned data of a `RegistrationForm`; "under", if given, is the body under which a typed
    unit is added instead of one's own. Raises Refused with a sentence.
    """
    with transaction.atomic():
        area = _place(values, by)
        owner = _owner(values, by, area)
        practice = None
        if values.get("practice"):
            practice = Practice.objects.chosen_or_new(values["practice"], field=values["field"], by=by)
        facts = {
            "name": values["name"],
            "kind": values["kind"],
            "subject": values["subject"],
            "field": values["field"],
            "owner": owner,
            "area": area,
            "practice": practice,
            "goal": values.get("goal", ""),
            "contact_name": values.get("contact_name", ""),
            "contact_phone": values.get("contact_phone", ""),
        }
        year = {
            "field": values["field"],
            "kind": values["year_kind"],
            "level_asked": values["level_asked"],
            "details": values["details"],
        }
        if enrolment is None:
            enrolment = _register(facts, year, values["year"], by)
        else:
            enrolment.save_draft(by=by, values={"initiative": facts, "enrolment": year})
        _consent(enrolment.initiative, values, by)
        if upload := values.get("attachment"):
            Attachment.objects.store(upload, by=by, kind="registration", owner=enrolment)
    return enrolment


def known_body(name: str, commune: Area) -> Unit | None:
    """The living body of a commune, or of a hamlet in it, that bears this name; case and tone marks apart."""
    here = Q(area=commune) | Q(area__parent=commune)
    alike = Unit.objects.living().filter(here, folded=fold(name)).exclude(kind=Unit.Kind.COMMITTEE)
    return next((unit for unit in alike.order_by("pk") if same_name(unit.name, name)), None)


def drop(draft: Draft) -> None:
    """What was typed now lives in an enrolment: the copy goes."""
    draft.delete()


def _register(facts: dict[str, Any], year: dict[str, Any], of_year: int, by: Post) -> Enrolment:
    movement = current_movement()
    if movement is None:
        raise Refused(_("No movement has been launched yet. Ask the province to launch one."))
    initiative = Initiative(movement=movement, sample=facts["owner"].sample, **facts)
    initiative.check_writing(by)
    initiative.save()
    record(initiative, "created", by=by)
    return Enrolment.objects.draft(initiative, of_year, by=by, **year)


def _place(values: dict[str, Any], by: Post) -> Area:
    area = values.get("commune") or by.unit.area.today
    if values.get("hamlet"):
        commune = area.commune
        if commune is None:
            raise Refused(_("Choose the commune in which the hamlet lies."))
        return Area.objects.add_hamlet(values["hamlet"], "", commune, by=by)
    return area


def _owner(values: dict[str, Any], by: Post, area: Area) -> Unit:
    if not values.get("owner_typed"):
        return values["owner"]
    under = values.get("under") or by.unit
    return Unit.objects.add_typed(
        values["owner_typed"],
        under=under,
        line=line_of(values["owner_typed"], under.line),
        area=area,
        by=by,
    )


def _consent(initiative: Initiative, values: dict[str, Any], by: Post) -> None:
    """The person's consent as it was recorded; what stands already is not written again."""
    if not (initiative.is_person and values.get("consent")):
        return
    new = {"person": values["consent_person"], "given_on": values["consent_on"], "how": values["consent_how"]}
    standing = initiative.standing_consent
    upload = values.get("consent_file")
    if standing and upload is None and all(getattr(standing, key) == value for key, value in new.items()):
        return
    consent = Consent.objects.create(initiative=initiative, recorded_by=by, **new)
    if upload is not None:
        consent.file = Attachment.objects.store(upload, by=by, kind="consent", owner=initiative)
        consent.save(update_fields=["file"])
    record(initiative, "consent_recorded", by=by)
