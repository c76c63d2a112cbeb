"""One row for each thing that can be found, whatever room it lives in. Written only by `search.index`."""

from typing import Any

from django.db import models

from kheo.lib.periods import BEGINNING


class LexemesField(models.TextField):
    """PostgreSQL's tsvector, written as its own literal. SQLite's words are in the table `search_words`."""

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


class Document(models.Model):
    """What search knows about one thing. Ids rise with time, so that "newest first" is the order of ids."""

    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    title = models.CharField(max_length=500)
    place = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    # Numbers of documents, each one token: "05-CT/TU" and "05 – ct/tu" are both 05xctxtu.
    numbers = models.TextField(blank=True)
    title_folded = models.TextField(blank=True)
    text_folded = models.TextField(blank=True)
    lexemes = LexemesField(blank=True, editable=False)
    # `places` and `units` lie above this room: ids, by which the scopes of the kinds choose.
    area_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    public = models.BooleanField(default=False)
    day = models.DateField(default=BEGINNING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_one_per_thing")]
        indexes = [
            # What is seen is looked through the newest first (`newest.py`).
            models.Index(fields=["unit_id", "id"], name="search_unit_newest"),
            models.Index(fields=["area_id", "id"], name="search_area_newest"),
            models.Index(fields=["kind", "id"], name="search_kind_newest"),
            models.Index(fields=["id"], name="search_public_newest", condition=models.Q(public=True)),
        ]

    def __str__(self) -> str:
        return self.title


class Words(models.Model):
    """SQLite's full-text table beside `Document`, made by hand in a migration; absent on PostgreSQL."""

    document = models.OneToOneField(
        Document, on_delete=models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="words"
    )
    # FTS5 names the whole row by the table's own name.
    row = models.TextField(db_column="search_words")

    class Meta:
        managed = False
        db_table = "search_words"

    def __str__(self) -> str:
        return str(self.pk)
