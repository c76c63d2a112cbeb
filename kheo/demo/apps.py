from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration stands on the roof: it plays the whole circle through every room."""

    name = "kheo.demo"
    label = "demo"
