""" "Duy trì năm nay" in one envelope: which initiatives go on in a year, each enrolled as on the web page.

What cannot go on any more says why and hinders no other line. The envelope is received as one record of its
own (`Continuation`) as soon as one line stands; where none does it waits for a person.
"""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.audit.models import record
from kheo.initiatives.models import Initiative
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.offline import kinds
from kheo.offline.envelopes import Envelope
from kheo.offline.kinds import Filed, Notes
from kheo.offline.models import Continuation, ContinuationLine
from kheo.ui.forms import Form
from kheo.units.models import Post

Went = ContinuationLine.Went
# Named in a sentence on the phone; the page of the record names all.
NAMED = 10


class Ids(forms.Field):
    """Ids as several texts of one name."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        texts = [str(each).strip() for each in value or []]
        if any(not (each.isascii() and each.isdecimal() and len(each) < 19) for each in texts):
            raise forms.ValidationError(_("Choose the initiatives from the list again."))
        return list(dict.fromkeys(int(each) for each in texts))


class ContinuingForm(Form):
    """The year, and the initiatives that were ticked."""

    year = forms.IntegerField(label=gettext_lazy("Year"))
    pk = Ids(label=gettext_lazy("Initiatives"))

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not today().year - 1 <= year <= today().year + 1:
            raise forms.ValidationError(
                _("Only last year, this year and the next can be continued. Open the list anew.")
            )
        return year

    def clean_pk(self) -> list[int]:
        chosen: list[int] = self.cleaned_data["pk"]
        if not chosen:
            raise forms.ValidationError(_("Choose at least one line first."))
        return chosen


def bind(envelope: Envelope, post: Post) -> tuple[ContinuingForm, Notes]:
    post.require(*WRITERS)
    return ContinuingForm(envelope.typed()), []


def file(form: ContinuingForm, envelope: Envelope, post: Post) -> Filed:
    """Enrol each line; the record tells of all of them."""
    year, wanted = form.cleaned_data["year"], form.cleaned_data["pk"]
    seen = Initiative.objects.visible_to(post).filter(pk__in=wanted)
    known = {each.pk: each for each in seen.select_related("owner__parent", "area__parent", "field")}
    # In the order of their ids: two sittings at once lock them alike.
    lines = [_continue(known.get(pk), year, post, envelope.send) for pk in sorted(wanted)]
    refused = [line for line in lines if line.went == Went.REFUSED]
    if len(refused) == len(lines):
        raise Refused(_("None of it could be continued. %(why)s") % {"why": _named(refused)})
    made = Continuation.objects.create(series=envelope.id, unit=post.unit, year=year, by=post)
    for line in lines:
        line.continuation = made
    ContinuationLine.objects.bulk_create(lines)
    stand = len(lines) - len(refused)
    record(made, "continued", by=post, changes={"year": [None, year], "initiatives": [None, stand]})
    told = {"n": stand, "of": len(lines), "year": year}
    if not refused and all(line.went in (Went.SENT, Went.ALREADY) for line in lines):
        return Filed(made, "continued", told)
    if not refused and not envelope.send:
        return Filed(made, "kept")
    rest = [line for line in lines if line.went in (Went.REFUSED, Went.KEPT)]
    return Filed(made, "continued_some", told | {"left": _named(rest)})


def _continue(initiative: Initiative | None, year: int, post: Post, send: bool) -> ContinuationLine:
    if initiative is None:
        return ContinuationLine(
            went=Went.REFUSED,
            why=_("One of them is not within your reach any more; your office knows where."),
        )
    line = ContinuationLine(initiative=initiative, went=Went.KEPT)
    try:
        # A savepoint each: what is refused half-way leaves nothing of its own line.
        with transaction.atomic():
            line.enrolment = initiative.continue_in(year, by=post)
    except FasterColleague:
        line.went = Went.ALREADY
        line.enrolment = initiative.enrolments.filter(year=year).exclude(state="withdrawn").first()
        return line
    except Refused as refusal:
        line.went, line.why = Went.REFUSED, str(refusal)
        return line
    if send:
        try:
            with transaction.atomic():
                line.enrolment.send(by=post)
            line.went = Went.SENT
        except Refused as refusal:
            line.enrolment.refresh_from_db()
            line.why = _("“%(name)s” stays a draft: %(why)s") % {"name": initiative.name, "why": refusal}
    return line


def _named(lines: list[ContinuationLine]) -> str:
    said = list(dict.fromkeys(line.why for line in lines if line.why))
    more = len(said) - NAMED
    return " ".join([*said[:NAMED], _("And %(n)d more.") % {"n": more} if more > 0 else ""]).strip()


def register() -> None:
    kinds.register(
        kinds.Kind(
            "continuing",
            gettext_lazy("Continued this year"),
            "offline.continuation",
            bind=bind,
            file=file,
        )
    )
