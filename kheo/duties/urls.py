from django.urls import path

from kheo.duties.views import arrivals, work

urlpatterns = [
    path("viec-cua-toi/", work.home, name="home"),
    path("don-vi/", work.our_unit, name="our_unit"),
    path("don-vi/<int:pk>/", work.unit_page, name="unit_page"),
    path("viec-cua-toi/moi-den/", arrivals.arrivals, name="arrivals"),
    path("viec-cua-toi/moi-den/tra-lai/", arrivals.give_many_back, name="arrivals_return"),
    path("viec-cua-toi/ai-chua-gui/", work.due, name="due"),
    path("viec-cua-toi/can-kien-toan/", work.renewals_due, name="renewals_due"),
    path("viec-cua-toi/ai-chua-gui/dang-ky/<int:pk>/", work.registrations_due, name="registrations_due"),
]
