from django.urls import path

from kheo.submissions.views import links, lists, submissions

urlpatterns = [
    path("tiep-nhan/", submissions.submission_list, name="submission_list"),
    path("tiep-nhan/nhieu/", submissions.many, name="submissions_at_once"),
    path("tiep-nhan/<int:pk>/", submissions.submission, name="submission"),
    path("tiep-nhan/cua-dang-ky/<int:pk>/", submissions.of_enrolment, name="submission_of"),
    path("tiep-nhan/<int:pk>/nhan/", submissions.take, name="submission_take"),
    path("tiep-nhan/<int:pk>/tra-lai/", submissions.return_, name="submission_return"),
    path("tiep-nhan/<int:pk>/tu-choi/", submissions.refuse, name="submission_refuse"),
    path("tiep-nhan/<int:pk>/trung/", submissions.merge, name="submission_merge"),
    path("tiep-nhan/<int:pk>/xoa-lien-he/", submissions.erase, name="submission_erase"),
    path("duong-dan-dang-ky/", links.link_list, name="registration_links"),
    path("duong-dan-dang-ky/mo/<int:committee>/<int:movement>/<int:year>/", links.new, name="link_open"),
    path("duong-dan-dang-ky/<int:pk>/", links.link, name="registration_link"),
    path("duong-dan-dang-ky/<int:pk>/to-dan/", links.poster, name="link_poster"),
    path("duong-dan-dang-ky/<int:pk>/ma-qr.png", links.qr_picture, name="link_qr"),
    path("duong-dan-dang-ky/<int:pk>/ngay/", links.days, name="link_days"),
    path("duong-dan-dang-ky/<int:pk>/<slug:verb>/", links.change, name="link_change"),
    path("danh-sach-cong-khai/", lists.list_list, name="public_lists"),
    path("danh-sach-cong-khai/moi/", lists.new, name="public_list_new"),
    path("danh-sach-cong-khai/<int:pk>/thoi/", lists.take_down, name="public_list_take_down"),
    path("danh-sach-cong-khai/<int:pk>/ma-qr.png", lists.qr_picture, name="public_list_qr"),
]
