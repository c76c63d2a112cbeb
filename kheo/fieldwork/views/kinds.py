"""The sources of money and kinds of land reports are asked for: a list the administrator keeps."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.audit.models import record
from kheo.fieldwork.forms import KindForm
from kheo.fieldwork.models import FigureKind
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import fold
from kheo.units.acting import Request


def kinds(request: Request) -> HttpResponseBase:
    """All kinds; the administrator adds one."""
    post = request.post_or_refuse()
    post.require("admin")
    form = KindForm(request.POST or None)

    def add() -> FigureKind:
        data = form.cleaned_data
        code = slugify(fold(data["name"])).replace("-", "_")[:40]
        if not code:
            raise Refused(_("Write the name in letters."))
        if FigureKind.objects.filter(measure=data["measure"], code=code).exists():
            raise Refused(_("This name is in the list already."))
        with transaction.atomic():
            kind = FigureKind.objects.create(code=code, **data)
            record(kind, "added", by=post)
        return kind

    if form.is_valid() and form.attempt(add):
        messages.success(request, _("“%s” is asked for from now on.") % form.result)
        return redirect("figure_kinds")
    rows = FigureKind.objects.all()
    return render(request, "fieldwork/kinds.html", {"form": form, "kinds": rows, "forever": FOREVER})


@require_POST
def end(request: Request, pk: int) -> HttpResponseBase:
    """A kind is asked for no longer; the reports that used it keep it."""
    post = request.post_or_refuse()
    post.require("admin")
    kind = get_object_or_404(FigureKind, pk=pk)
    with transaction.atomic():
        if FigureKind.objects.filter(pk=pk, valid_to=FOREVER).update(valid_to=today()) != 1:
            raise FasterColleague(_("It has already been taken off the list."))
        record(kind, "ended", by=post, changes={"valid_to": [None, str(today())]})
    messages.success(request, _("“%s” is no longer asked for.") % kind)
    return redirect("figure_kinds")
