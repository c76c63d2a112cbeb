from django.urls import path

from kheo.ui import views

urlpatterns = [
    path("ngon-ngu/", views.language, name="set_language"),
    path("sang-toi/", views.theme, name="set_theme"),
    path("da-giu/<str:key>/", views.kept_form, name="kept_form"),
    path("giao-dien/", views.style_page, name="style_page"),
]
