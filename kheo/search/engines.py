"""How each database is asked. Both answer in the same steps, from the closest match to the loosest:

    the number of a document               (only if the question holds one)
    all words as typed, in the title
    all words without marks, in the title
    all words as typed, anywhere
    all words without marks, anywhere

so that "hòa" finds hòa before hoa, and "hoa" finds both. Each step leaves out what an earlier one finds,
and is only taken while fewer than asked for are found. Inside a step the newest comes first: weighing all
matches of a common word by relevance would cost fifty times as much.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import F, Lookup, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField, SmallIntegerField

from kheo.lib.rows import often

from .models import Document, LexemesField, Words
from .newest import Newest
from .seen import Seen
from .words import Question, bags, folded

# Stand in a query for what a step asks and for its place, until each step is given its own.
_ASKED, _STEP = "kheo: what this step asks", -31_999


@Words._meta.get_field("row").register_lookup  # type: ignore[union-attr]
class Match(Lookup):
    """FTS5's own question to a whole row."""

    lookup_name = "match"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        row, row_params = self.process_lhs(compiler, connection)
        asked, asked_params = self.process_rhs(compiler, connection)
        return f"{row} MATCH {asked}", [*row_params, *asked_params]


def engine() -> "Sqlite | PostgreSQL":
    return ENGINES[connections[Document.objects.db].vendor]


