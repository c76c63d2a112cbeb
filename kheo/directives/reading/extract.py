from dataclasses import dataclass


@dataclass
class SourceText:
    text: str


def text_of(p, filename=""):
    return SourceText(open(p, encoding="utf-8").read())
