from django.urls import path

from . import views

urlpatterns = [
    path("van-ban/", views.papers, name="papers"),
    path("van-ban/cho-so/", views.waiting, name="papers_waiting"),
    path("van-ban/chua-ky/", views.unsigned, name="papers_unsigned"),
    path("van-ban/the-thuc/", views.rules, name="paper_rules"),
    path("van-ban/the-thuc/<slug:key>.css", views.style, name="paper_style"),
    path("van-ban/lap/<slug:kind>/<int:pk>/", views.new, name="paper_new"),
    path("van-ban/<int:pk>/", views.paper, name="paper"),
    path("van-ban/<int:pk>/sua/", views.edit, name="paper_edit"),
    path("van-ban/<int:pk>/cap-nhat/", views.refresh, name="paper_refresh"),
    path("van-ban/<int:pk>/xin-so/", views.ask, name="paper_ask"),
    path("van-ban/<int:pk>/ghi-so/", views.number, name="paper_number"),
    path("van-ban/<int:pk>/sua-so/", views.correct, name="paper_correct"),
    path("van-ban/<int:pk>/ban-ky/", views.signed, name="paper_signed"),
    path("van-ban/<int:pk>/ban-ky/<uuid:key>/rut/", views.page_back, name="paper_page_back"),
    path("van-ban/<int:pk>/rut/", views.withdraw, name="paper_withdraw"),
    path("van-ban/<int:pk>/in/", views.printed, name="paper_print"),
    path("van-ban/<int:pk>/docx/", views.docx, name="paper_docx"),
]
