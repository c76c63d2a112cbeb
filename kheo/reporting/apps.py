from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "kheo.reporting"
    label = "reporting"
