"""What the database must be told after much was written at once."""

from django.db import connection, models


def analyse(*tables: type[models.Model]) -> None:
    """Have PostgreSQL count these tables anew (all, if none is named).

    It plans queries by what it last counted, and counts by itself only a minute or so after a bulk load,
    never inside the same transaction: until then it takes thousands of rows for a handful.
    """
    if connection.vendor != "postgresql":
        return
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")