class Engine:
    newest: tuple[Any, ...] = ()
    # Rows a statement.
    at_once = 500

    def found(self, seen: Seen, question: Question, most: int) -> list[int]:
        """The ids of the best `most` of what is seen, best first."""
        steps = self.steps(question)
        try:
            # The steps differ in two values alone, and what somebody may see takes longest to put in words.
            sql, values = self.worded(Document.objects.filter(seen.rows()), most)
        except EmptyResultSet:
            return []
        parts: list[str] = []
        params: list[Any] = []
        for step, asked in enumerate(steps):
            # Django takes no LIMIT inside a UNION on SQLite; a subselect does.
            parts.append(f"SELECT * FROM ({sql}) AS step{step}")  # noqa: S608  (compiled by Django)
            params.extend(self.filled(values, step, self.without(asked, steps[:step])))
        with connections[Document.objects.db].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts) + " LIMIT %s", [*params, most])
            return [pk for pk, step in sorted(cursor.fetchall(), key=lambda row: (row[1], -row[0]))]

    def worded(self, documents: QuerySet[Document], most: int) -> tuple[str, Sequence[Any]]:
        """The statement of one step, whose values `filled` puts in."""
        rows = self.matching(documents, _ASKED).order_by(*self.newest)
        numbered = rows.annotate(step=Value(_STEP, SmallIntegerField())).values_list("id", "step")[:most]
        return numbered.query.get_compiler(Document.objects.db).as_sql()

    def filled(self, values: Sequence[Any], step: int, asked: str) -> list[Any]:
        own = {_ASKED: asked, _STEP: step}
        return [own.get(value, value) for value in values]

    def steps(self, question: Question) -> list[str]:
        """What each step asks, in the database's own language."""
        raise NotImplementedError

    def without(self, asked: str, earlier: list[str]) -> str:
        """`asked`, but not what the earlier steps asked."""
        raise NotImplementedError

    def matching(self, documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
        raise NotImplementedError

    def write(self, documents: list[Document]) -> None:
        """Insert these, or bring those up to date whose kind and id are known already.

        Written by hand: Django's bulk_create takes four times as long as the database itself.
        """
        connection = connections[Document.objects.db]
        fields = [field for field in Document._meta.concrete_fields if not field.primary_key]
        names = [f'"{field.column}"' for field in fields]
        places = ", ".join(
            field.get_placeholder(None, None, connection) if isinstance(field, LexemesField) else "%s"
            for field in fields
        )
        changing = ", ".join(f"{name} = excluded.{name}" for name in names)
        rows = [
            [field.get_db_prep_save(getattr(document, field.attname), connection) for field in fields]
            for document in documents
        ]
        with often(connection) as cursor:
            for first in range(0, len(rows), self.at_once):
                part = rows[first : first + self.at_once]
                cursor.execute(
                    f'INSERT INTO "search_document" ({", ".join(names)}) '  # noqa: S608  (names of our own columns)
                    f"VALUES {', '.join([f'({places})'] * len(part))} "
                    f'ON CONFLICT ("kind", "object_id") DO UPDATE SET {changing}',
                    [value for row in part for value in row],
                )

    def prepare(self, document: Document) -> None:
        """Fill the columns this database searches in, from title, text and numbers."""
        raise NotImplementedError

    def tidy(self) -> None:
        """After many changes at once."""
        raise NotImplementedError


class Sqlite(Engine):
    """FTS5 keeps the words of each column apart; the columns are the steps."""

    newest = (F("words__pk").desc(),)
    at_once = 70

    def steps(self, question: Question) -> list[str]:
        exact, folded = _all_of(question.exact, question.begins), _all_of(question.folded, question.begins)
        steps = [
            f"{{title}} : ({exact})",
            f"{{title_folded}} : ({folded})",
            f"{{title text}} : ({exact})",
            f"{{title_folded text_folded}} : ({folded})",
        ]
        if question.numbers:
            number = f"{{numbers}} : ({_all_of(question.numbers)})"
            if question.beside:
                number += f" AND {{title_folded text_folded}} : ({_all_of(question.beside, question.begins)})"
            steps.insert(0, number)
        return steps

    def without(self, asked: str, earlier: list[str]) -> str:
        return f"({asked}) NOT ({' OR '.join(f'({each})' for each in earlier)})" if earlier else asked

    def matching(self, documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
        return documents.filter(words__row__match=asked)

    def prepare(self, document: Document) -> None:
        document.title_folded = folded(document.title)
        document.text_folded = folded(document.text)

    def tidy(self) -> None:
        with connections[Document.objects.db].cursor() as cursor:
            cursor.execute("INSERT INTO search_words(search_words) VALUES ('optimize')")


def _all_of(asked: tuple[str, ...], begins: bool = True) -> str:
    # A word holds letters and figures only, so it cannot end its quotation.
    return " AND ".join(f'"{word}"' for word in asked) + (" *" if begins and _begins(asked) else "")


class PostgreSQL(Engine):
    """One tsvector a document, in which a figure before each word says the step it serves.

    Weights would say the same in less room, but the index keeps none: each match would be read again.
    """

    # Not the key itself: the planner, misjudging beginnings of words, would walk the whole table along it.
    newest = ((F("id") + 0).desc(),)

    def steps(self, question: Question) -> list[str]:
        steps = [
            _lexemes("1", question.exact, question.begins),
            _lexemes("2", question.folded, question.begins),
            _lexemes("3", question.exact, question.begins),
            _lexemes("4", question.folded, question.begins),
        ]
        if question.numbers:
            beside = [_lexemes("4", question.beside, question.begins)] if question.beside else []
            steps.insert(0, " & ".join([_lexemes("0", question.numbers), *beside]))
        return steps

    def without(self, asked: str, earlier: list[str]) -> str:
        return " & ".join([f"({asked})", *(f"!({each})" for each in earlier)])

    def matching(self, documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
        return documents.filter(
            RawSQL('"search_document"."lexemes" @@ %s::tsquery', [asked], output_field=BooleanField())
        )

    def found(self, seen: Seen, question: Question, most: int) -> list[int]:
        with transaction.atomic(Document.objects.db), connections[Document.objects.db].cursor() as cursor:
            # The planner does not know what unpacking a tsvector costs, and would read every one for a
            # common word. Steps run one after the other, so that the later ones can be left out.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0")
            newest = Newest(seen, self.steps(question), most)
            try:
                found = self.newest_first(cursor, newest)
            except EmptyResultSet:
                found = []
            cursor.execute(
                "SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL max_parallel_workers_per_gather TO DEFAULT"
            )
            return found

    def newest_first(self, cursor: Any, newest: Newest) -> list[int]:
        """From what is looked through where that is enough, else with the index of words for the older."""
        newest.look(cursor)
        best: list[int] = []
        for step, known in enumerate(newest.found):
            best += sorted(known, reverse=True)
            if len(best) >= newest.most:
                break
            if newest.floor > 0:
                best += self.older(cursor, newest, step, newest.most - len(best))
        return best[: newest.most]

    def older(self, cursor: Any, newest: Newest, step: int, most: int) -> list[int]:
        """The ids that answer this step among what was not looked through."""
        # Not the key itself: the planner would rather walk along it.
        documents = (
            Document.objects.filter(newest.rows).annotate(age=F("id") + 0).filter(age__lt=newest.floor)
        )
        sql, values = self.worded(documents, most)
        asked = self.without(newest.steps[step], newest.steps[:step])
        cursor.execute(sql, self.filled(values, step, asked))
        return [pk for pk, _ in cursor.fetchall()]

    def prepare(self, document: Document) -> None:
        title, title_bare = bags(document.title)
        rest, rest_bare = bags(document.text)
        document.lexemes = " ".join(
            f"'{step}" + f"' '{step}".join(found) + "'"
            for step, found in (
                ("0", document.numbers.split()),
                ("1", title),
                ("2", title_bare),
                ("3", title | rest),
                ("4", title_bare | rest_bare),
            )
            if found
        )

    def tidy(self) -> None:
        with connections[Document.objects.db].cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list('search_lexemes')")


def _lexemes(step: str, asked: tuple[str, ...], begins: bool = True) -> str:
    return " & ".join(f"'{step}{word}'" for word in asked) + (":*" if begins and _begins(asked) else "")


def _begins(asked: tuple[str, ...]) -> bool:
    """Whether the last word may be the beginning of one: a single letter begins too many."""
    return len(asked[-1]) > 1


ENGINES: dict[str, Sqlite | PostgreSQL] = {"sqlite": Sqlite(), "postgresql": PostgreSQL()}
