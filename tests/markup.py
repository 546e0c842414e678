"""Whether a page is valid HTML, and what it says in words: each found out once."""

import re
from functools import lru_cache
from hashlib import blake2b
from html.parser import HTMLParser
from typing import Final

import html5lib

#: A tag with everything in it; a ``>`` in quotation marks does not end it.
_TAG: Final = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
_VALUE: Final = re.compile(r'(?<==)"[^"<>]*"')
#: Words up to anything that could be markup; the name of a character reference is no word.
_WORDS: Final = re.compile(r"(?<![&#\w])\w[\w\s,.:’–-]*")
_valid: set[bytes] = set()


def check_markup(html: str) -> None:
    """Raise ``html5lib.html5parser.ParseError`` unless this is valid HTML.

    Pages that differ only in words and in values of attributes are valid together, so that one of
    them is parsed. What tells valid from invalid stays in what is compared: tags, names of
    attributes, character references, and whatever else stands between words.
    """
    made_of = blake2b(skeleton(html).encode(errors="surrogatepass"), digest_size=16).digest()
    if made_of not in _valid:
        html5lib.HTMLParser(strict=True).parse(html)
        _valid.add(made_of)


def skeleton(html: str) -> str:
    """Return a page with words in its text and in the values of its attributes as ``x``."""
    parts = _TAG.split(html)
    parts[0::2] = [_WORDS.sub("x", text) if "<" not in text else text for text in parts[0::2]]
    parts[1::2] = [tag if tag[1] == "!" else _VALUE.sub(_fewer_words, tag) for tag in parts[1::2]]
    return "".join(parts)


def _fewer_words(value: re.Match[str]) -> str:
    return _WORDS.sub("x", value[0])


@lru_cache(maxsize=64)
def words_of(html: str) -> str:
    """Return the text of the main part of a valid page, or of all of it if it has none, with white
    space folded.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    said = reader.main if reader.has_main else reader.everything
    return " ".join(" ".join(said).split())


class _Reader(HTMLParser):
    """Collects text. In valid HTML the one ``main`` has both its tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.main: list[str] = []
        self.everything: list[str] = []
        self.has_main = False
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main" and not self.has_main:
            self.has_main = self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._inside = False

    def handle_data(self, data: str) -> None:
        self.everything.append(data)
        if self._inside:
            self.main.append(data)
