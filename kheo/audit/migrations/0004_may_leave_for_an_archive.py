"""Entries of a closed year may leave for the archive of that year: in a transaction that says it does that.

On PostgreSQL `EntryQuerySet.take_out` says so by `kheo.archiving`; whoever deletes otherwise is refused as before.
"""

from django.db import migrations

BEGINNING = """
CREATE OR REPLACE FUNCTION audit_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
"""
LET_GO = """
    IF current_setting('kheo.archiving', true) = 'yes' THEN
      RETURN OLD;
    END IF;
"""
END = """
    RAISE EXCEPTION 'audit entries are never removed';
  END IF;
  IF OLD.words_erased_at IS NOT NULL OR NEW.words_erased_at IS NULL
     OR (OLD.id, OLD.at, OLD.user_id, OLD.post_id, OLD.unit_id, OLD.verb, OLD.object_type, OLD.object_id)
     IS DISTINCT FROM
        (NEW.id, NEW.at, NEW.user_id, NEW.post_id, NEW.unit_id, NEW.verb, NEW.object_type, NEW.object_id) THEN
    RAISE EXCEPTION 'audit entries are never rewritten';
  END IF;
  RETURN NEW;
END $$;
"""


def let_go(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BEGINNING + LET_GO + END)


def keep(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BEGINNING + END)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_about_unit")]
    operations = [migrations.RunPython(let_go, keep)]
