from django.apps import AppConfig


class DirectivesConfig(AppConfig):
    name = "kheo.directives"
    label = "directives"

    def ready(self) -> None:
        from kheo.directives import registrations

        registrations.register()
