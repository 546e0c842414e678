"""The words in a feed: how they are escaped, and what must not be in them (rules F11 and F12).

Pure. No finding repeats a word of an entry.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from scheduling.feed_check.finding import Finding, places
from scheduling.feed_check.lines import Block, Line

#: Enough to find a slip, and short enough for every pattern.
_LOOKED_AT: Final = 5_000
_TEXTS: Final = ("SUMMARY", "DESCRIPTION", "LOCATION")
_NAMES: Final = ("NAME", "X-WR-CALNAME")

_RULES: Final = (
    (
        "F11",
        re.compile(r"(?<!\\)(?:\\\\)*[;,]"),
        "A comma or semicolon without its backslash",
        "Some programs cut the text off there.",
    ),
    (
        "F11",
        re.compile(r"(?<!\\)(?:\\\\)*\\(?:[^\\;,nN]|$)"),
        "A backslash before what needs none",
        "Programs show it, or drop the letter.",
    ),
    (
        "F11",
        re.compile(r"\\\\(?:\\*[;,]|n\b|n[A-Z])"),
        "Escaped twice",
        "People read backslashes instead of lines and commas.",
    ),
    (
        "F11",
        re.compile(
            r"</?(?:br|p|a|b|i|div|span|ul|li|html)\b[^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+)\\?;"
        ),
        "HTML",
        "Most programs show the tags as they stand.",
    ),
    (
        "F11",
        re.compile("Ã[\x80-\xbf]|Â[\xa0-\xbf]|â€|\ufffd"),
        "Letters garbled by a wrong character set",
        "People read strange signs.",
    ),
    (
        "F11",
        re.compile("[\x80-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]"),
        "Characters that cannot be seen",
        "Lines break, or words run backwards, in some programs.",
    ),
    (
        "F12",
        re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        "An e-mail address",
        "Whoever sees the diary sees it.",
    ),
)


def word_findings(calendar: Block, entries: Sequence[Block]) -> Iterator[Finding]:
    """Say what is wrong with the words of a calendar and its entries."""
    lines = [*_texts(calendar, _NAMES)]
    for entry in entries:
        lines += _texts(entry, _TEXTS)
    for rule, pattern, what, effect in _RULES:
        numbers = [line.number for line in lines if pattern.search(line.value[:_LOOKED_AT])]
        if numbers:
            yield Finding(rule, f"{what}: {places(numbers)}.", effect)


def _texts(block: Block, names: Sequence[str]) -> Iterator[Line]:
    for name in names:
        yield from block.all(name)
