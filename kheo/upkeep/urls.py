from django.urls import path

from kheo.upkeep import views

urlpatterns = [
    path("he-thong/", views.state, name="upkeep_status"),
    path("he-thong/sao-luu/", views.backups, name="backups"),
    path("he-thong/sao-luu/ngay/", views.backup_now, name="backup_now"),
    path("he-thong/sao-luu/<int:pk>/kiem-tra/", views.backup_verify, name="backup_verify"),
    path("chung-thu/", views.trust, name="trust"),
    path("chung-thu/kheo.crt", views.trust_certificate, name="trust_certificate"),
]
