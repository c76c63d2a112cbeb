"""Lists: pages by key, counts that stay cheap, and every list as a spreadsheet."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.http import FileResponse, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.tree import Node

from kheo.lib import formats
from kheo.lib.database import Bare
from kheo.lib.periods import VIETNAM

COUNT_TO = 1000
# So many ids are found at once of what is few whoever looks.
FEW = 10_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a cell of a spreadsheet holds at most.
LONGEST_CELL = 32_767
# Two header styles and one body style are all a list needs; times are Vietnam's.
SHEET_ROWS = 1_048_575

Column = tuple[str | Promise, str | Callable[[Any], Any]]


# Set while a long list is read: see `read_in_order`.
_in_order: ContextVar[bool] = ContextVar("in_order", default=False)


@contextmanager
def reading_in_order() -> Iterator[None]:
    """Inside, queries are of a list that is read in its own order until a page is full."""
    token = _in_order.set(True)
    try:
        yield
    finally:
        _in_order.reset(token)


def read_in_order() -> bool:
    """Whether conditions should be asked of each row in turn, not begin by gathering all rows that meet them.

    Gathering is right where few rows meet them, walking where many do; no database knows which is which.
    """
    return _in_order.get()


def parts_of(queryset: models.QuerySet) -> list[models.QuerySet]:
    """The same rows as several questions that share none of them, each of which can begin with its own index.

    It needs a condition that knows its `parts`, of which a row meets one at most (`units.reach.Seen`); where
    there is none, it is the one question.
    """
    found = queryset.order_by()
    nodes: list[Node] = [found.query.where]
    for node in nodes:
        if node.connector != Q.AND or node.negated:
            continue
        for place, condition in enumerate(node.children):
            # Django takes a condition for "condition is true".
            if parts := getattr(getattr(condition, "lhs", None), "parts", ()):
                # Its own copy: `order_by` has made one of the whole question.
                node.children.pop(place)
                return [found.filter(part) for part in parts]
            if isinstance(condition, Node):
                nodes.append(condition)
    return [found]


def one_after_another(parts: Sequence[Any]) -> Any:
    """The answers of several questions in one query, none compared with another."""
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def in_parts(queryset: models.QuerySet) -> models.QuerySet:
    """The ids of the rows, in no order: what is seen in one of two ways follows what is seen in the other.

    Sliced, the database stops as soon as there are enough; of a union it would find every row first.
    """
    return one_after_another([part.values_list("pk", flat=True) for part in parts_of(queryset)])


def count_to(queryset: models.QuerySet, most: int = COUNT_TO) -> int:
    """How many rows there are; `most` + 1 where there are more. One query."""
    return len(in_parts(queryset)[: most + 1])


def first_ids(queryset: models.QuerySet, most: int, newest: bool = False) -> list[int]:
    """The ids of the first rows by key, at most so many, of rows that are few altogether. One query.

    All of them are found and then sorted: by the order itself a database begins with the first rows of the
    whole table and looks at each until it has enough. What a line shows is fetched for the ids.
    """
    key = Bare(F("pk"))
    ordered = queryset.order_by(key.desc() if newest else key.asc())
    return list(ordered.values_list("pk", flat=True)[:most])


def in_order(queryset: models.QuerySet, ids: Sequence[int]) -> list[Any]:
    """The rows with these ids, in the order of the ids. No query where there are none."""
    found = {row.pk: row for row in queryset.filter(pk__in=ids)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


@dataclass(frozen=True)
class Page:
    """One page of a list. `total` is exact up to COUNT_TO, None beyond; `total_text` says it in words."""

    rows: list[Any]
    next_url: str
    previous_url: str
    total: int | None
    total_text: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def keyset_page(
    queryset: models.QuerySet,
    request: HttpRequest,
    order: Sequence[str] = ("-created", "-id"),
    size: int = 50,
    few: bool = False,
) -> Page:
    """The page that `?after=` or `?before=` asks for. Two queries, however deep the page lies.

    `order` names fields or annotations that are never NULL ("-" for descending, "__" across relations);
    the primary key is added when it is missing, so that no row is shown twice or left out. A key that
    cannot be read gives the first page. `few`: a question of which few rows are an answer, whoever looks; the
    page is then taken from all of them, and not looked for among all rows there are.
    """
    fields = [_Key.read(queryset, name) for name in order]
    if not any(key.name in ("id", "pk", queryset.model._meta.pk.name) for key in fields):
        fields.append(_Key.read(queryset, ("-" if fields and fields[-1].descending else "") + "pk"))
    backwards = "before" in request.GET and "after" not in request.GET
    at = _decode(request.GET.get("before" if backwards else "after", ""), fields)
    backwards = backwards and at is not None

    wanted = queryset
    if queryset.query.group_by is None and not queryset.query.combinator:
        most = FEW if few else COUNT_TO
        known = list(in_parts(queryset)[: most + 1])
        total = len(known)
        if total <= most:
            # All of them are known by now, and need not be looked for again.
            wanted = queryset.filter(pk__among=known)
    else:
        total = queryset.order_by()[: COUNT_TO + 1].count()
    if at is not None:
        wanted = wanted.filter(_beyond(fields, at, backwards))
    wanted = wanted.order_by(*(key.order(backwards) for key in fields))
    with reading_in_order():
        # One row more than shown tells whether there is another page.
        rows = list(wanted[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    later = more or backwards if not backwards else True
    earlier = more if backwards else at is not None
    return Page(
        rows=rows,
        next_url=_url(request, "after", fields, rows[-1]) if rows and later else "",
        previous_url=_url(request, "before", fields, rows[0]) if rows and earlier else "",
        total=total if total <= COUNT_TO else None,
        total_text=total_words(total),
    )


def total_words(total: int) -> str:
    """ "Không có dòng nào", "12 dòng", "hơn 1.000 dòng" (for anything above COUNT_TO)."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    if total > COUNT_TO:
        return _("more than %s rows") % formats.number(COUNT_TO, language)
    if total == 0:
        return _("no rows")
    return ngettext("%(n)s row", "%(n)s rows", total) % {"n": formats.number(total, language)}


