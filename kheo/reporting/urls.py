from django.urls import path

from kheo.reporting import views

urlpatterns = [
    path("tong-hop/", views.dashboard, name="dashboard"),
    path("tong-hop/ho-so/", views.records, name="records"),
    path("tong-hop/bang-6-thang/", views.half_year, name="half_year"),
]
