from django.apps import AppConfig


class DirectivesConfig(AppConfig):
    name = "kheo.directives"
    label = "directives"
