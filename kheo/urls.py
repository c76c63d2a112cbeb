"""Every address of Kheo, room by room."""

from importlib.util import find_spec

from django.urls import include, path

from kheo.rooms import ROOMS

urlpatterns = [
    path("", include(f"kheo.{room}.urls")) for room in ROOMS if find_spec(f"kheo.{room}.urls") is not None
]
