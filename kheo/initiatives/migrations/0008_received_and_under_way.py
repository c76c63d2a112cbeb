import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0007_others_of_a_practice"),
        ("plans", "0001_initial"),
        ("units", "0008_prepared_out_of_force"),
    ]

    operations = [
        migrations.AlterField(
            model_name="enrolment",
            name="addressee",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="received_enrolments",
                to="units.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["addressee", "state", "id"], name="enrolment_received"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("state", "confirmed")),
                fields=["committee", "id"],
                name="enrolment_confirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "sent", "received", "confirmed", "returned"])),
                fields=["initiative", "year", "state", "id"],
                name="enrolment_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "returned"])),
                fields=["id"],
                name="enrolment_unfinished",
            ),
        ),
    ]
