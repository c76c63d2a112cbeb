from django.urls import path

from kheo.portal import views

urlpatterns = [
    path("", views.root, name="root"),
    path("cong-khai/", views.home, name="public_home"),
    path("cong-khai/mo-hinh/", views.story_list, name="public_list"),
    path("cong-khai/ban-do/", views.story_map, name="public_map"),
    path("cong-khai/tin-moi.xml", views.feed, name="public_feed"),
    path("cong-khai/anh/<uuid:key>/<slug:size>/", views.photo, name="public_photo"),
    path("cong-khai/tin-bai/<int:pk>/", views.story_page, name="public_story"),
    path("cong-khai/<int:pk>-<slug:slug>/", views.initiative, name="public_initiative"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", views.sitemap, name="sitemap_part"),
    path("robots.txt", views.robots, name="robots"),
]
