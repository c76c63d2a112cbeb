from django.urls import path

from kheo.portal import accepted, registering, views

urlpatterns = [
    path("", views.root, name="root"),
    path("cong-khai/", views.home, name="public_home"),
    path("cong-khai/mo-hinh/", views.story_list, name="public_list"),
    path("cong-khai/ban-do/", views.story_map, name="public_map"),
    path("cong-khai/tin-moi.xml", views.feed, name="public_feed"),
    path("cong-khai/anh/<uuid:key>/<slug:size>/", views.photo, name="public_photo"),
    path("cong-khai/tin-bai/<int:pk>/", views.story_page, name="public_story"),
    path("cong-khai/danh-sach/", accepted.accepted_lists, name="public_accepted_lists"),
    path("cong-khai/danh-sach/<slug:token>/", accepted.accepted, name="public_accepted"),
    path("dk/phieu/", registering.receipt_find, name="receipt_find"),
    path("dk/phieu/<slug:code>/", registering.receipt, name="receipt"),
    path("dk/phieu/<slug:code>/sua/", registering.receipt_correct, name="receipt_correct"),
    path("dk/phieu/<slug:code>/rut/", registering.receipt_withdraw, name="receipt_withdraw"),
    path("dk/phieu/<slug:code>/xoa-lien-he/", registering.receipt_forget, name="receipt_forget"),
    path("dk/<slug:token>/", registering.register, name="register_openly"),
    path("cong-khai/<int:pk>-<slug:slug>/", views.initiative, name="public_initiative"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", views.sitemap, name="sitemap_part"),
    path("robots.txt", views.robots, name="robots"),
]
