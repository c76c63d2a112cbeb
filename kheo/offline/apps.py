from datetime import date
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class OfflineConfig(AppConfig):
    name = "kheo.offline"
    label = "offline"

    def ready(self) -> None:
        from kheo.lib.nightly import nightly
        from kheo.offline import (
            attention,
            continuing,
            keeping,
            panels,
            photos,
            registrations,
            reports,
            unit_reports,
            verify,
            washing,
        )
        from kheo.ui.registry import verbs
        from kheo.units import heirs
        from kheo.upkeep import closing

        panels.declare()
        reports.register()
        verify.declare()
        attention.declare()
        nightly.add("phone_contents", _("Empty what phones delivered long ago"), keeping.empty_old)
        registrations.register()
        if washing.soon not in photos.WASHERS:
            photos.WASHERS.append(washing.soon)
        nightly.add(
            "phone_photos",
            _("Wash photos of phones and forget what never came whole"),
            washing.every_night,
            110,
        )
        unit_reports.register()
        continuing.register()
        heirs.register(heirs.Question("unsent", _("Phones with unsent work"), phones_with_unsent_work))
        declare_phones()
        closing.add_waiting("deliveries", waiting_of_year)
        verbs.add(
            {
                "continued": _("continued initiatives for a year"),
                "phone_registered": _("took a phone for work without signal"),
                "phone_signed_in": _("signed in on the phone again"),
                "phone_signed_out": _("signed out on the phone"),
                "phone_revoked": _("revoked the phone"),
                "delivery_settled": _("took up what a phone delivered"),
                "delivery_taken_over": _("corrected the record with what this version says"),
                "delivery_released": _("released it from quarantine"),
                "delivery_assigned": _("said whose delivery it is"),
                "delivery_erased": _("erased what was delivered"),
                "phone_wiped": _("the phone emptied itself"),
            }
        )


def phones_with_unsent_work(units: Any, areas: Any) -> int:
    """Phones of people who hold a post where something ends, and that said they hold work not yet sent."""
    from django.db.models import Q

    from kheo.offline.models import Phone
    from kheo.units.models import Post

    there = Post.objects.not_ended().filter(Q(unit__in=units) | Q(unit__area__in=areas))
    return Phone.objects.with_unsent().filter(user__in=there.order_by().values("user")).count()


def declare_phones() -> None:
    """The way to a person's phones, and what is still on its way to a report."""
    from kheo.offline import photos
    from kheo.ui.registry import Link, links, remarks

    links.add("accounts.user", Link(_("Phones for the field"), "phones_of", "phone", 20))
    remarks.add("fieldwork.fieldreport", "photos", photos.remarks)
    remarks.add_to_lists("fieldwork.fieldreport", "photos", photos.in_list_of_reports)
    remarks.add_to_lists("initiatives.initiative", "photos", photos.in_list_of_initiatives)


def waiting_of_year(year: int) -> Any:
    """What an archive of the year waits for: what phones delivered from it and nobody has settled."""
    from kheo.offline.models import Delivery

    first, last = date(year, 1, 1), date(year, 12, 31)
    if n := Delivery.objects.waiting().filter(pack_day__range=(first, last)).count():
        yield ngettext(
            "%(n)d delivery of a phone from %(year)d needs attention: settle or withdraw it.",
            "%(n)d deliveries of phones from %(year)d need attention: settle or withdraw them.",
            n,
        ) % {"n": n, "year": year}
