"""Taking texts and questions apart into the words both databases know."""

import re
from dataclasses import dataclass
from functools import lru_cache

from kheo.lib.vietnamese import fold, nfc

_WORD = re.compile(r"[^\W_]+")
# 05-CT/TU, 12 – KH/BCĐ, 119/2025/NQ-CP, 07-KH/HU: a figure, then parts joined by dashes or slashes.
_DASHES = "-‐‑‒–—−/"
_NUMBER = re.compile(rf"\b\d+[^\W\d_]*\s*(?:[{_DASHES}]\s*[^\W_]+\s*)+")
_STEPS = re.compile(r"[^\W\d_]+|\d+")
# Questions longer than this are cut: nobody types them, pasted texts are no questions.
MOST_WORDS = 12
LONGEST_WORD = 200


def words(text: str) -> list[str]:
    return _WORD.findall(nfc(text).lower())


@lru_cache(100_000)
def _folded_word(word: str) -> str:
    return fold(word)


def folded(text: str) -> str:
    """`fold`, several times faster on long texts, whose words repeat."""
    return " ".join(filter(None, map(_folded_word, text.split())))


@lru_cache(100_000)
def _both(word: str) -> tuple[list[str], list[str]]:
    # PostgreSQL refuses words beyond 2 KB; nobody looks for them.
    typed, plain = words(word[:1000]), words(fold(word[:1000]))
    return [each for each in typed if len(each) <= LONGEST_WORD], [
        each for each in plain if len(each) <= LONGEST_WORD
    ]


def bags(text: str) -> tuple[set[str], set[str]]:
    """The different words of a text, as typed and without marks."""
    exact: set[str] = set()
    bare: set[str] = set()
    for word in set(text.split()):
        typed, plain = _both(word)
        exact.update(typed)
        bare.update(plain)
    return exact, bare


def number_word(number: str) -> str:
    """A document's number as one word: "05-CT/TU", "05 – ct/tu" and "05CT/TU" are all "05xctxtu"."""
    return "x".join(_STEPS.findall(fold(number)))[:LONGEST_WORD]


@dataclass(frozen=True)
class Question:
    """What somebody looks for.

    `exact` are the words as typed, `folded` the same without marks, `numbers` the numbers of documents
    among them and `beside` the folded words that are no part of a number. A last word longer than a letter
    counts as the beginning of a word (`begins`), unless it ends a number: of "05-CT/TU" the words are whole,
    and "tu" begins half of all there are.
    """

    exact: tuple[str, ...]
    folded: tuple[str, ...]
    numbers: tuple[str, ...]
    beside: tuple[str, ...]
    begins: bool = True

    @classmethod
    def of(cls, text: str) -> "Question":
        text = nfc(text)[:1000]
        matches = list(_NUMBER.finditer(text))
        numbers = tuple(number_word(match.group()) for match in matches)[:3]
        exact = tuple(word[:LONGEST_WORD] for word in words(text)[:MOST_WORDS])
        return cls(
            exact=exact,
            folded=tuple(word[:LONGEST_WORD] for each in exact for word in words(fold(each))),
            numbers=numbers,
            beside=tuple(word[:LONGEST_WORD] for word in words(fold(_NUMBER.sub(" ", text)))[:MOST_WORDS]),
            begins=not matches or bool(words(text[matches[-1].end() :])),
        )

    def __bool__(self) -> bool:
        return bool(self.folded)


def snippet(text: str, question: Question, around: int = 12) -> str:
    """The words of `text` around the first that answers the question; its beginning if none does."""
    shown = text[:20_000].split()
    answers = (
        place
        for place, word in enumerate(shown)
        if any(w.startswith(question.folded) for w in _both(word)[1])
    )
    position = next(answers, 0)
    first = max(0, position - around // 2)
    last = first + 2 * around
    return ("… " if first else "") + " ".join(shown[first:last]) + (" …" if last < len(shown) else "")
