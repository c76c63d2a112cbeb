from django.db import migrations

from kheo.recognition.tiers import ship_tiers


class Migration(migrations.Migration):
    dependencies = [("recognition", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, schema: ship_tiers(apps.get_model("recognition", "Tier")), migrations.RunPython.noop
        )
    ]
