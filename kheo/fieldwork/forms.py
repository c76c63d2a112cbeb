"""The one mouth for reports, from a page or from a phone, and for what decides about them."""

import copy
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.fieldwork.figures import MEASURED
from kheo.fieldwork.models import FieldReport, FigureKind, ReportFigure, UnitReport, UnitReportLine
from kheo.fieldwork.models.unit_reports import Line, asked_of, covered_by, names_covered_by, within_page
from kheo.fieldwork.models.versions import State
from kheo.files.forms import DocumentField, PhotoAnswersForm, PhotoField
from kheo.files.models import Photo
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.periods import today
from kheo.lib.rows import Worded
from kheo.places.models import Area
from kheo.plans.models import CalendarEntry, Field
from kheo.ui.forms import Form, HouseForm, LinedForm, ModelForm, NarrowingForm, VietnameseDateField
from kheo.units.forms import offer_communes
from kheo.units.models import Post, Unit


class InitiativeField(forms.ModelChoiceField):
    """A choice among the initiatives one sees. `known` (id as text → initiative) were looked up before."""

    def __init__(self, **kwargs: Any) -> None:
        self.known: Mapping[str, Initiative] = {}
        super().__init__(Initiative.objects.none(), **kwargs)

    def to_python(self, value: Any) -> Any:
        return self.known.get(value) or super().to_python(value)


# Forms of earlier days by what they ask, each for whoever comes next; there are as many as lists of kinds.
_READY: dict[tuple, "FieldReportForm"] = {}
MOST_READY = 16


_kinds_on = Worded(lambda day: FigureKind.objects.on(day), date)


