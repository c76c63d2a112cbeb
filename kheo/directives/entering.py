"""When a document comes in: its file is kept, its text is read, and what was read waits for a person.

1. A text marked *mật* is refused before anything is kept, whether pasted or inside a file.
2. The file is kept also when it cannot be read (a scan, a password, damaged letters): the sentence that says
   why stands above the form, and the person types beside the file.
3. The reading becomes rows (references, tasks, bodies) that point at their words; nothing counts until it is
   confirmed.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.lib import legacy_text
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc
from kheo.search import index
from kheo.units.models import Function, Level, Post

from .models import Addressee, Assignment, Directive, Reference
from .models.directive import ENTER
from .reasons import CENTRAL, NO_FUNCTION, NO_LEVEL

# Of the words of a text; below it the letters are damaged or the language is another.
LEAST_VIETNAMESE = 0.12


@dataclass
class _Read:
    text: str = ""
    found: Any = None
    unread: str = ""


def enter(
    by: Post, *, text: str = "", upload: File | None = None, internal: bool = False, source: str = ""
) -> Directive:
    """Take a document in for the post's unit; answers the Directive, waiting for confirmation.

    Raises Refused for a document marked mật, of which nothing is kept.
    """
    by.require(*ENTER, unit=by.unit)
    # The file is read in any case: it may be marked mật where the pasted text is not.
    read = _read_file(upload)
    if text.strip():
        read = _read_text(text)
    attachment = Attachment.objects.store(upload, by=by, kind="directive") if upload is not None else None
    with transaction.atomic():
        directive = Directive(
            text=read.text,
            unread=read.unread,
            file=attachment,
            internal=internal,
            source=nfc(source),
            entered_for=by.unit,
            entered_by=by,
            sample=by.unit.sample,
        )
        _fill(directive, read.found)
        directive.save()
        if attachment is not None:
            attachment.belong_to(directive)
        _write_rows(directive, read.found)
        directive.steps.create(state=Directive.State.READ, by=by)
        index.update(directive)
        record(directive, "directive_entered", by=by)
    return directive


def refuse_secret(upload: File) -> None:
    """Raises Secret for a file marked mật, whatever it is handed in for; one that cannot be read passes."""
    _read_file(upload)


def read_typed(directive: Directive, by: Post, text: str) -> None:
    """Read what a person typed beside a scan. Only while nothing has been confirmed and no text was there."""
    by.require(*ENTER, unit=directive.entered_for)
    read = _read_text(text)
    with transaction.atomic():
        changed = Directive.objects.filter(pk=directive.pk, state=Directive.State.READ, text="").update(
            text=read.text
        )
        if changed != 1:
            raise Refused(_("This document already has its text. Reload the page."))
        directive.text = read.text
        _fill(directive, read.found)
        directive.save()
        if not directive.assignments.exists():
            _write_rows(directive, read.found)
        index.update(directive)
        record(directive, "directive_read", by=by)


def _read_text(text: str) -> _Read:
    """Pasted or typed text, also in a legacy encoding. What is not Vietnamese is refused."""
    converted = legacy_text.convert(text.replace("\r\n", "\n").replace("\r", "\n"))
    read = _read(converted.text)
    if read.unread:
        raise Refused(read.unread)
    return read


def _read_file(upload: File | None) -> _Read:
    """The text of a file; what cannot be read is said, for the file is kept all the same."""
    # The rules compile hundreds of patterns: only who reads a document loads them.
    from .reading import extract

    if upload is None:
        return _Read()
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    try:
        source = extract.text_of(content, upload.name or "", check=False)
    except Refused as refusal:
        return _Read(unread=str(refusal))
    return _read(source.text)


def _read(text: str) -> _Read:
    from . import reading

    text = nfc(text)
    found = reading.read(text)
    _refuse_secret(found)
    if legacy_text.vietnamese_share(text) < LEAST_VIETNAMESE:
        return _Read(
            unread=_(
                "The text does not look Vietnamese, or its letters are damaged. Paste it, or type the fields."
            )
        )
    return _Read(text, found)


def _refuse_secret(found: Any) -> None:
    mark = found.marks.get("secret")
    if mark is not None and mark.value:
        raise Secret(
            _(
                "This document is marked “%(mark)s”. Secret documents must not be kept here: nothing of it "
                "was kept. Handle it as the rules on state secrets say."
            )
            % {"mark": mark.value}
        )


class Secret(Refused):
    """The document is marked mật; nothing of it may stay."""


def _fill(directive: Directive, found: Any) -> None:
    """The document's own fields from the reading, where nobody has typed them yet."""
    if found is None:
        return
    read = {
        "number": found.number.value,
        "doc_type": found.doc_type.value,
        "issuer_text": found.issuer.value,
        "title": found.title.value,
        "issued_on": _day(found.issued_on.value),
    }
    for name, value in read.items():
        if value and not getattr(directive, name):
            longest = Directive._meta.get_field(name).max_length  # type: ignore[union-attr]
            setattr(directive, name, value[:longest] if isinstance(value, str) and longest else value)
    internal = found.marks.get("internal")
    directive.internal = directive.internal or bool(internal and internal.value)
    directive.reading = found.as_json()


