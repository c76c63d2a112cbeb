from django.urls import path

from kheo.fieldwork.views import field_reports, kinds, photos, unit_reports

urlpatterns = [
    path("bao-cao/", field_reports.field_report_list, name="field_report_list"),
    path("bao-cao/moi/<int:pk>/", field_reports.new, name="field_report_new"),
    path("bao-cao/mo-hinh/<int:pk>/", field_reports.initiative_reports, name="initiative_reports"),
    path("bao-cao/luu-nhap/", field_reports.autosave, name="report_autosave"),
    path("bao-cao/nhap/<uuid:key>/", field_reports.draft, name="report_draft"),
    path("bao-cao/nhap/<uuid:key>/bo/", field_reports.discard, name="report_draft_discard"),
    path("bao-cao/<int:pk>/", field_reports.field_report, name="field_report"),
    path("bao-cao/<int:pk>/sua/", field_reports.edit, name="field_report_edit"),
    path("bao-cao/<int:pk>/gui/", field_reports.send, name="field_report_send"),
    path("bao-cao/<int:pk>/tiep-nhan/", field_reports.accept, name="field_report_accept"),
    path("bao-cao/<int:pk>/tra-lai/", field_reports.return_, name="field_report_return"),
    path("bao-cao/<int:pk>/chinh-sua/", field_reports.correct, name="field_report_correct"),
    path("bao-cao/<int:pk>/rut/", field_reports.withdraw, name="field_report_withdraw"),
    path("bao-cao/anh/<uuid:key>/", photos.photo, name="report_photo"),
    path("bao-cao/anh/<uuid:key>/bo/", photos.withdraw, name="report_photo_withdraw"),
    path("bao-cao/loai-so-lieu/", kinds.kinds, name="figure_kinds"),
    path("bao-cao/loai-so-lieu/<int:pk>/thoi/", kinds.end, name="figure_kind_end"),
    path("bao-cao/don-vi/", unit_reports.unit_report_list, name="unit_report_list"),
    path("bao-cao/don-vi/moi/", unit_reports.new, name="unit_report_new"),
    path("bao-cao/don-vi/ky/<int:pk>/", unit_reports.unit_report_due, name="unit_report_due"),
    path("bao-cao/don-vi/<int:pk>/", unit_reports.unit_report, name="unit_report"),
    path("bao-cao/don-vi/<int:pk>/sua/", unit_reports.edit, name="unit_report_edit"),
    path("bao-cao/don-vi/<int:pk>/gui/", unit_reports.send, name="unit_report_send"),
    path("bao-cao/don-vi/<int:pk>/tiep-nhan/", unit_reports.accept, name="unit_report_accept"),
    path("bao-cao/don-vi/<int:pk>/tra-lai/", unit_reports.return_, name="unit_report_return"),
    path("bao-cao/don-vi/<int:pk>/chinh-sua/", unit_reports.correct, name="unit_report_correct"),
    path("bao-cao/don-vi/<int:pk>/rut/", unit_reports.withdraw, name="unit_report_withdraw"),
    path("bao-cao/don-vi/<int:pk>/ban-ky/", unit_reports.signed_file, name="unit_report_signed"),
]
