import datetime

import django.db.models.deletion
from django.db import migrations, models

FOREVER = datetime.date(9999, 12, 31)
# What the cells of years are named by → the column. Those counted by month carry "/year".
BY_YEAR = ("enrolled_new", "enrolled_continuing", "enrolled_unknown")
BY_MONTH = (
    "accepted_new", "accepted_continuing", "ended", "households", "people", "money_vnd", "land_m2", "length_cm",
    "work_days", "recognised", "recognition_ended",
)  # fmt: skip
COLUMNS = {**{name: name for name in BY_YEAR}, **{f"{name}/year": name for name in BY_MONTH}}


def sum_up(apps, schema_editor):
    """What the cells of years add up to, commune by commune, on every day on which it changed."""
    forever = f"'{FOREVER}'" if schema_editor.connection.vendor == "sqlite" else f"DATE '{FOREVER}'"
    names = ", ".join(f"'{name}'" for name in COLUMNS)
    cells = f"FROM tallies_cell WHERE measure IN ({names})"
    changes = ", ".join(
        f"CAST(SUM(CASE WHEN measure = '{name}' THEN change ELSE 0 END) AS bigint) AS {column}"
        for name, column in COLUMNS.items()
    )
    any_change = " OR ".join(
        f"SUM(CASE WHEN measure = '{name}' THEN change ELSE 0 END) <> 0" for name in COLUMNS
    )
    until_then = ", ".join(f"CAST(SUM({column}) OVER days AS bigint)" for column in COLUMNS.values())
    schema_editor.execute(
        f"INSERT INTO tallies_areayear (period, area_id, known_from, known_to, {', '.join(COLUMNS.values())}) "  # noqa: S608  (names of our own columns)
        f"SELECT period, area_id, day, LEAD(day, 1, {forever}) OVER days, {until_then} "
        f"FROM (SELECT period, area_id, day, {changes} "
        f"FROM (SELECT measure, period, area_id, known_from AS day, value AS change {cells} "
        f"UNION ALL SELECT measure, period, area_id, known_to, -value {cells} AND known_to < {forever}) AS each "
        f"GROUP BY period, area_id, day HAVING {any_change}) AS changed "
        "WINDOW days AS (PARTITION BY area_id, period ORDER BY day)"
    )
    # On PostgreSQL nothing may be changed in a table whose keys wait to be checked.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    # The sums are made anew from the cells, which keep all that was ever known of them.
    dependencies = [
        ("places", "0007_lineage_of_all"),
        ("tallies", "0004_years_of_few"),
    ]

    operations = [
        migrations.DeleteModel(name="AreaYear"),
        migrations.CreateModel(
            name="AreaYear",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField()),
                ("known_from", models.DateField()),
                ("known_to", models.DateField(default=FOREVER)),
                *((name, models.BigIntegerField(default=0)) for name in COLUMNS.values()),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.area",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("known_to", FOREVER)),
                        fields=("period", "area"),
                        name="one_open_area_year",
                    )
                ],
                "indexes": [
                    models.Index(
                        fields=["period", "known_to", "known_from", "area"],
                        include=tuple(COLUMNS.values()),
                        name="area_year_reading",
                    ),
                    models.Index(fields=["area", "period", "known_to"], name="area_year_of"),
                ],
            },
        ),
        migrations.RunPython(sum_up, migrations.RunPython.noop),
    ]
