from django.urls import path

from kheo.messaging import views

urlpatterns = [
    path("tin-nhan/", views.sent, name="messages"),
    path("tin-nhan/loi/", views.texts, name="message_texts"),
    path("tin-nhan/loi/<slug:kind>/", views.text, name="message_text"),
    path("tin-nhan/<int:pk>/rut/", views.withdraw, name="message_withdraw"),
    path("tin-nhan/<slug:kind>/<int:pk>/", views.compose, name="message"),
]
