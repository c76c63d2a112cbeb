from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0005_few_rows"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="arealineage",
            index=models.Index(
                condition=models.Q(("basis", "share")), fields=["area"], name="area_lineage_by_share"
            ),
        ),
    ]
