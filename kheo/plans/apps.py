from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "kheo.plans"
    label = "plans"

    def ready(self) -> None:
        from kheo.plans import registrations

        registrations.register()
