from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "kheo.plans"
    label = "plans"
