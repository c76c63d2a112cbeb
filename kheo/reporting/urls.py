from django.urls import path

from kheo.reporting.views import overview, stated

urlpatterns = [
    path("tong-hop/", overview.dashboard, name="dashboard"),
    path("tong-hop/ho-so/", overview.records, name="records"),
    path("tong-hop/xa-dung-sau/", overview.coverage, name="coverage"),
    path("tong-hop/bang-6-thang/", overview.half_year, name="half_year"),
    path("tong-hop/theo-bao-cao/", stated.sources, name="reported_sources"),
    path("tong-hop/theo-bao-cao/moi/", stated.source_new, name="reported_source_new"),
    path("tong-hop/theo-bao-cao/<int:pk>/", stated.source, name="reported_source"),
    path("tong-hop/theo-bao-cao/<int:pk>/sua/", stated.source_edit, name="reported_source_edit"),
    path("tong-hop/theo-bao-cao/<int:pk>/rut/", stated.source_withdraw, name="reported_source_withdraw"),
    path("tong-hop/theo-bao-cao/<int:pk>/nhap/", stated.add, name="reported_add"),
    path("tong-hop/theo-bao-cao/<int:pk>/nhieu-dong/", stated.lines, name="reported_lines"),
    path("tong-hop/theo-bao-cao/so/<int:pk>/sua/", stated.correct, name="reported_correct"),
    path("tong-hop/theo-bao-cao/so/<int:pk>/rut/", stated.withdraw, name="reported_withdraw"),
    path("tong-hop/doi-chieu/", stated.comparison, name="reported_comparison"),
]
