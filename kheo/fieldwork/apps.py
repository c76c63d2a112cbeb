from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "kheo.fieldwork"
    label = "fieldwork"
