from django.urls import path

from kheo.units import views

urlpatterns = [
    path("voi-tu-cach/", views.act_as, name="act_as"),
    path("du-lieu-mau/", views.sample_switch, name="sample_switch"),
    path("co-quan/", views.unit_list, name="unit_list"),
    path("co-quan/<int:pk>/", views.unit, name="unit"),
    path("co-quan/<int:pk>/nhiem-vu/", views.post_add, name="post_add"),
    path("co-quan/<int:pk>/kien-toan/", views.renewal_add, name="renewal_add"),
    path("co-quan/<int:pk>/thanh-vien/", views.member_add, name="member_add"),
    path("nhiem-vu/<int:pk>/ket-thuc/", views.post_end, name="post_end"),
    path("ban-chi-dao/", views.committee_list, name="committee_list"),
    path("vi-sao/<str:label>/<int:pk>/", views.why, name="why"),
    path("nhat-ky/", views.journal, name="journal"),
    path("sap-xep/", views.reorganisations, name="reorganisations"),
    path("sap-xep/moi/", views.reorganisation_new, name="reorganisation_new"),
    path("sap-xep/<slug:key>/", views.reorganisation, name="reorganisation"),
    path("sap-xep/<slug:key>/sua/", views.reorganisation_edit, name="reorganisation_edit"),
    path("sap-xep/<slug:key>/xac-nhan/", views.reorganisation_confirm, name="reorganisation_confirm"),
    path("sap-xep/<slug:key>/rut/", views.reorganisation_withdraw, name="reorganisation_withdraw"),
]
