from django.urls import path

from kheo.stories import views

urlpatterns = [
    path("tin-bai/", views.story_list, name="story_list"),
    path("tin-bai/mo-hinh/<int:pk>/", views.initiative_stories, name="initiative_stories"),
    path("tin-bai/<int:pk>/", views.story, name="story"),
    path("tin-bai/<int:pk>/soan/", views.write, name="story_write"),
    path("tin-bai/<int:pk>/anh/", views.upload, name="story_upload"),
    path("tin-bai/<int:pk>/anh/<uuid:key>/", views.answers, name="story_photo"),
    path("tin-bai/<int:pk>/de-xuat/", views.propose, name="story_propose"),
    path("tin-bai/<int:pk>/xuat-ban/", views.publish, name="story_publish"),
    path("tin-bai/<int:pk>/tra-lai/", views.return_, name="story_return"),
    path("tin-bai/<int:pk>/go-xuong/", views.take_down, name="story_take_down"),
    path("tin-bai/<int:pk>/rut/", views.withdraw, name="story_withdraw"),
]
