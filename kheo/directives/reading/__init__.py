"""Reads directives by rule: number, type, issuer, date, title, references and who is asked to do what.

    from kheo.directives.reading import read
    read(text).as_json()

Rules, no guesses: each item says how sure it is and why, and points at the words it came from (offsets of
the text as
given). What is unsure is marked, what is said for form's sake stands under `candidates`; nothing is dropped
silently.
"""

from kheo.lib.aligned_text import Aligned

from .assignments import read_addressees, read_assignments, read_findings
from .blocks import unwrap
from .header import read_head, read_marks
from .references import read_references
from .shapes import SURE, AddressedBody, Assignment, Found, Reading, Reference, Task

__all__ = ["SURE", "AddressedBody", "Assignment", "Found", "Reading", "Reference", "Task", "read"]


def read(text: str) -> Reading:
    """The reading of one text; offsets in it refer to `text` exactly as given (also when that is NFD).
    Never raises."""
    aligned = Aligned(text)
    unwrap(aligned)
    head = read_head(aligned)
    assignments, candidates = read_assignments(aligned, head)
    return Reading(
        number=head.number,
        doc_type=head.doc_type,
        issuer=head.issuer,
        issued_on=head.issued_on,
        place=head.place,
        title=head.title,
        text_kind=head.text_kind,
        references=read_references(aligned, head),
        assignments=assignments,
        candidates=candidates,
        addressees=read_addressees(aligned, head),
        marks=read_marks(aligned),
        findings=read_findings(aligned, head),
    )
