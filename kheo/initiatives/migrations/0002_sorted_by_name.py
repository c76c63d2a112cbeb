from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from kheo.places.paths import SortKeyField


def fill(apps, schema_editor):
    Initiative = apps.get_model("initiatives", "Initiative")
    key = Initiative.objects.filter(pk=OuterRef("initiative")).values("sort_key")
    apps.get_model("initiatives", "Enrolment").objects.update(sort_key=Subquery(key))


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0001_initial")]

    operations = [
        migrations.AlterField("initiative", "sort_key", SortKeyField(editable=False, max_length=600)),
        migrations.AlterField(
            "practice", "sort_key", SortKeyField(db_index=True, editable=False, max_length=600)
        ),
        migrations.AddField(
            "enrolment",
            "sort_key",
            SortKeyField(default="", editable=False, max_length=600),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex("enrolment", models.Index(fields=["sort_key", "id"], name="enrolment_sorted")),
        migrations.AddIndex(
            "enrolment", models.Index(fields=["year", "sort_key", "id"], name="enrolment_year_sorted")
        ),
    ]
