"""The one way forms look and behave: label, example, help, error, each tied to its field.

Input is NFC. What was typed stays in the field, also when it was not understood.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.renderers import TemplatesSetting
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.lib import formats, numbers
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc

# A text area that names no limit of its own takes this much: a long directive, not a flood.
LONGEST_TEXT = 100_000

# Said instead of Django's own words, where a field has no better sentence of its own.
PLAIN_SENTENCES = {
    "required": _("This is still empty."),
    "invalid_choice": _("Choose one from the list."),
}
_DJANGOS = {
    "required": forms.Field.default_error_messages["required"],
    "invalid_choice": forms.ChoiceField.default_error_messages["invalid_choice"],
}


class BoundField(forms.BoundField):
    """Ties the example to its field, beside help and errors."""

    @property
    def aria_describedby(self) -> str | None:
        ids = (super().aria_describedby or "").split()
        if self.auto_id and not self.is_hidden and getattr(self.field, "example", ""):
            ids.append(f"{self.auto_id}_example")
        return " ".join(ids) or None


class AtOnce(forms.models.ModelChoiceIterator):
    """Choices read by one question: on PostgreSQL Django opens a cursor for each list, as if it were long."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for each in self.queryset.all():
            yield self.choice(each)


class Renderer(TemplatesSetting):
    """House templates for forms, fields and error lists."""

    form_template_name = "ui/form/form.html"
    formset_template_name = "ui/form/formset.html"
    field_template_name = "ui/form/field.html"
    bound_field_class = BoundField


class HouseForm:
    """What all forms share. `examples` maps a field to a filled example, shown beside its label."""

    examples: ClassVar[Mapping[str, str | Promise]] = {}
    fields: dict[str, forms.Field]
    result: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The error summary at the top speaks for the whole; Django's colon is not Vietnamese custom here.
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if example := self.examples.get(name):
                field.example = example  # type: ignore[attr-defined]
            _prepare(field)

    def bound_to(self, data: Any, files: Any = None) -> Any:
        """This form bound to other data. It shares its fields, which takes a tenth of building them anew."""
        other: Any = copy.copy(self)
        for name in ("cleaned_data", "changed_data"):
            vars(other).pop(name, None)
        other.data, other.files, other.is_bound = data, MultiValueDict() if files is None else files, True
        other._errors, other._bound_fields_cache, other.result = None, {}, None
        return other

    def attempt(self, verb: Callable[[], Any]) -> bool:
        """Run the verb; True with its answer in `.result`, or False with the refusal shown on the form."""
        try:
            self.result = verb()
        except Refused as refusal:
            self.add_error(None, str(refusal))  # type: ignore[attr-defined]
            return False
        return True


class Form(HouseForm, forms.Form):
    """Base of plain forms."""


class NarrowingForm(Form):
    """The words and choices a list is narrowed by. Nothing is required; what cannot be read is left out."""

    def chosen(self) -> dict[str, Any]:
        """What could be read; the rest as if it had not been asked for."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class ModelForm(HouseForm, forms.ModelForm):
    """Base of model forms."""


class Fields(MutableMapping[str, forms.Field]):
    """The fields of a form with hundreds of lines. One of a line is made when somebody looks at it."""

    def __init__(
        self,
        once: Mapping[str, forms.Field],
        lines: Iterable[str],
        make: Callable[[str], forms.Field],
    ) -> None:
        """`once` are the fields asked once, `lines` the names of the others, each made by `make(name)`."""
        self.once, self.lines, self.make = dict(once), dict.fromkeys(lines), make
        self.made: dict[str, forms.Field] = {}

    def __getitem__(self, name: str) -> forms.Field:
        if name not in self.lines:
            return self.once[name]
        if name not in self.made:
            self.made[name] = self.make(name)
        return self.made[name]

    def __setitem__(self, name: str, field: forms.Field) -> None:
        (self.made if name in self.lines else self.once)[name] = field

    def __delitem__(self, name: str) -> None:
        del (self.lines if name in self.lines else self.once)[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.once
        yield from self.lines

    def __contains__(self, name: object) -> bool:
        return name in self.once or name in self.lines

    def __len__(self) -> int:
        return len(self.once) + len(self.lines)


class LinedForm(Form):
    """A form that asks the same on each of hundreds of lines, after the fields it asks once.

    `PARTS` are the fields of one line, by the first part of their names: `note` of the line with key 7 is
    `note_7`. Every line is read by these same fields; one of its own is made for whoever looks at it.
    """

    PARTS: ClassVar[Mapping[str, forms.Field]] = {}
    fields: Any
    initial: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for field in cls.PARTS.values():
            _prepare(field)

    def ask_lines(self, about: Mapping[int, Any]) -> None:
        """A line for each key. `dress(part, field, about[key])` makes a field of it ready for the page."""

        def make(name: str) -> forms.Field:
            part, _dash, key = name.partition("_")
            field = copy.deepcopy(self.PARTS[part])
            self.dress(part, field, about[int(key)])
            return field

        names = [f"{part}_{key}" for key in about for part in self.PARTS]
        self.fields = Fields(self.fields, names, make)

    def beginning(self, part: str, key: int) -> Any:
        """What a line says before anybody has typed."""
        return self.initial.get(f"{part}_{key}", self.PARTS[part].initial)

    def dress(self, part: str, field: forms.Field, about: Any) -> None:
        """Give the field of one line its label, and what only those who hear the page need."""

    def _clean_fields(self) -> None:
        every, self.fields = self.fields, self.fields.once
        try:
            super()._clean_fields()  # type: ignore[misc]
        finally:
            self.fields = every
        for name in every.lines:
            field = self.PARTS[name.partition("_")[0]]
            typed = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            try:
                self.cleaned_data[name] = field.clean(typed)
            except ValidationError as error:
                self.add_error(name, error)


def _prepare(field: forms.Field) -> None:
    """NFC, a bound on length and the house's date field for what Django made by itself."""
    for code, sentence in PLAIN_SENTENCES.items():
        if code in field.error_messages and field.error_messages[code] == _DJANGOS.get(code):
            field.error_messages[code] = sentence
    if isinstance(field, forms.CharField):
        _read_nfc(field)
        if field.max_length is None and isinstance(field.widget, forms.Textarea):
            field.max_length = LONGEST_TEXT
            field.validators.append(MaxLengthValidator(LONGEST_TEXT))
            field.widget.attrs.setdefault("maxlength", str(LONGEST_TEXT))
    if isinstance(field, forms.ModelChoiceField):
        field.iterator = AtOnce
    if isinstance(field.widget, forms.Textarea):
        field.widget.attrs.setdefault("rows", "5")
        field.widget.attrs.pop("cols", None)
    if type(field.widget) in (forms.DateInput,) and not isinstance(field, VietnameseDateField):
        _date_widget(field.widget)
    if isinstance(field.widget, forms.ClearableFileInput):
        field.widget.template_name = "ui/form/file.html"


