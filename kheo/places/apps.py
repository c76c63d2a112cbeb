from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "kheo.places"
    label = "places"

    def ready(self) -> None:
        from kheo.ui.registry import MenuEntry, menu, verbs

        menu.add(MenuEntry(_("Areas"), "areas", icon="map", order=40, group="structure"))
        verbs.add({"loaded": _("loaded"), "renamed": _("renamed"), "added": _("added")})