@dataclass(frozen=True)
class _Key:
    name: str
    descending: bool
    field: models.Field

    @classmethod
    def read(cls, queryset: models.QuerySet, name: str) -> "_Key":
        descending, name = name.startswith("-"), name.removeprefix("-")
        if name in queryset.query.annotations:
            return cls(name, descending, queryset.query.annotations[name].output_field)
        model: Any = queryset.model
        field: Any = None
        for part in name.split("__"):
            if model is None:
                raise FieldDoesNotExist(name)
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
            model = field.related_model
        assert field is not None
        # A foreign key is compared by the key it holds.
        return cls(name, descending, field.target_field if field.is_relation else field)

    def order(self, backwards: bool) -> str:
        return ("-" if self.descending != backwards else "") + self.name

    def of(self, row: Any) -> Any:
        value = row[self.name] if isinstance(row, dict) else attrgetter(self.name.replace("__", "."))(row)
        return value.pk if isinstance(value, models.Model) else value


def _beyond(fields: list[_Key], at: list[Any], backwards: bool) -> Q:
    """Rows behind `at`: (a beyond x) or (a = x and b beyond y) or …, with a bound on `a` an index can use."""
    beyond = Q()
    for place, key in enumerate(fields):
        level = Q(**{f"{each.name}": at[i] for i, each in enumerate(fields[:place])})
        less = key.descending != backwards
        beyond |= level & Q(**{f"{key.name}__{'lt' if less else 'gt'}": at[place]})
    first_less = fields[0].descending != backwards
    return Q(**{f"{fields[0].name}__{'lte' if first_less else 'gte'}": at[0]}) & beyond


def _url(request: HttpRequest, way: str, fields: list[_Key], row: Any) -> str:
    query = request.GET.copy()
    for word in ("after", "before", "format"):
        query.pop(word, None)
    query[way] = _encode([key.of(row) for key in fields])
    return "?" + query.urlencode()


