from django.urls import path

from kheo.offline.views import api, attention, continuations, face, pack, phones, uploads, worker

urlpatterns = [
    path("tai-khoan/dien-thoai/", phones.my_phones, name="my_phones"),
    path("dien-thoai/cua/<int:pk>/", phones.phones_of, name="phones_of"),
    path("dien-thoai/<uuid:pk>/mat-may/", phones.phone_revoke, name="phone_revoke"),
    path("ban-gui/", attention.deliveries, name="deliveries"),
    path("ban-gui/<int:pk>/", attention.delivery, name="delivery"),
    path("ban-gui/<int:pk>/bo-sung/", attention.complete, name="delivery_complete"),
    path("ban-gui/<int:pk>/nhan/", attention.take, name="delivery_take"),
    path("ban-gui/<int:pk>/thay/", attention.take_over, name="delivery_take_over"),
    path("ban-gui/<int:pk>/giao/", attention.assign, name="delivery_assign"),
    path("ban-gui/<int:pk>/bo-cach-ly/", attention.release, name="delivery_release"),
    path("ban-gui/<int:pk>/rut/", attention.withdraw, name="delivery_withdraw"),
    path("ban-gui/<int:pk>/xoa/", attention.erase, name="delivery_erase"),
    path("duy-tri/<int:pk>/", continuations.continuation, name="continuation"),
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
