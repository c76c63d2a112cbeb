"""How each database is asked. Both answer in the same steps, from the closest match to the loosest:

    0  the number of a document          (only if the question holds one)
    1  all words as typed, in the title
    2  all words without marks, in the title
    3  all words as typed, anywhere
    4  all words without marks, anywhere

so that "hòa" finds hòa before hoa, and "hoa" finds both. Inside a step the newest comes first: counting
relevance over all matches of a common word would cost fifty times as much.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Lookup, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField, SmallIntegerField

from .models import Document, Words
from .words import Question, words


@Words._meta.get_field("row").register_lookup  # type: ignore[union-attr]
class Match(Lookup):
    """FTS5's own question to a whole row."""

    lookup_name = "match"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        row, row_params = self.process_lhs(compiler, connection)
        asked, asked_params = self.process_rhs(compiler, connection)
        return f"{row} MATCH {asked}", [*row_params, *asked_params]


def engine() -> "Sqlite | PostgreSQL":
    return ENGINES[connections[Document.objects.db].vendor]


class Engine:
    def found(self, documents: QuerySet[Document], question: Question, most: int) -> list[tuple[int, int]]:
        """The (id, step) of the best `most` of `documents`, in one query, best first, each id once."""
        parts, params = [], []
        for step, asked in enumerate(self.steps(question)):
            if not asked:
                continue
            rows = self.matching(documents, asked).annotate(step=Value(step, SmallIntegerField()))
            rows = rows.order_by(*self.newest).values_list("id", "step")[:most]
            try:
                sql, values = rows.query.get_compiler(Document.objects.db).as_sql()
            except EmptyResultSet:
                return []
            # Django takes no LIMIT inside a UNION on SQLite; a subselect does.
            parts.append(f"SELECT * FROM ({sql}) AS step{step}")  # noqa: S608  (compiled by Django)
            params.extend(values)
        best: dict[int, int] = {}
        with connections[Document.objects.db].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for pk, step in cursor.fetchall():
                best[pk] = min(step, best.get(pk, step))
        return sorted(best.items(), key=lambda each: (each[1], -each[0]))[:most]

    newest: tuple[Any, ...] = ("-id",)

    def steps(self, question: Question) -> list[str]:
        raise NotImplementedError

    def matching(self, documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
        raise NotImplementedError

    def lexemes(self, document: Document) -> str:
        return ""

    def tidy(self) -> None:
        """After many changes at once."""


class Sqlite(Engine):
    newest = (F("words__pk").desc(),)

    def steps(self, question: Question) -> list[str]:
        exact, folded = _all_of(question.exact), _all_of(question.folded)
        number = ""
        if question.numbers:
            number = f"{{numbers}} : ({_all_of(question.numbers)})"
            if question.beside:
                number += f" AND {{title_folded text_folded}} : ({_all_of(question.beside)})"
        return [
            number,
            f"{{title}} : ({exact})",
            f"{{title_folded}} : ({folded})",
            f"{{title text}} : ({exact})",
            f"{{title_folded text_folded}} : ({folded})",
        ]

    def matching(self, documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
        return documents.filter(words__row__match=asked)

    def tidy(self) -> None:
        with connections[Document.objects.db].cursor() as cursor:
            cursor.execute("INSERT INTO search_words(search_words) VALUES ('optimize')")


def _all_of(asked: tuple[str, ...]) -> str:
    # A word holds letters and figures only, so it cannot end its quotation.
    return " AND ".join(f'"{word}"' for word in asked) + " *"


class PostgreSQL(Engine):
    """One tsvector a document: weight A is the title as written, B the title folded, C and D the rest."""

    def steps(self, question: Question) -> list[str]:
        number = ""
        if question.numbers:
            parts = [f"'№{word}':*" for word in question.numbers] + [
                f"'{word}':BD" for word in question.beside
            ]
            number = " & ".join(parts)
        return [
            number,
            _lexemes_of(question.exact, "A"),
            _lexemes_of(question.folded, "B"),
            _lexemes_of(question.exact, "AC"),
            _lexemes_of(question.folded, "BD"),
        ]

    def matching(self, documents: QuerySet[Document], asked: str) -> QuerySet[Document]:
        return documents.filter(
            RawSQL('"search_document"."lexemes" @@ %s::tsquery', [asked], output_field=BooleanField())
        )

    def lexemes(self, document: Document) -> str:
        weights: dict[str, str] = {}
        for text, weight in (
            (document.text_folded, "4D"),
            (document.text, "3C"),
            (document.title_folded, "2B"),
            (document.title, "1A"),
        ):
            for word in words(text):
                known = weights.get(word, "")
                if weight not in known:
                    weights[word] = f"{weight},{known}" if known else weight
        for number in document.numbers.split():
            weights[f"№{number}"] = "4D"
        # PostgreSQL refuses words beyond 2 KB; nobody looks for them.
        return " ".join(f"'{word}':{places}" for word, places in weights.items() if len(word) <= 200)

    def tidy(self) -> None:
        with connections[Document.objects.db].cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list('search_lexemes')")


def _lexemes_of(asked: tuple[str, ...], weights: str) -> str:
    return " & ".join(
        f"'{word}':{'*' if last else ''}{weights}" for word, last in zip(asked, _lasts(asked), strict=True)
    )


def _lasts(asked: tuple[str, ...]) -> list[bool]:
    return [False] * (len(asked) - 1) + [True]


ENGINES: dict[str, Sqlite | PostgreSQL] = {"sqlite": Sqlite(), "postgresql": PostgreSQL()}
