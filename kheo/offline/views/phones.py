"""A person's phones, for the person and for whoever runs their account: what each holds, and its end."""

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.offline.forms import RevokeForm
from kheo.offline.holding import described
from kheo.offline.models import Phone
from kheo.units import people
from kheo.units.acting import Request


def my_phones(request: Request) -> HttpResponseBase:
    return redirect("phones_of", request.user.pk)


def phones_of(request: Request, pk: int) -> HttpResponseBase:
    """The phones of one person, the last met first."""
    person = _person(request, pk)
    rows = described(person, Phone.objects.of(person), by=request.post or request.user)
    return render(request, "offline/phones.html", {"person": person, "rows": rows})


def _person(request: Request, pk: int) -> User:
    """Oneself, or somebody whose account one administers; anybody else is not found."""
    known = User.objects.filter(pk=request.user.pk)
    if request.post is not None:
        known = known | people.people_of(request.post).order_by()
    return get_object_or_404(known.distinct(), pk=pk)


def phone_revoke(request: Request, pk: uuid.UUID) -> HttpResponseBase:
    """It was lost or passed on."""
    by = request.post or request.user
    seen = Phone.objects.visible_to(request.user).select_related("user")
    phone = get_object_or_404(seen, pk=pk)
    phone.check_revoke(by)
    form = RevokeForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: phone.revoke(by=by, reason=form.cleaned_data["reason"])):
        messages.success(
            request,
            _("The phone is revoked. At its next contact it hands in what it holds and empties itself."),
        )
        return redirect("phones_of", phone.user_id)
    return render(request, "offline/phone_revoke.html", {"phone": phone, "form": form})
