from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "kheo.duties"
    label = "duties"
