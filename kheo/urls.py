"""Every address of Kheo, room by room."""

from importlib.util import find_spec

from django.urls import include, path

from kheo.rooms import ROOMS

# Phones ask more often than all pages together; an address is sought from the first room to the last.
urlpatterns = [
    path("", include(f"kheo.{room}.urls"))
    for room in sorted(ROOMS, key=lambda room: room != "offline")
    if find_spec(f"kheo.{room}.urls") is not None
]
