from django.urls import path

from kheo.duties import views

urlpatterns = [
    path("viec-cua-toi/", views.home, name="home"),
    path("viec-cua-toi/ai-chua-gui/", views.due, name="due"),
    path("viec-cua-toi/can-kien-toan/", views.renewals_due, name="renewals_due"),
    path("viec-cua-toi/ai-chua-gui/dang-ky/<int:pk>/", views.registrations_due, name="registrations_due"),
]
