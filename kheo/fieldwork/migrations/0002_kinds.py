"""The kinds of money and land reports are asked for from the first day on; offices edit them afterwards."""

from django.db import migrations

from kheo.fieldwork.figures import ship_kinds


def ship(apps, schema_editor):
    ship_kinds(apps.get_model("fieldwork", "FigureKind"))


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
