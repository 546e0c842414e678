"""Text that people typed, made fit for a page, a calendar entry or a mail header.

Pure: what is removed here is never stored, so no later layer has to think about it again.
What lives elsewhere: escaping for one format (HTML, iCalendar, headers) is that format's writer's.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Self

# Controls, invisible formatting (zero width, bidirectional overrides, byte order mark, tags),
# lone surrogates that no encoding can write, and the two Unicode separators.
_UNUSABLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# As many marks as UAX #15 lets stand on one letter ("Stream-Safe Text Format"); no language needs
# half of them. Composing takes time that grows with the square of a longer pile.
_MOST_MARKS: Final = 30

# These count as letters or symbols in Unicode but show as nothing, so a name could look empty.
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


class Damaged(str):
    """Stands where a stored text cannot be read any more, and says so.

    It is equal to nothing but itself, is cleaned to nothing, and is never written into a sealed
    column (``core.encryption``). So it can be shown, and goes no further.
    """

    __slots__ = ()

    def __new__(cls) -> Self:
        """Return the words that a page shows."""
        return super().__new__(cls, "Can’t be read")

    def __str__(self) -> str:
        """Return itself, so that it stays what it is."""
        return self

    def __eq__(self, other: object) -> bool:
        """Return whether it is the very same object: what two texts said, nobody knows."""
        return self is other

    __hash__ = object.__hash__


def readable(text: str | None) -> str:
    """Return a stored text, or an empty one if there is none or it cannot be read."""
    return "" if text is None or isinstance(text, Damaged) else text


def without_controls(text: str) -> str:
    r"""Return the text with ``\n`` as its only line break and without unusable characters.

    Spaces, blank lines and letters stay as they were; a tab becomes one space. The joiner inside
    some emoji is invisible too and goes: the emoji then shows as its parts.
    """
    # Python ends a line wherever anything does: Unicode, iCalendar and mail disagree on the list.
    unified = "\n".join(f"{text}.".splitlines()).removesuffix(".").replace("\t", " ")
    plain = unified.replace("\n", "").isprintable()
    if plain and not any(letter in unified for letter in _BLANK_LETTERS):
        return unified
    # A text of thousands of letters has some dozens of different ones, and only they are looked at.
    unusable = {letter for letter in set(unified) if letter != "\n" and not _usable(letter)}
    return unified.translate(dict.fromkeys(map(ord, unusable))) if unusable else unified


def clean_line(text: str) -> str:
    """Return one line: no unusable characters, single spaces, nothing at the ends, NFC."""
    return " ".join(_composed(readable(text)).split())


def clean_paragraph(text: str) -> str:
    r"""Return lines cleaned one by one, joined by ``\n``, with at most one blank line in a row."""
    lines = "\n".join(" ".join(line.split()) for line in _composed(readable(text)).split("\n"))
    return re.sub("\n{3,}", "\n\n", lines).strip("\n")


def problem_in(text: str, *, longest: int) -> str | None:
    """Say in a plain sentence why this text cannot be used, or return None if it can.

    The length is counted in characters after cleaning and may be exactly ``longest``. Whether
    an empty field is allowed is for the caller to decide before asking.
    """
    cleaned = clean_paragraph(text)
    if not cleaned:
        return "Write at least one letter or number here"
    if len(cleaned) > longest:
        return f"Keep this to {longest} characters or fewer"
    return None


def _composed(text: str) -> str:
    shown = without_controls(text)
    if shown.isascii():
        return shown
    # Some marks are two in one, so the piles are looked at again once everything is apart.
    apart = unicodedata.normalize("NFD", _without_piles(shown))
    return unicodedata.normalize("NFC", _without_piles(apart))


def _without_piles(text: str) -> str:
    """Return the text with at most so many marks on a letter as any language writes."""
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


@lru_cache(maxsize=2048)
def _usable(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNUSABLE_CATEGORIES and letter not in _BLANK_LETTERS
