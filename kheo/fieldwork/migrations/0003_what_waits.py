from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fieldwork", "0002_kinds"),
        ("initiatives", "0008_received_and_under_way"),
        ("units", "0008_prepared_out_of_force"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fieldreport",
            index=models.Index(
                condition=models.Q(("state", "sent")), fields=["enrolment", "id"], name="field_report_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="fieldreport",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "returned"])),
                fields=["id"],
                name="field_report_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="fieldreportstep",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "sent", "returned"])),
                fields=["by", "report"],
                name="field_report_step_own",
            ),
        ),
    ]
