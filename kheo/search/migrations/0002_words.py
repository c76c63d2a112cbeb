# ruff: noqa: S608
"""The index of words: an FTS5 table kept in step by triggers on SQLite, a GIN index on PostgreSQL.

A later migration that makes SQLite copy `search_document` anew (any altered column) must make the
triggers again: they fall with the old table.
"""

from django.db import migrations

COLUMNS = "title, text, numbers, title_folded, text_folded"
NEW = "NEW.title, NEW.text, NEW.numbers, NEW.title_folded, NEW.text_folded"
OLD = "OLD.title, OLD.text, OLD.numbers, OLD.title_folded, OLD.text_folded"

SQLITE = [
    f"""CREATE VIRTUAL TABLE search_words USING fts5({COLUMNS},
        content='search_document', content_rowid='id', prefix='2',
        tokenize="unicode61 remove_diacritics 0")""",
    f"""CREATE TRIGGER search_words_added AFTER INSERT ON search_document BEGIN
        INSERT INTO search_words(rowid, {COLUMNS}) VALUES (NEW.id, {NEW}); END""",
    f"""CREATE TRIGGER search_words_removed AFTER DELETE ON search_document BEGIN
        INSERT INTO search_words(search_words, rowid, {COLUMNS}) VALUES ('delete', OLD.id, {OLD}); END""",
    f"""CREATE TRIGGER search_words_changed AFTER UPDATE OF id, {COLUMNS} ON search_document BEGIN
        INSERT INTO search_words(search_words, rowid, {COLUMNS}) VALUES ('delete', OLD.id, {OLD});
        INSERT INTO search_words(rowid, {COLUMNS}) VALUES (NEW.id, {NEW}); END""",
]
POSTGRESQL = [
    # Long columns out of line: finding and sorting the matches of a common word reads every row of them.
    "ALTER TABLE search_document SET (toast_tuple_target = 128)",
    "ALTER TABLE search_document ALTER COLUMN lexemes SET STORAGE EXTERNAL",
    "CREATE INDEX search_lexemes ON search_document USING gin (lexemes)",
]


def forwards(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in ("added", "removed", "changed"):
            schema_editor.execute(f"DROP TRIGGER search_words_{name}")
        schema_editor.execute("DROP TABLE search_words")
    else:
        schema_editor.execute("DROP INDEX search_lexemes")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
