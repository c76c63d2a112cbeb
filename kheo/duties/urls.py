from django.urls import path

from kheo.duties import views

urlpatterns = [
    path("viec-cua-toi/", views.home, name="home"),
    path("don-vi/", views.our_unit, name="our_unit"),
    path("don-vi/<int:pk>/", views.unit_page, name="unit_page"),
    path("viec-cua-toi/ai-chua-gui/", views.due, name="due"),
    path("viec-cua-toi/can-kien-toan/", views.renewals_due, name="renewals_due"),
    path("viec-cua-toi/ai-chua-gui/dang-ky/<int:pk>/", views.registrations_due, name="registrations_due"),
]
