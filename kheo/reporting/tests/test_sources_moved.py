"""Figures kept before documents were rows of their own keep their publisher and address."""

from datetime import date

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TransactionTestCase


class Moved(TransactionTestCase):
    def migrate(self, name):
        executor = MigrationExecutor(connection)
        executor.migrate([("reporting", name)])
        return executor.loader.project_state([("reporting", name)]).apps

    def tearDown(self):
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    def test_each_publication_becomes_one_document(self):
        from kheo.reporting.models import ReportedFigure

        self.migrate("0001_initial")
        before = MigrationExecutor(connection).loader.project_state([("reporting", "0001_initial")]).apps
        old = before.get_model("reporting", "ReportedFigure")
        same = {
            "period_first": date(2024, 1, 1), "period_last": date(2024, 6, 30), "who": "Tỉnh Nghệ An",
            "measure": "new", "source_url": "https://example.com/so-lieu", "publisher": "Một tờ báo",
        }  # fmt: skip
        whole = old.objects.create(label="Mô hình mới", value=4494, **same)
        old.objects.create(label="Mô hình mới", value=1212, part_of=whole, **same)
        self.migrate("0003_reported_figures_entered")
        figures = ReportedFigure.objects.order_by("pk")
        self.assertEqual([figure.value for figure in figures], [4494, 1212])
        (source,) = {figure.source for figure in figures}
        self.assertEqual(
            (source.publisher, source.url, source.published),
            ("Một tờ báo", "https://example.com/so-lieu", True),
        )
