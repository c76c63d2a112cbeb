from django.urls import path
from allauth.account import views as allauth_views

urlpatterns = [
    path("dang-nhap/", allauth_views.login, name="account_login"),
    path("dang-xuat/", allauth_views.logout, name="account_logout"),
    path("tai-khoan/mat-khau/", allauth_views.password_change, name="account_change_password"),
]
