"""A registration that comes in an envelope: its form, its places carried to today, and how it is filed."""

from typing import Any

from django.utils.translation import gettext_lazy

from kheo.fieldwork.forms import read_key
from kheo.initiatives import registration
from kheo.initiatives.forms import RegistrationForm
from kheo.initiatives.models import Enrolment, OnBehalf
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib.periods import today
from kheo.offline import carrying, form_descriptions, kinds
from kheo.offline.envelopes import Envelope
from kheo.offline.kinds import Filed, Notes, Waits
from kheo.offline.models import Delivery
from kheo.places.models import Area
from kheo.units.models import Post, Unit


def bind(envelope: Envelope, post: Post) -> tuple[RegistrationForm, Notes]:
    """The registration's form, bound to what was typed, with body and commune as they are today."""
    post.require(*WRITERS)
    enrolment = corrected(envelope, post)
    typed, notes = envelope.typed(), []
    for name, model, carried in (
        ("owner", Unit, carrying.unit_today),
        ("commune", Area, carrying.area_today),
    ):
        known = _known(model, envelope.said(name))
        if known is not None:
            now, more = carried(known, envelope.pack_day)
            typed[name] = str(now.pk)
            notes += more
    form = RegistrationForm(typed, by=post, on=envelope.pack_day, enrolment=enrolment)
    if enrolment is None and "commune" in form.fields and form.fields["commune"].required:
        communes = Area.objects.on(today()).communes().within_now(post.unit.area)
        form.fields["commune"].queryset = communes  # type: ignore[attr-defined]
    return form, notes[:1]


def _known(model: Any, text: str) -> Any:
    pk = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    return model.objects.filter(pk=pk).first() if pk else None


def corrected(envelope: Envelope, post: Post) -> Enrolment | None:
    """The registration it corrects: named by its id, or by the envelope (`series`) it once came in."""
    seen = Enrolment.objects.visible_to(post).select_related("initiative__owner", "initiative__area")
    if named := envelope.said("enrolment"):
        found = seen.filter(pk=int(named) if named.isascii() and named.isdecimal() and len(named) < 19 else 0)
    else:
        series = read_key(envelope.said("series"))
        if series is None or series == envelope.id:
            return None
        before = Delivery.objects.of_envelope(series).filter(
            record_type="initiatives.enrolment", user=post.user_id
        )
        found = seen.filter(pk__in=before.values("record_id"))
    enrolment = found.first()
    if enrolment is None:
        raise Waits("not_found")
    enrolment.check_write(post)
    return enrolment


def file(form: RegistrationForm, envelope: Envelope, post: Post) -> Filed:
    """As the page does it: kept as a draft, then sent; what refuses the sending is said."""
    enrolment = form.enrolment
    if enrolment is not None:
        enrolment = Enrolment.objects.select_related("initiative__owner", "initiative__area").get(
            pk=enrolment.pk
        )
        enrolment.check_write(post)
    saved = registration.save_draft(form.cleaned_data, by=post, enrolment=enrolment)
    if enrolment is None:
        OnBehalf.objects.ask(saved, by=post, origin=OnBehalf.Origin.OTHER)
    return kinds.sent(saved, envelope, post)


def register() -> None:
    kinds.register(
        kinds.Kind(
            "registration",
            gettext_lazy("Registration"),
            "initiatives.enrolment",
            bind=bind,
            file=file,
            version=lambda post: form_descriptions.registration(RegistrationForm(by=post))["version"],
            beside=frozenset({"series", "enrolment"}),
        )
    )
