"""A form as the phone draws it: the very fields of the web page, as plain values.

A description is `{"version", "fields", "groups"}`. A field has `name`, `label`, `kind` and `required`,
and what it needs of `help`, `min`, `max`, `options`, `example`, `unit`, `suggest`, `spoken`, `disabled`,
`group`, `locate`, `when` and `initial`. `kind` is one of KINDS. `max` counts letters, photos, or the
smallest units of a quantity. `when` is `{other field: [values]}`: the field is asked for only then.
`suggest` names an item of the pack from which words are offered. `locate` names the item that holds the
borders of the areas among which one chooses. Documents (other files than photos) are added on the web
page; they are left out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kheo.fieldwork.figures import MEASURED
from kheo.fieldwork.forms import FieldReportForm, UnitReportForm
from kheo.fieldwork.models import UnitReportLine
from kheo.files.forms import PhotoField
from kheo.initiatives import asked
from kheo.initiatives.forms import RegistrationForm
from kheo.initiatives.models import Initiative
from kheo.lib import numbers
from kheo.places.models import Area
from kheo.ui import forms as ui
from kheo.units.models import Level

Description = dict[str, Any]
# The item of the pack with the borders of communes.
BORDERS = "borders"
# (key, heading, names of its fields in their order)
Groups = Sequence[tuple[str, Any, Iterable[str]]]

KINDS = (
    "text",
    "textarea",
    "choice",
    "radio",
    "choices",
    "checkbox",
    "date",
    "number",
    "money",
    "area",
    "workdays",
    "length",
    "count",
    "photos",
    "hidden",
)
_QUANTITIES: tuple[tuple[type[forms.Field], str], ...] = (
    (ui.VndField, "money"),
    (ui.AreaM2Field, "area"),
    (ui.WorkDaysField, "workdays"),
    (ui.LengthField, "length"),
    (ui.CountField, "count"),
)


def describe(
    form: ui.HouseForm, groups: Groups, *, when: Mapping[str, Mapping[str, Sequence[str]]] | None = None
) -> Description:
    """An unbound form in the reader's language, its fields in the order of the groups; the rest come last."""
    group_of = {name: key for key, _label, names in groups for name in names}
    names = [*(name for name in group_of if name in form.fields)]
    names += [name for name in form.fields if name not in group_of]
    fields = [
        {**told, **_some(group=group_of.get(name), when=(when or {}).get(name))}
        for name in names
        if (told := _field(form, name)) is not None
    ]
    used = {each.get("group") for each in fields}
    headed = [[key, str(label)] for key, label, _names in groups if key in used]
    return {"version": fingerprint([fields, headed]), "fields": fields, "groups": headed}


