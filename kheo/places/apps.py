from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "kheo.places"
    label = "places"
