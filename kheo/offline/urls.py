from django.urls import path

from kheo.offline.views import api, pack

urlpatterns = [
    path("thuc-dia/api/v1/phones", api.phones, name="phone_register"),
    path("thuc-dia/api/v1/me", api.me, name="phone_me"),
    path("thuc-dia/api/v1/deliveries", api.deliveries, name="phone_deliveries"),
    path("thuc-dia/api/v1/pack", pack.pack, name="phone_pack"),
    path("thuc-dia/api/v1/farewell", api.farewell, name="phone_farewell"),
]