def fingerprint(content: Any) -> str:
    """Twelve hex digits that change when the content does: how phone and server name a version."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def kind_of(field: forms.Field) -> str | None:
    """How the phone asks for it; None for what a phone cannot hand in."""
    if isinstance(field, PhotoField):
        return "photos"
    if isinstance(field, forms.FileField):
        return None
    if field.widget.is_hidden:
        return "hidden"
    if isinstance(field, forms.DateField):
        return "date"
    for known, kind in _QUANTITIES:
        if isinstance(field, known):
            return kind
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return "choices"
    if isinstance(field, forms.BooleanField):
        return "checkbox"
    if isinstance(field.widget, forms.RadioSelect):
        return "radio"
    if isinstance(field.widget, forms.Select):
        return "choice"
    if isinstance(field, forms.IntegerField):
        return "number"
    return "textarea" if isinstance(field.widget, forms.Textarea) else "text"


def _field(form: Any, name: str) -> dict[str, Any] | None:
    field: Any = form.fields[name]
    kind = kind_of(field)
    if kind is None:
        return None
    options = None
    if kind in ("choice", "radio", "choices"):
        options = [[str(value), str(label)] for value, label in _flat(field.widget.choices)]
    least, most = _bounds(field)
    return {
        "name": name,
        "label": str(form[name].label),
        "kind": kind,
        "required": bool(field.required),
        **_some(
            help=str(field.help_text or ""),
            min=least,
            max=most,
            options=options,
            example=str(getattr(field, "example", "") or ""),
            unit=str(getattr(field, "unit", "") or ""),
            suggest=field.widget.attrs.get("list"),
            spoken=_spoken(field),
            locate=BORDERS if _is_place(field) else None,
            disabled=field.disabled or None,
            initial=_initial(form[name]),
        ),
    }


def _some(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _spoken(field: forms.Field) -> str | None:
    """What a person who hears the page is told where the label alone would not do."""
    said = field.widget.attrs.get("aria-label")
    return str(said) if said else None


def _is_place(field: Any) -> bool:
    """Whether an area is chosen, which the phone may find by where it is."""
    if not isinstance(field, forms.ModelChoiceField) or isinstance(field, forms.ModelMultipleChoiceField):
        return False
    return field.queryset is not None and field.queryset.model is Area


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _bounds(field: Any) -> tuple[Any, Any]:
    if isinstance(field, PhotoField):
        return None, field.most
    if isinstance(field, ui.QuantityField):
        return field.least or None, field.most if field.most != numbers.MOST else None
    if isinstance(field, forms.IntegerField):
        return field.min_value, field.max_value
    return None, getattr(field, "max_length", None)


def _initial(bound: forms.BoundField) -> Any:
    """What stands in the field at first, as the web page writes it."""
    value = bound.value()
    if value is None or isinstance(bound.field, forms.FileField):
        return None
    if isinstance(value, bool):
        return "on" if value else None
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    if isinstance(bound.field, forms.DateField):
        return bound.field.widget.format_value(value)
    return str(value)


# ---- the forms of the field ----


def report(form: FieldReportForm) -> Description:
    """The field report: the day, words, figures by source or kind, photos and the people in them."""
    plain = [name for name, (measure, _kind) in form.amounts.items() if not MEASURED[measure].by_kind]
    by_kind = [
        (each.name, each.label, [name for name, key in form.amounts.items() if key[0] == each.name])
        for each in MEASURED.values()
        if each.by_kind
    ]
    return describe(
        form,
        [
            ("when", _("Time of the activity"), form.DAYS),
            ("what", _("What was done and reached"), form.WORDS),
            ("figures", _("Figures"), plain),
            *by_kind,
            ("photos", _("Photos"), form.PHOTOS),
            (
                "people",
                _("About the people in these photos (now, or later for each photo)"),
                [f"photo_{name}" for name in form.ANSWERS],
            ),
        ],
    )


def registration(form: RegistrationForm) -> Description:
    """The registration with all its parts; level and subject decide which of them are asked for."""
    short = [*form.SHORT, *(name for name in form.short if name not in form.SHORT)]
    long = {
        key: [name for name, each in form.long.items() if each.group == key and name not in short]
        for key in asked.GROUPS
    }
    upward = {"level_asked": [str(Level.PROVINCE)]}
    person = {"subject": [str(Initiative.Subject.PERSON)]}
    when = dict.fromkeys((name for names in long.values() for name in names), upward)
    when |= dict.fromkeys(form.PERSON, person)
    found = describe(
        form,
        [
            ("short", _("The short form"), short),
            ("person", _("Only for an exemplar who is a person"), form.PERSON),
            *((key, label, long[key]) for key, label in asked.GROUPS.items()),
        ],
        when=when,
    )
    # What the page decides when it is sent, the phone must know before: asked for and required are one there.
    must = {name for name, each in form.long.items() if each.required} | {each.name for each in asked.PERSON}
    for each in found["fields"]:
        if each["name"] in must and "when" in each:
            each["required"] = True
    found["version"] = fingerprint([found["fields"], found["groups"]])
    return found


def unit_report(form: UnitReportForm) -> Description:
    """The periodic report: its `lines`, one a running initiative, then words and the signed paper.

    A line is `{"id", "name", "place", "owner", "standing", "note"}`, its fields `line_<id>` and `note_<id>`;
    `standings` are the choices of the first, `note_max` the letters of the second. `either` names fields of
    which one way must be filled whole, and the sentence where none is.
    """
    each_line = [name for each in form.initiatives for name in (f"line_{each.pk}", f"note_{each.pk}")]
    own = form.by.unit_id
    lines = [
        {
            "id": each.pk,
            "name": each.name,
            "place": each.area.in_text,
            **_some(owner=str(each.owner) if each.owner_id != own else ""),
            "standing": str(form.beginning("line", each.pk)),
            "note": str(form.beginning("note", each.pk) or ""),
        }
        for each in form.initiatives
    ]
    for name in each_line:
        # Told once for all lines: a hundred initiatives are not a hundred forms.
        del form.fields[name]
    found = describe(
        form,
        [
            ("period", _("Period"), form.PERIOD),
            ("words", _("In words"), form.WORDS),
            ("paper", _("The signed paper, if there is one"), form.PAPER),
        ],
    )
    found["groups"].insert(1, ["lines", _("How every running initiative stands")])
    found |= {
        "lines": lines,
        "standings": [[str(value), str(label)] for value, label in UnitReportLine.Standing.choices],
        "note_max": UnitReportLine._meta.get_field("note").max_length,
        "either": {
            "ways": [["entry"], ["period_first", "period_last"]],
            "sentence": _("Choose a period of the plan, or write both days."),
        },
    }
    # An initiative more or less is no other form: whoever wrote without it is told so by a note.
    asked = {name: value for name, value in found.items() if name not in ("version", "lines")}
    found["version"] = fingerprint(asked)
    return found
