from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalliesConfig(AppConfig):
    name = "kheo.tallies"
    label = "tallies"

    def ready(self) -> None:
        from kheo.lib.nightly import nightly
        from kheo.tallies import sampling

        nightly.add("figures", _("Count some communes' figures anew"), sampling.every_night)
