"""Whether a secret could be guessed because someone made it up, copied it or repeated it. Pure.

Nothing can prove that a text is random. This finds texts that plainly are not, and accepts what a
program made: the chances below are for 32 hexadecimal characters.
"""

import re
from collections import Counter
from math import log2
from typing import Final

SHORTEST: Final = 32
#: 32 random hexadecimal characters have 115 bits by this count; "aaaa…" has none.
_FEWEST_BITS: Final = 80
#: How many different triples of characters there are, as a share. Random: nearly all differ.
_LEAST_VARIED: Final = 0.6
#: How many steps to the next letter, figure or key there are at most. Random: about a fifth.
_MOST_STEPS: Final = 0.5
#: What examples have in place of a secret.
_PLACEHOLDERS: Final = re.compile(
    r"change.?(me|this|it)|secret|passw(or|0r)d|example|your.?key|insecure|default|placeholder"
    r"|replace|random.?(key|string|characters)|qwerty|letmein|alcove|made.?up",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[a-z]+|[A-Z]+|[A-Z][a-z]+")
_KEY_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_NEIGHBOURS: Final = frozenset(
    pair
    for row in _KEY_ROWS
    for one, two in zip(row, row[1:], strict=False)
    for pair in (one + two, two + one)
)
#: A random key of 32 bytes has about 30 different ones.
_FEWEST_BYTES: Final = 12


def weakness(text: str) -> str | None:
    """Return why this could be guessed, without repeating any of it, or ``None``."""
    if len(text) < SHORTEST:
        return f"is too short: use at least {SHORTEST} random characters"
    if _PLACEHOLDERS.search(text):
        return "contains words from an example"
    if _bits(text) < _FEWEST_BITS or _variety(text) < _LEAST_VARIED:
        return "repeats itself"
    if _steps(text) > _MOST_STEPS:
        return "follows the order of the alphabet, numbers or keyboard"
    return "is made of words" if _is_words(text) else None


def is_weak_key(key: bytes, length: int) -> bool:
    """Return whether bytes that should be a random key of this length plainly are not."""
    return len(key) != length or len(set(key)) < _FEWEST_BYTES


def _bits(text: str) -> float:
    """Return how many bits the text has if each character is as likely as it is frequent."""
    total = len(text)
    return -sum(count * log2(count / total) for count in Counter(text).values())


def _variety(text: str) -> float:
    triples = [text[at : at + 3] for at in range(len(text) - 2)]
    return len(set(triples)) / len(triples)


def _steps(text: str) -> float:
    pairs = [text[at : at + 2].lower() for at in range(len(text) - 1)]
    steps = [pair for pair in pairs if abs(ord(pair[0]) - ord(pair[1])) <= 1 or pair in _NEIGHBOURS]
    return len(steps) / len(pairs)


def _is_words(text: str) -> bool:
    """Return whether the text is only words, perhaps with numbers at either end. Random text has
    numbers inside.
    """
    inside = text.strip("0123456789!?.,;:-_ ")
    pieces = re.split(r"[^A-Za-z0-9]+", inside)
    return all(_WORD.fullmatch(piece) for piece in pieces if piece)
