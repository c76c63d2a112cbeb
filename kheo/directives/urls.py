from django.urls import path

from . import views

urlpatterns = [
    path("chi-dao/", views.directives, name="directives"),
    path("chi-dao/nhap/", views.enter, name="directive_enter"),
    path("chi-dao/cua-toi/", views.our_duties, name="our_duties"),
    path("chi-dao/bang/", views.matrix, name="duty_matrix"),
    path("chi-dao/cho-duyet/", views.replies, name="replies"),
    path("chi-dao/don-vi/<int:pk>/", views.unit_duties, name="unit_duties"),
    path("chi-dao/viec/<int:pk>/", views.duty, name="duty"),
    path("chi-dao/viec/<int:pk>/tra-loi/", views.reply, name="duty_reply"),
    path("chi-dao/tra-loi/<int:pk>/chap-nhan/", views.accept_reply, name="reply_accept"),
    path("chi-dao/tra-loi/<int:pk>/tra-lai/", views.return_reply, name="reply_return"),
    path("chi-dao/<int:pk>/", views.directive, name="directive"),
    path("chi-dao/<int:pk>/xac-nhan/", views.confirm, name="directive_confirm"),
    path("chi-dao/<int:pk>/giao-viec/", views.cascade, name="directive_cascade"),
    path("chi-dao/<int:pk>/tiep-nhan/", views.receive, name="directive_receive"),
    path("chi-dao/<int:pk>/tiep-noi/", views.follow, name="directive_follow"),
    path("chi-dao/<int:pk>/rut/", views.withdraw, name="directive_withdraw"),
]
