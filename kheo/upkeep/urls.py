from django.urls import path

from kheo.upkeep import views

urlpatterns = [
    path("he-thong/", views.state, name="upkeep_status"),
]
