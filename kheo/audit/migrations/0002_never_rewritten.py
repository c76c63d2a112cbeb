"""The database itself holds the journal: no row is rewritten, and on PostgreSQL none is removed.

Words may be erased by right, once, and only together with the time of the erasure. SQLite empties
tables between transactional tests by DELETE, so there the model alone refuses removal.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_entry_kept BEFORE UPDATE ON audit_entry
WHEN OLD.words_erased_at IS NOT NULL OR NEW.words_erased_at IS NULL
  OR OLD.id IS NOT NEW.id OR OLD.at IS NOT NEW.at OR OLD.user_id IS NOT NEW.user_id
  OR OLD.post_id IS NOT NEW.post_id OR OLD.unit_id IS NOT NEW.unit_id
  OR OLD.verb IS NOT NEW.verb OR OLD.object_type IS NOT NEW.object_type OR OLD.object_id IS NOT NEW.object_id
BEGIN SELECT RAISE(ABORT, 'audit entries are never rewritten'); END
"""

POSTGRESQL = """
CREATE FUNCTION audit_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
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
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_kept();
"""


def guard(apps, schema_editor):
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_entry_kept")
    else:
        schema_editor.execute(
            "DROP TRIGGER audit_entry_kept ON audit_entry; DROP FUNCTION audit_entry_kept()"
        )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
