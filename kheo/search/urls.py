from django.urls import path

from . import views

urlpatterns = [path("tim/", views.search, name="search")]
