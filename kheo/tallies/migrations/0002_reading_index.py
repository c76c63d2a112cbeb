from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tallies", "0001_initial")]

    operations = [
        migrations.RemoveIndex("cell", name="cell_measure_period"),
        migrations.AddIndex(
            "cell",
            models.Index(
                fields=["known_to", "measure", "period", "area", "field", "kind", "unit", "value"],
                name="cell_reading",
            ),
        ),
    ]
