from django.urls import path

from kheo.places import views

urlpatterns = [
    path("dia-ban/", views.areas, name="areas"),
    path("dia-ban/goi-y/", views.area_suggestions, name="area_suggestions"),
    path("dia-ban/<int:pk>/", views.area, name="area"),
    path("dia-ban/<int:pk>/dong-ho/", views.area_family, name="area_family"),
    path("dia-ban/<int:pk>/qua-cac-thoi-ky/", views.structures_map, name="structures_map"),
]
