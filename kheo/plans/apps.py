from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "kheo.plans"
    label = "plans"

    def ready(self) -> None:
        from kheo.lib.beginning import beginning
        from kheo.plans import beginning as ours
        from kheo.plans import registrations

        beginning.add("movement", _("Fields of work and the movement"), ours.begin, 20)
        registrations.register()
