"""The letters of the page font: Vietnamese, Latin-1 for names from abroad, and the marks of office papers."""

_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_VIETNAMESE = "ĂăĐđĨĩŨũƠơƯư" + "".join(map(chr, range(0x1EA0, 0x1EFA)))
_LATIN_1 = "".join(map(chr, range(0xC0, 0x100))) + "\u00a0°²³·«»§©®±½¼¾µ"
# Combining marks, so that a text in NFD is set in the same font.
_MARKS = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
_SIGNS = "–—‘’“”„…•†‹›€₫™−×÷≤≥≈→←↑↓✓№\u202f\u2009"

LETTERS = "".join(sorted(set(_ASCII + _VIETNAMESE + _LATIN_1 + _MARKS + _SIGNS)))
DIGITS = "0123456789"
