"""Secrets: random ones that are kept as a hash, signed ones that expire, and ones that somebody set
and that could be guessed.

Nothing can prove that a text is random. ``weakness`` finds texts that plainly are not, because
someone made them up, copied or repeated them, and accepts what a program made: the chances below
are for 32 hexadecimal characters.
"""

import hashlib
import re
import secrets
from collections import Counter
from datetime import timedelta
from math import log2
from typing import Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.errors import NotFound

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


def secret() -> str:
    """Return 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"alcove.{purpose}")


def sign(purpose: str, value: str) -> str:
    """Sign a value for one purpose; it opens under no other."""
    return _signer(purpose).dumps(value)


def unsign(purpose: str, token: str, lasts: timedelta) -> str:
    """Return the signed value; raises ``NotFound`` if forged, expired or meant for another use."""
    try:
        value = _signer(purpose).loads(token, max_age=int(lasts.total_seconds()))
    except BadSignature as error:
        raise NotFound from error
    return str(value)


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
