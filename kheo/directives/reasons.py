"""Why the reader is unsure, in the words of the person who looks.

The reader gives its reasons in plain English, as they stand in its JSON, several joined by "; "; they are
kept so and told here. One this table does not know is told in general words, never in another language.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Ours: written when a reading becomes rows.
CENTRAL = gettext_noop("a central body, none that Khéo holds")
NO_FUNCTION = gettext_noop("its function is not known: choose it")
NO_LEVEL = gettext_noop("no level is said: taken as every level")

KNOWN = {
    CENTRAL,
    NO_FUNCTION,
    NO_LEVEL,
    gettext_noop("a basis without number"),
    gettext_noop("a body and a colon"),
    gettext_noop("a body and a colon after an adverbial"),
    gettext_noop("a body and a full stop"),
    gettext_noop("a body and a verb after a caption"),
    gettext_noop("a body and a verb after an adverbial"),
    gettext_noop("a body and a verb of duty"),
    gettext_noop("a body as heading"),
    gettext_noop("a clause of enforcement"),
    gettext_noop("a closing formula"),
    gettext_noop("a congress's resolution has no number in prose"),
    gettext_noop("a date in the head without a place"),
    gettext_noop("a failing is stated"),
    gettext_noop("a heading of general words"),
    gettext_noop("a heading over tasks, its name unknown"),
    gettext_noop("a law among the bases, without number"),
    gettext_noop("a letter without a summary line"),
    gettext_noop("a letter without a unit"),
    gettext_noop("a number of a known form"),
    gettext_noop("a quoted title without number"),
    gettext_noop("a report has no head"),
    gettext_noop("a row of a table"),
    gettext_noop("a row of a table whose cells ran together"),
    gettext_noop("a stamp near the head"),
    gettext_noop("a table's cell"),
    gettext_noop("after the number"),
    gettext_noop("after “Số” in the head"),
    gettext_noop("after “V/v”"),
    gettext_noop("an order in the closing sentence"),
    gettext_noop("before the date in the head"),
    gettext_noop("before the number"),
    gettext_noop("day and month as told; the year is the report's"),
    gettext_noop("directed by the body before it"),
    gettext_noop("named in brackets after the task"),
    gettext_noop("a report tells the number without its symbol"),
    gettext_noop("a report that tells no number"),
    gettext_noop("told in a report"),
    gettext_noop("the letter's addressees"),
    gettext_noop("from the number's abbreviation only"),
    gettext_noop("from the number's abbreviation; no heading names it"),
    gettext_noop("hyphen missing after the number"),
    gettext_noop("in the head"),
    gettext_noop("issuer not in the table"),
    gettext_noop("it has a number or a type under a letterhead"),
    gettext_noop("missing hyphen"),
    gettext_noop("named by a label"),
    gettext_noop("named by a label after the task"),
    gettext_noop("neither an official head nor a report of one document"),
    gettext_noop("neither number nor date in the head"),
    gettext_noop("no date in the head"),
    gettext_noop("no function of its own"),
    gettext_noop("no head and no number of a document the text reports"),
    gettext_noop("no letterhead"),
    gettext_noop("no line with a number in the head"),
    gettext_noop("no number found"),
    gettext_noop("no number yet: a draft"),
    gettext_noop("no place in the head"),
    gettext_noop("no such day"),
    gettext_noop("no title found"),
    gettext_noop("no title under the type"),
    gettext_noop("no type printed"),
    gettext_noop("not in the registry"),
    gettext_noop("outside the known forms"),
    gettext_noop("printed as heading"),
    gettext_noop("printed as heading, but the number says"),
    gettext_noop("printed in small letters"),
    gettext_noop("printed near the head"),
    gettext_noop("read as a letter: neither a known type nor a known issuer"),
    gettext_noop("slash missing after the year"),
    gettext_noop("spaces around the separators"),
    gettext_noop("the date after the number"),
    gettext_noop("the date has blanks"),
    gettext_noop("the date in the sentence"),
    gettext_noop("the document the report is about"),
    gettext_noop("the groups do not fit any family"),
    gettext_noop("the letterhead"),
    gettext_noop("the letterhead, board under its committee"),
    gettext_noop("the letterhead, board under the Central Committee"),
    gettext_noop("the letterhead, signed for the Standing Committee"),
    gettext_noop("the number could not be read"),
    gettext_noop("the number does not tell"),
    gettext_noop("the number is of a secret series"),
    gettext_noop("the number is told in a sentence, not in a head"),
    gettext_noop("the report gives no date"),
    gettext_noop("the sentence has no title"),
    gettext_noop("the sentence names no body"),
    gettext_noop("the subject of the sentence"),
    gettext_noop("the text is empty"),
    gettext_noop("the verb comes some words after the name"),
    gettext_noop("under the type"),
    gettext_noop("unknown type"),
    gettext_noop("unknown words and a verb of duty"),
    gettext_noop("unknown words before a colon and a task"),
}  # fmt: skip


def told(reasons: str) -> str:
    """The reasons in the reader's language: "không có ngày ở phần đầu; …". Empty for none."""
    if not reasons:
        return ""
    if reasons in KNOWN:
        return _(reasons)
    said = []
    for each in reasons.split("; "):
        if each in KNOWN:
            said.append(_(each))
        elif begin := max((known for known in KNOWN if each.startswith(known)), key=len, default=""):
            # What follows are words of the document itself.
            said.append(_(begin) + each.removeprefix(begin))
        elif each:
            said.append(_("the rules are not sure"))
    return "; ".join(dict.fromkeys(said))
