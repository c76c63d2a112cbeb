"""The words of each room: found in its code and templates, held against its Vietnamese catalogue.

`script/messages [ROOM…]` renews catalogues and says what is still to be translated; `script/messages --check`
changes nothing and fails where something is missing. No gettext programs are needed.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from kheo.rooms import ROOMS

# The demonstration stands on the roof and speaks too.
SPEAKING = [*ROOMS, "demo"]
HOUSE = Path(__file__).resolve().parent.parent
LANGUAGE = "vi"

# Django's names for gettext, with the places of singular, plural and context.
KEYWORDS: dict[str, Any] = {
    "_": None,
    **dict.fromkeys(["gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}

HEADER = f"""\
msgid ""
msgstr ""
"Language: {LANGUAGE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

PLACEHOLDER = re.compile(r"%\(\w+\)|%[sdifr]\b|\{\w*(?=[:!}])")


def catalogue_of(room: str) -> Path:
    return HOUSE / room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def sources(room: str) -> Iterator[Path]:
    for path in sorted((HOUSE / room).rglob("*")):
        if path.suffix in (".py", ".html", ".txt") and not {"tests", "migrations", "static"} & set(
            path.parts
        ):
            yield path


def as_python(template: str) -> str:
    """A template as lines of Python, in which its words are calls of gettext."""
    from django.utils.translation.template import templatize

    return "\n".join(line.strip() for line in templatize(template).splitlines())


def found_in(room: str) -> Catalog:
    """All messages of a room, as code and templates write them."""
    catalog = Catalog()
    for path in sources(room):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = as_python(text)
        for line, words, _comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            catalog.add(words, locations=[(str(path.relative_to(HOUSE)), line)], context=context)
    return catalog


def translated(room: str) -> Catalog:
    path = catalogue_of(room)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def messages(catalog: Catalog) -> dict[tuple[Any, str | None], Message]:
    """Messages by singular and context, the header left out."""
    return {(singular(message), message.context): message for message in catalog if message.id}


def singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def words_of(message: Message) -> list[str]:
    """The translation; several for languages with plurals, of which Vietnamese is none."""
    words = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return [word or "" for word in words]


def placeholders(text: str) -> set[str]:
    """%(name)s and {name:.1f} count by their beginnings: a translation may write a number another way."""
    return set(PLACEHOLDER.findall(text))


def faults(room: str) -> list[str]:
    """What a room's catalogue lacks, one sentence each."""
    wrong = []
    wanted, have = messages(found_in(room)), messages(translated(room))
    for key, message in wanted.items():
        where = ":".join(map(str, message.locations[0]))
        told = have.get(key)
        if told is None:
            wrong.append(f"{where}: not in the catalogue: {key[0]!r}")
        elif isinstance(message.id, tuple) and told.id != message.id:
            wrong.append(f"{where}: the catalogue has another plural of {key[0]!r}")
        elif not all(words_of(told)):
            wrong.append(f"{where}: not translated: {key[0]!r}")
        elif told.fuzzy:
            wrong.append(f"{where}: only guessed (fuzzy): {key[0]!r}")
        else:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            # The singular may leave a number out ("one file"); Vietnamese has one form for both.
            expected = set().union(*map(placeholders, ids))
            wrong += [
                f"{where}: other placeholders in {word!r} than in {key[0]!r}"
                for word in words_of(told)
                if placeholders(word) != expected
            ]
    wrong += [f"{room}: no longer used: {key[0]!r}" for key in have if key not in wanted]
    return wrong


