from django.urls import path

from kheo.guide import views

urlpatterns = [
    path("huong-dan/", views.guide, name="guide"),
    path("huong-dan/<slug:slug>/", views.guide_page, name="guide_page"),
]
