"""Everyone's first page, a body's page, and what others owe."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from kheo.duties.due import committees_to_renew, due_from_others, plans_chased_by, without_registration
from kheo.duties.extent import with_standing
from kheo.duties.first_page import actions, counts
from kheo.duties.messages import bodies_for
from kheo.duties.models import Visit
from kheo.duties.unit_page import UnitPage
from kheo.messaging.kinds import kinds
from kheo.messaging.models import offers, offers_of
from kheo.ui.lists import wants_xlsx, xlsx_response
from kheo.ui.registry import panels
from kheo.units.acting import Request
from kheo.units.models import Unit
from kheo.units.reach import scope


def home(request: Request) -> HttpResponseBase:
    return render(
        request,
        "duties/home.html",
        {
            "panels": panels.shown_to(request),
            "actions_of_role": actions(request.post),
            "counts": counts(request.post),
        },
    )


def our_unit(request: Request) -> HttpResponseBase:
    return redirect("unit_page", request.post_or_refuse().unit_id)


def unit_page(request: Request, pk: int) -> HttpResponseBase:
    """A body's own page, for its people and for those above it."""
    reached = scope(with_standing(Unit.objects.all()), request.user, unit="self", area="area")
    unit = get_object_or_404(reached, pk=pk)
    heir = unit.today
    if heir.pk != unit.pk and reached.filter(pk=heir.pk).exists():
        told = _("%(unit)s is no more. Its work is found here, at the body that answers for it today.")
        messages.info(request, told % {"unit": unit})
        return redirect("unit_page", heir.pk)
    since = Visit.objects.note(request.user, unit)
    page = UnitPage(unit, user=request.user, post=request.post, since=since)
    return render(request, "duties/unit.html", {"unit": unit, "unit_page": page})


def due(request: Request) -> HttpResponseBase:
    rows = due_from_others(request.post_or_refuse())
    if wants_xlsx(request):
        columns = [
            (_("What"), "name"),
            (_("Kind"), "kind"),
            (_("By"), "of"),
            (_("Have sent"), "done"),
            (_("Asked"), "asked"),
            (_("Not yet"), "missing"),
            (_("until"), "closes"),
        ]
        return xlsx_response("ai-chua-gui.xlsx", columns, rows)
    return render(request, "duties/due.html", {"rows": rows})


def registrations_due(request: Request, pk: int) -> HttpResponseBase:
    plan = get_object_or_404(plans_chased_by(request.post_or_refuse()), pk=pk)
    if plan.committee.area.commune is not None:
        raise Http404
    communes = without_registration(plan)
    if wants_xlsx(request):
        return xlsx_response("xa-chua-dang-ky.xlsx", [(_("Commune or ward"), "full_name")], communes)
    bodies = {unit.area_id: unit for unit in bodies_for(communes)}
    ready = offers(kinds["registration_due"], request.post, plan, bodies.values())
    rows = [(area, ready.get(bodies[area.pk].pk) if area.pk in bodies else None) for area in communes]
    return render(
        request, "duties/registrations_due.html", {"plan": plan, "communes": communes, "rows": rows}
    )


def renewals_due(request: Request) -> HttpResponseBase:
    """Steering committees within reach that have waited too long for their renewal."""
    post = request.post_or_refuse()
    found = committees_to_renew(post)
    ready = offers_of(kinds["committee_renewal"], post, [(each, [each.unit]) for each in found])
    return render(
        request, "duties/renewals_due.html", {"rows": [(each, ready.get(each.pk)) for each in found]}
    )
