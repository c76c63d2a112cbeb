from django.urls import path

from kheo.accounts import views

urlpatterns = [
    path("dang-nhap/", views.sign_in, name="account_login"),
    path("dang-nhap/quen-mat-khau/", views.forgotten, name="account_reset_password"),
    path("dang-nhap/tai-khoan-da-khoa/", views.closed, name="account_inactive"),
    path("dang-nhap/tai-khoan-dang-ngu/", views.asleep, name="account_asleep"),
    path("dang-nhap/ma-het-han/", views.code_ended, name="account_code_ended"),
    path("dang-nhap/ma-pin/<int:pk>/", views.pin_sign_in, name="pin_sign_in"),
    path("dang-nhap/thu/<int:pk>/", views.demo_sign_in, name="demo_sign_in"),
    path("dang-xuat/", views.sign_out, name="account_logout"),
    path("tai-khoan/", views.account, name="account"),
    path("tai-khoan/mat-khau/", views.change_password, name="account_change_password"),
    path("tai-khoan/ma-pin/", views.pin_set, name="pin_set"),
    path("tai-khoan/ma-pin/<int:pk>/go/", views.pin_remove, name="pin_remove"),
]