def _encode(values: list[Any]) -> str:
    text = json.dumps(values, cls=_Exact, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class _Exact(DjangoJSONEncoder):
    """Django's encoder cuts microseconds off, which would show a row twice."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _decode(text: str, fields: list[_Key]) -> list[Any] | None:
    if not text or len(text) > 4000:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(fields):
            return None
        read = [key.field.to_python(value) for key, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, ValidationError, OverflowError, RecursionError):
        return None
    if any(
        value is None
        or (isinstance(value, str) and "\x00" in value)
        or (isinstance(value, int) and abs(value) >= 2**63)
        for value in read
    ):
        return None
    return read


def wants_xlsx(request: HttpRequest) -> bool:
    """Whether the list is asked for as a spreadsheet (`?format=xlsx`)."""
    return request.GET.get("format") == "xlsx"


def xlsx_response(
    filename: str, columns: Sequence[Column], rows: Iterable[Any], title: str = ""
) -> FileResponse:
    """The rows as an .xlsx file, written row by row with little memory.

    Each column is a header and an attribute path ("unit.name") or a function of the row. Whole numbers,
    dates and moments stay what they are; text stays text, also when it begins with "=". A queryset is read in
    pieces, so it must not rely on prefetching by more than 2,000 rows at a time.
    """
    file = TemporaryFile()  # noqa: SIM115 - closed by the response
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
            "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
        },
    )
    book.set_properties({"title": title or filename, "company": "", "comments": ""})
    sheet = book.add_worksheet(_sheet_name(title or filename))
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#E3EFEC"}
    )
    body = {
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        # What a program could take for a formula keeps the sign of a text, also when the cell is edited.
        "guarded": book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "part": book.add_format({"num_format": "#,##0.##", "valign": "top"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"}),
        "moment": book.add_format({"num_format": "hh:mm dd/mm/yyyy", "valign": "top", "align": "left"}),
    }
    ways = [way if callable(way) else _getter(way) for _header, way in columns]
    some = list(_in_pieces(rows, 60))
    first, rest = some[0] if some else [], some[1] if len(some) > 1 else iter(())
    values = [[way(row) for way in ways] for row in first]
    for place, (header, _way) in enumerate(columns):
        longest = max([len(str(header)), *(len(str(line[place] or "")) for line in values)])
        sheet.set_column(place, place, min(max(longest + 2, 9), 60), body["text"])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, (header, _way) in enumerate(columns):
        sheet.write_string(0, place, str(header), head)
    at = 0
    for line in values:
        at += 1
        _write(sheet, at, line, body)
    for row in rest:
        at += 1
        if at > SHEET_ROWS:
            break
        _write(sheet, at, [way(row) for way in ways], body)
    if at:
        sheet.autofilter(0, 0, min(at, SHEET_ROWS), len(columns) - 1)
    book.close()
    file.seek(0)
    name = filename if filename.endswith(".xlsx") else f"{filename}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _in_pieces(rows: Iterable[Any], first: int) -> Iterable[Any]:
    """The first rows as a list, from which widths are taken, then an iterator over the rest."""
    source = rows.iterator(chunk_size=2000) if isinstance(rows, models.QuerySet) else iter(rows)
    head = []
    for row in source:
        head.append(row)
        if len(head) == first:
            break
    yield head
    yield source


def _getter(path: str) -> Callable[[Any], Any]:
    def get(row: Any) -> Any:
        for part in path.replace("__", ".").split("."):
            if row is None:
                return None
            row = row.get(part) if isinstance(row, dict) else getattr(row, part)
            if callable(row):
                row = row()
        return row

    return get


def _write(sheet: Any, at: int, line: list[Any], body: dict[str, Any]) -> None:
    for place, value in enumerate(line):
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            sheet.write_string(at, place, _("yes") if value else _("no"), body["text"])
        elif isinstance(value, int) and abs(value) < 10**15:
            sheet.write_number(at, place, value, body["whole"])
        elif isinstance(value, float | Decimal):
            sheet.write_number(at, place, float(value), body["part"])
        elif isinstance(value, datetime):
            local = value.astimezone(VIETNAM).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(at, place, local, body["moment"])
        elif isinstance(value, date) and 1900 < value.year < 9999:
            sheet.write_datetime(at, place, value, body["day"])
        elif isinstance(value, date):
            continue
        else:
            text = str(value)[:LONGEST_CELL]
            sheet.write_string(at, place, text, body["guarded" if text[:1] in "=+-@\t\r" else "text"])


def _sheet_name(title: str) -> str:
    name = "".join(" " if c in "[]:*?/\\'" else c for c in title.removesuffix(".xlsx"))
    return " ".join(name.split())[:31] or "Kheo"
