from django.urls import path

from . import views

urlpatterns = [
    path("tep/<uuid:key>/", views.document, name="file"),
    path("anh/<uuid:key>/<slug:size>/", views.picture, name="photo"),
]
