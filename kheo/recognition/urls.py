from django.urls import path

from kheo.recognition import views

urlpatterns = [
    path("cong-nhan/", views.recognition_list, name="recognition_list"),
    path("cong-nhan/moi/", views.decision_new, name="decision_new"),
    path("cong-nhan/<int:pk>/", views.decision, name="decision"),
    path("cong-nhan/dong/<int:pk>/thoi/", views.recognition_end, name="recognition_end"),
    path("cong-nhan/mo-hinh/<int:pk>/", views.initiative_recognitions, name="initiative_recognitions"),
]
