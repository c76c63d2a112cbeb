from django.apps import AppConfig


class TalliesConfig(AppConfig):
    name = "kheo.tallies"
    label = "tallies"
