from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "kheo.search"
    label = "search"