class FieldReportForm(Form):
    """A field report. Bound as `FieldReportForm(data, files, by=post, on=day)`.

    `data` names the initiative by its id and, from a phone, the report by its UUID (`series`). Amounts
    are read as people write them ("1,5 triệu"). The day of the activity decides which enrolment it is for.
    """

    initiative = InitiativeField(widget=forms.HiddenInput)
    series = forms.UUIDField(required=False, widget=forms.HiddenInput)
    happened_on = VietnameseDateField(label=_("Day of the activity"))
    happened_until = VietnameseDateField(
        label=_("Until"), required=False, help_text=_("Only if it took several days.")
    )
    span = forms.ChoiceField(
        label=_("The report tells of"),
        choices=FieldReport.Span.choices,
        initial=FieldReport.Span.DAYS,
        help_text=_("The period is counted from the day of the activity."),
    )
    narrative = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 6}))
    target = forms.CharField(
        label=_("Target"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("As it was registered; change it if it has changed."),
    )
    reached = forms.CharField(
        label=_("Reached so far"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = PhotoField(
        label=_("Photos"),
        required=False,
        help_text=_(
            "Up to 10. Place and device data are removed. Photos stay inside until somebody answers for them."
        ),
    )
    photo_author = forms.CharField(label=_("Taken by"), max_length=120, required=False)
    photo_caption = forms.CharField(label=_("What the photos show"), max_length=1000, required=False)
    photo_on = VietnameseDateField(
        label=_("Taken on"),
        required=False,
        help_text=_("Left empty, the camera's day or the day of the activity counts."),
    )

    fields: dict[str, Any]
    # What is required depends on whether it is sent or kept as a draft.
    use_required_attribute = False
    examples = {
        "narrative": _(
            "On 5 July 40 households cleared the way; the commune's youth union poured 120 m of concrete."
        ),
        "target": _("420 m of road, 86 households taking part"),
        "reached": _("120 of 420 m; 80 of 86 households have signed"),
        "photo_author": _("Lô Văn Minh"),
        "photo_caption": _("People of bản Bãi Xa widen their road"),
    }
    DAYS = ["happened_on", "happened_until", "span"]
    WORDS = ["narrative", "target", "reached"]
    PHOTOS = ["photos", "photo_author", "photo_caption", "photo_on"]
    # Answered once for all photos that are handed in together; each can be answered apart later.
    ANSWERS = ("public_activity", "recognisable_people", "children", "told_or_agreed")

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        by: Post,
        on: date | None = None,
        report: FieldReport | None = None,
        **kwargs: Any,
    ) -> None:
        self.by, self.day, self.report = by, on or today(), report
        self.kinds = self._kinds()
        if report is not None:
            kwargs["initial"] = {**typed_into(report), **(kwargs.get("initial") or {})}
        self.amounts: dict[str, tuple[str, int | None]] = {}
        extra: dict[str, forms.Field] = {}
        examples: dict[str, Any] = {}
        for each in MEASURED.values():
            kinds = self.kinds.get(each.name, []) if each.by_kind else [None]
            for kind in kinds:
                name = f"{each.name}_{kind.code}" if kind else each.name
                self.amounts[name] = (each.name, kind.pk if kind else None)
                extra[name] = each.field(label=kind.name if kind else each.label, required=False)
                examples[name] = each.example
        for name in self.ANSWERS:
            asked: Any = Photo._meta.get_field(name)
            extra[f"photo_{name}"] = forms.ChoiceField(
                label=asked.verbose_name,
                choices=PhotoAnswersForm.CHOICES,
                required=False,
            )
        # Which fields there are depends on the plan and the day.
        self.examples = {**self.examples, **examples}  # type: ignore[misc]
        self.base_fields = {**type(self).base_fields, **extra}  # type: ignore[misc]
        super().__init__(data, files, **kwargs)
        seen = Initiative.objects.visible_to(by)
        self.fields["initiative"].queryset = seen.select_related("owner", "area__parent")

    @classmethod
    def ready(cls, *, by: Post, on: date, known: Mapping[str, Initiative]) -> "FieldReportForm":
        """An unbound form of a day, for `bound_to`, that knows these initiatives (id as text) and no others.

        Its fields are those of an earlier one wherever the same is asked: building them takes longer than
        reading a report.
        """
        kinds = tuple((each.pk, each.measure, each.code, each.name) for each in _kinds_on(on))
        if (earlier := _READY.get(kinds)) is None:
            if len(_READY) >= MOST_READY:
                _READY.clear()
            earlier = _READY[kinds] = cls(by=by, on=on)
        form = copy.copy(earlier)
        form.by, form.day, form.initial = by, on, {}
        choice = InitiativeField(widget=forms.HiddenInput)
        choice.known = known
        form.fields = {**earlier.fields, "initiative": choice}
        return form

    def _kinds(self) -> dict[str, list[FigureKind]]:
        """The kinds of the day, and those the report already uses."""
        found: dict[str, list[FigureKind]] = {}
        used = set()
        if self.report is not None:
            used = {row.kind_id for row in self.report.figures.all()}
        for kind in FigureKind.objects.all():
            if kind.valid_from <= self.day < kind.valid_to or kind.pk in used:
                found.setdefault(kind.measure, []).append(kind)
        return found

    # Parts, for the page

    def parts(self, names: Any) -> Iterator[forms.BoundField]:
        return (self[name] for name in names if name in self.fields)

    def days_part(self) -> Iterator[forms.BoundField]:
        return self.parts(self.DAYS)

    def words_part(self) -> Iterator[forms.BoundField]:
        return self.parts(self.WORDS)

    def photos_part(self) -> Iterator[forms.BoundField]:
        return self.parts(self.PHOTOS)

    def answers_part(self) -> Iterator[forms.BoundField]:
        return self.parts(f"photo_{name}" for name in self.ANSWERS)

    def figure_parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The amounts: those without kinds together, then each measure with its kinds."""
        plain = [
            self[name] for name, (measure, _kind) in self.amounts.items() if not MEASURED[measure].by_kind
        ]
        found: list[tuple[Any, list[forms.BoundField]]] = [("", plain)]
        for each in MEASURED.values():
            if each.by_kind:
                bound = [
                    self[name] for name, (measure, _kind) in self.amounts.items() if measure == each.name
                ]
                if bound:
                    found.append((each.label, bound))
        return found

    # Reading

    def clean_happened_on(self) -> date:
        day: date = self.cleaned_data["happened_on"]
        if day > today():
            raise forms.ValidationError(gettext("This day lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("happened_on"), data.get("happened_until")
        if first and last and last < first:
            self.add_error("happened_until", gettext("It ends before it begins. Check the two days."))
        if last and last > today():
            self.add_error("happened_until", gettext("This day lies in the future."))
        if data.get("photo_on") and data["photo_on"] > today():
            self.add_error("photo_on", gettext("This day lies in the future."))
        data["happened_until"] = last or first
        initiative = data.get("initiative")
        if initiative is not None and first:
            data["enrolment"] = enrolment_on(initiative, first)
            if data["enrolment"] is None:
                self.add_error(
                    None, gettext("It can be reported on once its registration is in a catalogue.")
                )
        return data

    def values(self) -> dict[str, Any]:
        """What was read, as fields of the report."""
        names = ("enrolment", *self.DAYS, *self.WORDS)
        return {name: self.cleaned_data[name] for name in names}

    def figures(self) -> dict[tuple[str, int | None], int]:
        """(measure, kind's id) → amount in the smallest unit, zeros left out."""
        return {
            key: self.cleaned_data[name] for name, key in self.amounts.items() if self.cleaned_data.get(name)
        }

    def answers(self) -> dict[str, bool]:
        """What was answered for all the photos handed in."""
        said = {name: self.cleaned_data.get(f"photo_{name}") for name in self.ANSWERS}
        return {name: answer == "yes" for name, answer in said.items() if answer}


def enrolment_on(initiative: Initiative, day: date) -> Enrolment | None:
    """The counted enrolment a report of that day belongs to: its year's, else the nearest before or after."""
    # Of the few years all are read, so that a batch may have read them before.
    counted = (each for each in initiative.enrolments.all() if each.state in Enrolment.COUNTED)
    years = sorted(counted, key=lambda each: (each.year, each.pk), reverse=True)
    before = [each for each in years if each.year <= day.year]
    return before[0] if before else (years[-1] if years else None)


def typed_into(report: FieldReport) -> dict[str, Any]:
    """A report as the form shows it."""
    # Nothing is asked again where many reports were fetched with their figures.
    prefetch_related_objects([report], Prefetch("figures", ReportFigure.objects.select_related("kind")))
    amounts = {
        f"{row.measure}_{row.kind.code}" if row.kind else row.measure: row.amount
        for row in report.figures.all()
    }
    return {
        "initiative": report.initiative.pk,
        "series": report.series,
        "happened_on": report.happened_on,
        "happened_until": report.happened_until if report.happened_until != report.happened_on else None,
        "span": report.span,
        "narrative": report.narrative,
        "target": report.target,
        "reached": report.reached,
        **amounts,
    }


class ReasonForm(Form):
    """Why something goes back, is given up or corrected. `seen` is the state the person was shown."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class PhotoForm(HouseForm, PhotoAnswersForm):
    """One photo: who took it, what it shows, and the questions about the people in it."""

    author = forms.CharField(label=_("Taken by"), max_length=120, required=False)
    caption = forms.CharField(
        label=_("Caption"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    alt = forms.CharField(
        label=_("What can be seen, for people who cannot see it"), max_length=300, required=False
    )
    taken_on = VietnameseDateField(label=_("Taken on"), required=False)

    examples = {
        "author": _("Lô Văn Minh"),
        "caption": _("People of bản Bãi Xa widen their road"),
        "alt": _("About twenty people with hoes beside a concrete road"),
    }
    WORDS = ("author", "caption", "alt", "taken_on")

    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.WORDS}

    def answers(self) -> dict[str, bool | None]:
        return {name: value for name, value in self.cleaned_data.items() if name in Photo.QUESTIONS}


class _AskedWhenShown(ModelChoiceIterator):
    """The choices of a field, which says what they are when they are gone through."""

    def __init__(self, field: Any) -> None:
        self.field = field

    queryset: Any = property(lambda self: self.field.queryset)


class EntryField(forms.ModelChoiceField):
    """A choice among report periods. Which they are is asked when one is named or shown: mostly none is."""

    iterator = _AskedWhenShown
    asked: Callable[[], Iterable[int]] | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CalendarEntry.objects.none(), **kwargs)

    def _asked_for(self) -> Any:
        if self.asked is not None:
            pks, self.asked = list(self.asked()), None
            self.queryset = CalendarEntry.objects.filter(pk__in=pks).order_by("closes", "pk")
        return self._offered

    def _offer(self, queryset: Any) -> None:
        self._offered: Any = queryset.all()
        self.widget.choices = self.choices

    queryset: Any = property(_asked_for, _offer)

    def label_from_instance(self, entry: Any) -> str:
        return entry_label(entry)


class UnitReportForm(LinedForm):
    """A unit's periodic report: a line for each running initiative, then words and the signed paper."""

    PARTS = {
        "line": forms.ChoiceField(
            choices=UnitReportLine.Standing.choices, initial=UnitReportLine.Standing.SAME, required=False
        ),
        "note": forms.CharField(label=_("Note"), max_length=1000, required=False),
    }
    series = forms.UUIDField(required=False, widget=forms.HiddenInput)
    entry = EntryField(
        label=_("Report period of the plan"),
        required=False,
        empty_label=_("None: a period of our own choice"),
    )
    period_first = VietnameseDateField(label=_("From"), required=False, example="01/01/2026")
    period_last = VietnameseDateField(label=_("Until"), required=False, example="30/06/2026")
    results = forms.CharField(label=_("Results"), widget=forms.Textarea(attrs={"rows": 5}))
    difficulties = forms.CharField(
        label=_("Difficulties"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    proposals = forms.CharField(
        label=_("Proposals"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    number = forms.CharField(label=_("Number of the document"), max_length=60, required=False)
    signed_on = VietnameseDateField(label=_("Signed on"), required=False)
    signer = forms.CharField(label=_("Signed by"), max_length=120, required=False)
    signed_file = DocumentField(label=_("The signed report, scanned or photographed"), required=False)

    use_required_attribute = False
    examples = {
        "results": _("12 initiatives run; 3 are new. 86 households gave 659 m² for the road of bản Bãi Xa."),
        "difficulties": _("Two hamlets have no signal; the fund of the watch is used up."),
        "proposals": _("The province prints the signal card for all hamlets."),
        "number": "12-BC/ĐU",
        "signer": _("Lương Văn Vinh, secretary"),
    }
    PERIOD = ["entry", "period_first", "period_last"]
    WORDS = ["results", "difficulties", "proposals"]
    PAPER = ["number", "signed_on", "signer"]

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        by: Post,
        on: date | None = None,
        report: UnitReport | None = None,
        also: Iterable[int] = (),
        brief: bool = False,
        **kwargs: Any,
    ) -> None:
        """`also`: ids of what it tells of besides, because it ran when this was written without signal.

        `brief`: of the initiatives only what a line needs is read, enough to take what was typed.
        """
        self.by, self.day, self.report = by, on or today(), report
        self.initiatives: list[Any] = names_covered_by(by) if brief else list(covered_by(by))
        if besides := set(also) - {each.pk for each in self.initiatives}:
            self.initiatives += within_page(by).filter(pk__in=besides)
        initial: dict[str, Any] = {}
        if report is not None:
            initial = typed_page(report)
            known = {each.pk for each in self.initiatives}
            # What has ended meanwhile stays on the page it was reported on.
            self.initiatives += [
                line.initiative
                for line in report.lines.select_related("initiative__owner", "initiative__area__parent")
                if line.initiative_id not in known
            ]
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(data, files, **kwargs)
        self.ask_lines({each.pk: each for each in self.initiatives})
        self.fields["entry"].asked = self._entries

    def _entries(self) -> list[int]:
        """The report periods it may be for: those asked of the unit, and the one it is for already."""
        entries = [each.pk for each in asked_of(self.by, self.day)]
        if self.report is not None and self.report.entry_id:
            entries.append(self.report.entry_id)
        return entries

    def dress(self, part: str, field: forms.Field, about: Any) -> None:
        # The name stands beside it in the table; these are for those who hear the page.
        if part == "line":
            field.label, words = about.name, gettext("How it stands: %s")
        else:
            words = gettext("Note on: %s")
        field.widget.attrs["aria-label"] = words % about.name

    def parts(self, names: Any) -> Iterator[forms.BoundField]:
        return (self[name] for name in names if name in self.fields)

    def period_part(self) -> Iterator[forms.BoundField]:
        return self.parts(self.PERIOD)

    def words_part(self) -> Iterator[forms.BoundField]:
        return self.parts(self.WORDS)

    def paper_part(self) -> Iterator[forms.BoundField]:
        return self.parts([*self.PAPER, "signed_file"])

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"initiative": each, "standing": self[f"line_{each.pk}"], "note": self[f"note_{each.pk}"]}
            for each in self.initiatives
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        entry = data.get("entry")
        if entry is not None:
            data["period_first"] = entry.period_first or entry.opens
            data["period_last"] = entry.period_last or entry.closes
        else:
            for name in ("period_first", "period_last"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Choose a period of the plan, or write both days."))
        first, last = data.get("period_first"), data.get("period_last")
        if first and last and first > last:
            self.add_error("period_last", gettext("It ends before it begins. Check the two days."))
        for each in self.initiatives:
            if data.get(f"line_{each.pk}") == UnitReportLine.Standing.STOPPED and not data.get(
                f"note_{each.pk}"
            ):
                self.add_error(
                    f"note_{each.pk}", gettext("Say why “%(name)s” is to stop.") % {"name": each.name}
                )
        return data

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.PERIOD, *self.WORDS, *self.PAPER)}

    def lines(self) -> list[Line]:
        return [
            Line(
                each,
                self.cleaned_data.get(f"line_{each.pk}") or UnitReportLine.Standing.SAME,
                self.cleaned_data.get(f"note_{each.pk}") or "",
            )
            for each in self.initiatives
        ]


def entry_label(entry: CalendarEntry) -> str:
    from kheo.lib.formats import short_date

    return gettext("%(name)s, due %(day)s") % {"name": entry.name, "day": short_date(entry.closes)}


def typed_page(report: UnitReport) -> dict[str, Any]:
    """A unit's report as the form shows it."""
    names = ("series", *UnitReportForm.PERIOD[1:], *UnitReportForm.WORDS, *UnitReportForm.PAPER)
    typed: dict[str, Any] = {name: getattr(report, name) for name in names}
    typed["entry"] = report.entry_id
    if report.entry_id:
        typed["period_first"] = typed["period_last"] = None
    for line in report.lines.all():
        typed[f"line_{line.initiative_id}"] = line.standing
        typed[f"note_{line.initiative_id}"] = line.note
    return typed


class SignedFileForm(Form):
    signed_file = DocumentField(label=_("The signed report, scanned or photographed"))


class KindForm(ModelForm):
    """A source of money or a kind of land, as a province names it."""

    class Meta:
        model = FigureKind
        fields = ["measure", "name", "order"]

    examples = {"name": _("Đất rừng sản xuất"), "order": "5"}


class FilterForm(NarrowingForm):
    """The words and choices a list is narrowed by. Nothing is required; what cannot be read is left out."""

    fields: dict[str, Any]
    q = forms.CharField(label=pgettext_lazy("filter", "Name"), max_length=200, required=False)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    field = forms.ModelChoiceField(
        Field.objects.all(), label=_("Field of work"), required=False, empty_label=_("All")
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    commune = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune or ward"), required=False, empty_label=_("All")
    )

    body = forms.ModelChoiceField(Unit.objects.none(), label=_("Body"), required=False, empty_label=_("All"))

    def __init__(self, data: Any, *, by: Any, of_units: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        year = today().year
        self.fields["year"].choices = [
            ("", gettext("All")), *((each, str(each)) for each in range(year + 1, 2019, -1))
        ]  # fmt: skip
        self.fields["state"].choices = [("", gettext("All")), *State.choices]
        if str(self.data.get("body", "")).isdigit():
            # Where a link asked for one body's records: shown, so that it can be let go of.
            self.fields["body"].queryset = Unit.objects.filter(pk=self.data["body"])
        else:
            del self.fields["body"]
        if of_units:
            del self.fields["field"], self.fields["commune"]
            self.fields["q"].label = gettext("Unit")
        else:
            offer_communes(self, by)


def read_key(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
