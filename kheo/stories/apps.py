from django.apps import AppConfig


class StoriesConfig(AppConfig):
    name = "kheo.stories"
    label = "stories"