def _write_rows(directive: Directive, found: Any) -> None:
    if found is None:
        return
    for each in found.references:
        Reference.objects.create(
            directive=directive,
            number=(each.number or "")[:60],
            doc_type=(each.doc_type or "")[:60],
            issuer_text=(each.issuer or "")[:300],
            issued_on=_day(each.issued_on),
            title=each.title or "",
            written=each.written,
            start=each.span[0],
            end=each.span[1],
            confidence=each.confidence,
            reason=each.reason[:300],
        )
    functions = set(Function.objects.values_list("code", flat=True))
    order = 0
    for given in found.assignments:
        for task in given.tasks:
            row = Assignment.objects.create(
                directive=directive,
                order=order,
                text=task.text,
                due_on=_day(task.deadline_on),
                due_text=(task.deadline or "")[:200],
                cadence=(task.cadence or "")[:60],
                product=(task.product or "")[:300],
                start=task.span[0],
                end=task.span[1],
                confidence=min(given.confidence, task.confidence),
                reason="; ".join(part for part in (given.reason, task.reason) if part)[:300],
            )
            order += 1
            Addressee.objects.bulk_create(_bodies(row, given, task, functions))


def _bodies(row: Assignment, given: Any, task: Any, functions: set[str]) -> list[Addressee]:
    from .reading.bodies import classify

    part = Addressee.Part.FOLLOW_UP if task.follows_up else Addressee.Part.LEAD
    bodies = [
        _body(
            row,
            body.name,
            body.function,
            body.level,
            part,
            functions,
            body.span,
            body.confidence,
            body.reason,
        )
        for body in given.bodies
    ]
    for name in dict.fromkeys([*given.cooperates_with, *task.cooperates_with]):
        function, level = classify(name)
        at = _place(row, task, name)
        bodies.append(_body(row, name, function, level, Addressee.Part.COOPERATE, functions, at, 0.8, ""))
    return bodies


def _body(
    row: Assignment,
    name: str,
    function: str,
    level: str,
    part: str,
    functions: set[str],
    span: tuple[int, int] | None,
    confidence: float,
    reason: str,
) -> Addressee:
    known = function in functions and function != "other" and level != "central"
    if level == "central":
        reason, confidence = CENTRAL, min(confidence, 0.5)
    elif not known:
        reason, confidence = reason or NO_FUNCTION, min(confidence, 0.5)
    elif not level:
        reason = reason or NO_LEVEL
    return Addressee(
        assignment=row,
        written=name[:300],
        function_id=function if known else None,
        level=level if level in Level.values else "",
        part=part,
        start=span[0] if span else None,
        end=span[1] if span else None,
        confidence=confidence,
        reason=reason[:300],
    )


def _place(row: Assignment, task: Any, name: str) -> tuple[int, int] | None:
    """Where a body that cooperates stands in its task's words, if it stands there as written."""
    found = re.search(re.escape(name), task.text, re.IGNORECASE)
    if not found or task.span[1] - task.span[0] != len(task.text):
        return None
    return task.span[0] + found.start(), task.span[0] + found.end()


def _day(value: str | date | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
