from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class InitiativesConfig(AppConfig):
    name = "kheo.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        from kheo.files.owners import register_owner
        from kheo.initiatives import measures, messages, panels, paper
        from kheo.search import index
        from kheo.ui.registry import MenuEntry, menu, verbs
        from kheo.units import heirs
        from kheo.upkeep import closing

        measures.declare()
        panels.declare()
        messages.declare()
        paper.register()
        closing.add_waiting("enrolments", waiting_of_year)
        index.register(
            index.Searchable(
                kind="initiative",
                label=_("Initiative"),
                model="initiatives.Initiative",
                url_name="initiative",
                words=words_of_initiative,
                reached=seen_by,
                things=initiatives_for_search,
            )
        )
        index.register(
            index.Searchable(
                kind="practice",
                label=_("Practice"),
                model="initiatives.Practice",
                url_name="practice",
                words=words_of_practice,
                scope=lambda who: Q() if getattr(who, "pk", None) else Q(pk__in=[]),
            )
        )
        for owner in ("Initiative", "Enrolment", "Catalogue"):
            register_owner(f"initiatives.{owner}", lambda user, thing: thing.may_be_seen_by(user))
        heirs.register(
            heirs.Question("initiatives", _("Running initiatives found at the successors"), running_at)
        )
        heirs.register(heirs.Question("enrolments", _("Registrations on their way up"), on_their_way_at))
        verbs.add(
            {
                "taken_from_publication": _("took it in from a publication"),
                "taken_over": _("took it over from a list"),
                "taking_over_undone": _("took back what was taken over from a list"),
                "field_corrected": _("corrected the field of work"),
                "taken_off": _("took it off the list"),
                "issued": _("recorded the signed list"),
                "prepared": _("prepared the list for its number"),
                "signed_file_added": _("added the signed list as a file"),
                "typed_on_behalf": _("typed it for the unit"),
                "unit_confirmed": _("confirmed what was typed for the unit"),
                "unit_corrected": _("corrected what was typed for the unit"),
                "confirmation_recorded": _("recorded how the unit confirmed"),
                "taken_back_by_unit": _("took it back to correct it"),
                "consent_recorded": _("recorded the person's consent"),
                "consent_taken_back": _("recorded that the consent was taken back"),
            }
        )
        menu.add(MenuEntry(_("Initiatives"), "initiative_list", "initiative", 30, group="initiatives"))
        menu.add(MenuEntry(_("Registrations"), "enrolment_list", "inbox", 31, group="initiatives"))
        menu.add(MenuEntry(_("Catalogues"), "catalogue_list", "list", 32, group="initiatives"))
        menu.add(MenuEntry(_("Practices"), "practice_list", "star", 33, group="initiatives"))


def initiatives_for_search() -> Any:
    from kheo.initiatives.models import Initiative

    return Initiative.objects.select_related("owner", "area__parent__parent__parent", "practice").order_by(
        "pk"
    )


def words_of_initiative(initiative: Any) -> Any:
    from kheo.lib.periods import BEGINNING
    from kheo.search.index import Words

    if initiative.state == "withdrawn":
        return None
    # Bodies of residents' contacts are not searched: one looks for the work, not for people.
    text = [initiative.goal, initiative.owner.name, initiative.practice.name if initiative.practice else ""]
    return Words(
        title=initiative.name,
        text="\n".join(filter(None, text)),
        place=initiative.area.short_place,
        area_id=initiative.area_id,
        unit_id=initiative.owner_id,
        public=initiative.public,
        day=initiative.started_on or BEGINNING,
    )


def words_of_practice(practice: Any) -> Any:
    from kheo.search.index import Words

    return Words(title=practice.name, text=practice.description)


def seen_by(who: Any) -> Any:
    """By the unit or by the place, like the initiative itself."""
    from kheo.places.models import Area
    from kheo.places.paths import within
    from kheo.search.seen import Reached
    from kheo.units.models import Unit
    from kheo.units.reach import reaches_of

    places, bodies = Q(), Q()
    for reach in reaches_of(who):
        if reach.tree == "place":
            places |= within("path_now", reach.path)
        elif reach.tree == "own":
            bodies |= Q(path_now=reach.path)
        else:
            bodies |= within("path_now", reach.path)
    return Reached(
        Area.objects.filter(places) if places else None, Unit.objects.filter(bodies) if bodies else None
    )


def running_at(units: Any, areas: Any) -> int:
    from kheo.initiatives.models import Initiative

    return Initiative.objects.running().filter(Q(owner__in=units) | Q(area__in=areas)).count()


def on_their_way_at(units: Any, areas: Any) -> int:
    from kheo.initiatives.models import Enrolment

    here = Q(initiative__owner__in=units) | Q(initiative__area__in=areas)
    return Enrolment.objects.filter(here, state__in=["sent", "received", "confirmed"]).count()


def waiting_of_year(year: int) -> Any:
    """What an archive of the year waits for: registrations nobody has decided about."""
    from kheo.initiatives.models import Enrolment

    state = Enrolment.State
    on_the_way = [state.SENT, state.RECEIVED, state.CONFIRMED, state.RETURNED]
    if n := Enrolment.objects.filter(year=year, state__in=on_the_way).count():
        yield ngettext(
            "%(n)d registration of %(year)d is on its way: decide about it or withdraw it.",
            "%(n)d registrations of %(year)d are on their way: decide about them or withdraw them.",
            n,
        ) % {"n": n, "year": year}
