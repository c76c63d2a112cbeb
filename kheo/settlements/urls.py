from django.urls import path

from kheo.settlements import views

urlpatterns = [
    path("dia-ban/chua-phan-bo/", views.undecided, name="undecided"),
    path("dia-ban/chua-phan-bo/<int:pk>/", views.commune, name="undecided_commune"),
    path("dia-ban/chua-phan-bo/rut/<int:pk>/", views.withdraw, name="settlement_withdraw"),
]
