from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "kheo.papers"
    label = "papers"
