from django.urls import path

from kheo.offline.views import api, face, pack, uploads, worker

urlpatterns = [
    path("thuc-dia/", face.app, name="phone_app"),
    path("thuc-dia/vao/", face.enter, name="phone_enter"),
    path("thuc-dia/chia-se/", face.shared, name="phone_shared"),
    path("thuc-dia/sw.js", worker.service_worker, name="phone_worker"),
    path("thuc-dia/manifest.webmanifest", face.manifest, name="phone_manifest"),
    path("thuc-dia/api/v1/phones", api.phones, name="phone_register"),
    path("thuc-dia/api/v1/me", api.me, name="phone_me"),
    path("thuc-dia/api/v1/deliveries", api.deliveries, name="phone_deliveries"),
    path("thuc-dia/api/v1/pack", pack.pack, name="phone_pack"),
    path("thuc-dia/api/v1/photos", uploads.photos, name="phone_photos"),
    path("thuc-dia/api/v1/photos/<uuid:pk>", uploads.photo, name="phone_photo"),
    path("thuc-dia/api/v1/farewell", api.farewell, name="phone_farewell"),
]
