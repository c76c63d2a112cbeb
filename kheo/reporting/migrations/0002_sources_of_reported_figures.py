"""The document of a stated figure becomes a row of its own, with who entered it."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def sources(apps, schema_editor):
    figures = apps.get_model("reporting", "ReportedFigure")
    source_of = apps.get_model("reporting", "ReportedSource")
    known = {}
    for figure in figures.objects.order_by("pk"):
        key = (figure.source_url, figure.publisher)
        if key not in known:
            known[key] = source_of.objects.create(
                url=figure.source_url, publisher=figure.publisher, published=True, sample=figure.sample
            )
        figures.objects.filter(pk=figure.pk).update(source=known[key])


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("units", "0001_initial"),
        ("reporting", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportedSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("publisher", models.CharField(max_length=200, verbose_name="issued by")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="number")),
                ("dated", models.DateField(blank=True, null=True, verbose_name="dated")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("url", models.URLField(blank=True, max_length=600, verbose_name="address")),
                ("published", models.BooleanField(default=False, verbose_name="published")),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sample", models.BooleanField(default=False)),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.post",
                    ),
                ),
                (
                    "entered_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.attachment",
                    ),
                ),
            ],
            options={"ordering": ["-entered_at", "-pk"]},
        ),
        migrations.AddField(
            "reportedfigure",
            "source",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="figures",
                to="reporting.reportedsource",
                verbose_name="source",
            ),
        ),
        migrations.RunPython(sources, migrations.RunPython.noop),
    ]