def _read_nfc(field: forms.CharField) -> None:
    """NFC before anything else looks at the text, so that lengths and choices count composed letters."""
    if getattr(field, "reads_nfc", False):
        return
    plain = field.to_python

    def to_python(value: Any) -> Any:
        return plain(nfc(value) if isinstance(value, str) else value)

    field.to_python = to_python  # type: ignore[method-assign]
    field.reads_nfc = True  # type: ignore[attr-defined]


def _date_widget(widget: forms.Widget) -> None:
    widget.attrs.setdefault("inputmode", "numeric")
    widget.attrs.setdefault("autocomplete", "off")
    widget.attrs.setdefault("class", "input--date")


class QuantityInput(forms.TextInput):
    """A number as text, because people write "1,5 triệu"; shown again in Vietnamese form."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "class": "input--number", **(attrs or {})})


class QuantityField(forms.Field):
    """Reads a quantity into whole smallest units (`kheo.lib.numbers`), bounded by `least` and `most`."""

    quantity: numbers.Quantity = numbers.COUNT
    unit: str | Promise = ""
    widget = QuantityInput
    default_error_messages = {
        "least": _("This cannot be less than %(bound)s."),
        "most": _("This cannot be more than %(bound)s."),
    }

    def __init__(self, *, least: int = 0, most: int = numbers.MOST, **kwargs: Any) -> None:
        self.least, self.most = least, most
        self.example = kwargs.pop("example", self.quantity.example)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return numbers.parse_quantity(str(value), self.quantity)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.least:
            raise ValidationError(
                self.error_messages["least"], code="least", params={"bound": self.shown(self.least)}
            )
        if value > self.most:
            raise ValidationError(
                self.error_messages["most"], code="most", params={"bound": self.shown(self.most)}
            )

    def prepare_value(self, value: Any) -> Any:
        return self.shown(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    def shown(self, value: int) -> str:
        return formats.short_decimal(value / self.quantity.plain if self.quantity.plain > 1 else value, 2)


class VndField(QuantityField):
    """Money in đồng."""

    quantity, unit = numbers.VND, _("đồng")


class AreaM2Field(QuantityField):
    """Land in hundredths of a square metre."""

    quantity, unit = numbers.AREA_M2, "m²"


class WorkDaysField(QuantityField):
    """Work days in tenths."""

    quantity, unit = numbers.WORK_DAYS, _("work days")


class LengthField(QuantityField):
    """Length in centimetres, typed in metres."""

    quantity, unit = numbers.LENGTH, "m"


class CountField(QuantityField):
    """A number of things or people."""

    quantity = numbers.COUNT


class VietnameseDateField(forms.DateField):
    """A day as dd/mm/yyyy (5/7/2026, 05-07-2026, 5.7.2026) or ISO; shown again as dd/mm/yyyy."""

    default_error_messages = {
        "invalid": _("This is not a date. Write day/month/year, for example 23/05/2026."),
        "far": _("The year must lie between 1930 and 2100."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y"])
        kwargs.setdefault("widget", forms.DateInput(format="%d/%m/%Y"))
        self.example = kwargs.pop("example", "23/05/2026")
        super().__init__(**kwargs)
        _date_widget(self.widget)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            value = "".join(nfc(value).split())
        day = super().to_python(value)
        if isinstance(day, datetime):
            day = day.date()
        if day is not None and not 1930 <= day.year <= 2100:
            raise ValidationError(self.error_messages["far"], code="far")
        return day