def stale(room: str) -> list[str]:
    """What the compiled catalogue says differently from the written one."""
    written = messages(translated(room))
    if not written:
        return []
    path = catalogue_of(room).with_suffix(".mo")
    if not path.exists():
        return [f"{room}: the catalogue isn't compiled: kheo build"]
    with path.open("rb") as file:
        compiled = GNUTranslations(file)

    def spoken(message: Message) -> str:
        one, many = message.id if isinstance(message.id, (tuple, list)) else (message.id, None)
        if many is None:
            return compiled.pgettext(message.context, one) if message.context else compiled.gettext(one)
        if message.context:
            return compiled.npgettext(message.context, one, many, 1)
        return compiled.ngettext(one, many, 1)

    return [
        f"{room}: compiled otherwise, or not at all: {key[0]!r}: kheo build"
        for key, message in written.items()
        if all(words_of(message)) and spoken(message) != words_of(message)[0]
    ]


def contradictions() -> list[str]:
    """The same words translated in two ways: one room's translation hides the other's everywhere."""
    first: dict[Any, tuple[str, list[str]]] = {}
    wrong = []
    for room in SPEAKING:
        for key, message in messages(translated(room)).items():
            if not all(words_of(message)):
                continue
            earlier, words = first.setdefault(key, (room, words_of(message)))
            if words != words_of(message):
                wrong.append(
                    f"{key[0]!r} is {words[0]!r} in {earlier} and {words_of(message)[0]!r} in {room}"
                )
    return wrong


# What a sentence of several rooms may name in Vietnamese only where its English names it too.
NAMED = {
    "đăng ký": "regist|enrol",
    "báo cáo": "report|tells of",
    "văn bản": "document|paper|decision|decided",
    "mô hình": "initiative|model|look like|similar",
    "danh mục": "list|catalogue|known",
    "tin bài": "stor(y|ies)",
    "kế hoạch": "plan",
    "không hỏi": "ask",
}
# Means the same wherever it stands.
THE_SAME = {"Period", "Send", "Withdraw", "Withdraw it"}


def borrowed() -> list[str]:
    """What several rooms say in one English sentence, and in Vietnamese with a thing of one of them alone."""
    rooms: dict[str, list[str]] = {}
    told: dict[str, str] = {}
    for room in SPEAKING:
        for (words, context), message in messages(translated(room)).items():
            if context is None:
                rooms.setdefault(words, []).append(room)
                told[words] = words_of(message)[0]
    return [
        f"{words!r} is {told[words]!r} in {', '.join(rooms[words])}: only there “{thing}”. Give it a context."
        for words in rooms
        if len(rooms[words]) > 1 and words not in THE_SAME
        for thing, named in NAMED.items()
        if thing in told[words].lower() and not re.search(named, words, re.IGNORECASE)
    ]


def renew(room: str) -> None:
    """Write the room's catalogue anew: all its messages in the order of the code, with its translations.

    What is new here but already said in another room is said the same way.
    """
    wanted, kept = found_in(room), messages(translated(room))
    said = {
        key: message
        for other in SPEAKING
        for key, message in messages(translated(other)).items()
        if all(words_of(message)) and not message.fuzzy
    }
    if not messages(wanted):
        catalogue_of(room).unlink(missing_ok=True)
        return
    fresh = Catalog(locale=LANGUAGE)
    for key, message in messages(wanted).items():
        told = kept.get(key)
        if told is None or told.fuzzy or not all(words_of(told)):
            told = said.get(key)
        words: Any = words_of(told) if told is not None else [""]
        plural = isinstance(message.id, tuple)
        fresh.add(message.id, tuple(words[:1]) if plural else words[0], context=message.context)
    body = io.BytesIO()
    write_po(body, fresh, omit_header=True, width=110, sort_output=False)
    path = catalogue_of(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body.getvalue().decode().strip() + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/messages")
    parser.add_argument("rooms", nargs="*", metavar="ROOM")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail where something is missing"
    )
    options = parser.parse_args()
    if unknown := set(options.rooms) - set(SPEAKING):
        parser.error(f"no room is called {' or '.join(sorted(unknown))}")
    wrong = []
    for room in options.rooms or SPEAKING:
        if not options.check:
            renew(room)
        wrong += faults(room)
    wrong += contradictions()
    if wrong:
        print("\n".join(wrong))
    if options.check and wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
