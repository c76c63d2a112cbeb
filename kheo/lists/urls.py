from django.urls import path

from kheo.lists import views

urlpatterns = [
    path("danh-sach/", views.office_lists, name="office_lists"),
    path("danh-sach/<int:pk>/", views.office_list, name="office_list"),
    path("danh-sach/<int:pk>/cot/", views.columns, name="office_list_columns"),
    path("danh-sach/<int:pk>/tien-do/", views.progress, name="office_list_progress"),
    path("danh-sach/<int:pk>/dong/<int:row>/sua/", views.correct, name="office_list_correct"),
    path("danh-sach/<int:pk>/dong/<int:row>/bo/", views.leave_out, name="office_list_leave_out"),
    path("danh-sach/<int:pk>/nhieu-dong/", views.settle, name="office_list_settle"),
    path("danh-sach/<int:pk>/nap/", views.load, name="office_list_load"),
    path("danh-sach/<int:pk>/rut/", views.take_back, name="office_list_take_back"),
]
