from django.urls import path

from kheo.initiatives.views import catalogues, enrolments, initiatives, many, on_behalf, practices, register

urlpatterns = [
    path("mo-hinh/", initiatives.initiative_list, name="initiative_list"),
    path("mo-hinh/<int:pk>/", initiatives.initiative, name="initiative"),
    path("mo-hinh/<int:pk>/ra-mat/", initiatives.start, name="initiative_start"),
    path("mo-hinh/<int:pk>/ket-thuc/", initiatives.end, name="initiative_end"),
    path("mo-hinh/<int:pk>/thoi-dong-y/", initiatives.consent_end, name="initiative_consent_end"),
    path("mo-hinh/dang-ky/", enrolments.enrolment_list, name="enrolment_list"),
    path("mo-hinh/dang-ky/moi/", register.new, name="enrolment_new"),
    path("mo-hinh/dang-ky/luu-nhap/", register.autosave, name="enrolment_autosave"),
    path("mo-hinh/dang-ky/nhap/<uuid:key>/", register.draft, name="enrolment_draft"),
    path("mo-hinh/dang-ky/nhap/<uuid:key>/bo/", register.discard, name="enrolment_draft_discard"),
    path("mo-hinh/dang-ky/hang-loat/", enrolments.many_at_once, name="enrolments_at_once"),
    path("mo-hinh/dang-ky/duy-tri/", many.continue_many, name="enrolments_continue"),
    path("mo-hinh/dang-ky/bang/", many.grid, name="enrolments_grid"),
    path("mo-hinh/dang-ky/nhap-ho/", on_behalf.new, name="on_behalf_new"),
    path("mo-hinh/dang-ky/<int:pk>/dung-roi/", on_behalf.confirm, name="on_behalf_confirm"),
    path("mo-hinh/dang-ky/<int:pk>/chinh-lai/", on_behalf.reopen, name="on_behalf_reopen"),
    path("mo-hinh/dang-ky/<int:pk>/ghi-xac-nhan/", on_behalf.by_word, name="on_behalf_by_word"),
    path("mo-hinh/dang-ky/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("mo-hinh/dang-ky/<int:pk>/sua/", register.edit, name="enrolment_edit"),
    path("mo-hinh/dang-ky/<int:pk>/gui/", enrolments.send, name="enrolment_send"),
    path("mo-hinh/dang-ky/<int:pk>/tiep-nhan/", enrolments.receive, name="enrolment_receive"),
    path("mo-hinh/dang-ky/<int:pk>/xac-nhan/", enrolments.confirm, name="enrolment_confirm"),
    path("mo-hinh/dang-ky/<int:pk>/tra-lai/", enrolments.return_, name="enrolment_return"),
    path("mo-hinh/dang-ky/<int:pk>/rut/", enrolments.withdraw, name="enrolment_withdraw"),
    path("mo-hinh/dang-ky/<int:pk>/linh-vuc/", enrolments.correct_field, name="enrolment_field"),
    path("mo-hinh/danh-muc/", catalogues.catalogue_list, name="catalogue_list"),
    path("mo-hinh/danh-muc/lap/", catalogues.new, name="catalogue_new"),
    path("mo-hinh/danh-muc/<int:pk>/", catalogues.catalogue, name="catalogue"),
    path("mo-hinh/danh-muc/<int:pk>/docx/", catalogues.docx, name="catalogue_docx"),
    path("mo-hinh/danh-muc/du-thao/<int:pk>/", catalogues.draft, name="catalogue_draft"),
    path(
        "mo-hinh/danh-muc/du-thao/<int:pk>/rut/", catalogues.withdraw_draft, name="catalogue_draft_withdraw"
    ),
    path("mo-hinh/cach-lam/", practices.practice_list, name="practice_list"),
    path("mo-hinh/cach-lam/moi/", practices.new, name="practice_new"),
    path("mo-hinh/cach-lam/<int:pk>/", practices.practice, name="practice"),
    path("mo-hinh/cach-lam/<int:pk>/sua/", practices.edit, name="practice_edit"),
]
