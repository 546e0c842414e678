"""The pieces between the commas, semicolons and tabs of a pasted line. Pure.

Every pattern here takes time in proportion to its text, whatever the text is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

# Word ends a line inside a paragraph with a vertical tab.
LINE_END: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")

_CLOSED: Final = r"(?=\s*(?:[,;\t<(\[]|$))"
_QUOTED: Final = re.compile(
    rf'[ \xa0]*(?:"((?:[^"]|"")*+)"|“([^“”"]*+)[”“"]|„([^“”"„]*+)[“”"]|«([^«»]*+)»'
    rf"|'([^']*+)'|‘([^‘’]*+)’){_CLOSED}"
)
# A bracket that is never closed is an ordinary character.
_REST: Final = re.compile(r"(?:<[^<>]*+>|\([^()]*+\)|\[[^\[\]]*+\]|[^,;\t])*+")

#: A cell that begins with a quotation mark and continues below, as spreadsheets write it.
_OPENS: Final = re.compile(r'(?:^|[,;\t])[ \xa0]*"([^"@<>]*)$')
_CLOSES: Final = re.compile(rf'[^"@<>]*"{_CLOSED}')
_MOST_LINES_IN_A_CELL: Final = 4

_MAIL_LINK: Final = re.compile(r"\[(mailto:[^\[\]\s]+)\]", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"([^<>]*)<([^<>]*)>\s*(?:<([^<>]*)>\s*)?")
_ADDRESS_BEHIND: Final = re.compile(r"([^()@]*)\(\s*([^()@\s]+@[^()@\s]+)\s*\)\s*")
_NAME_BEHIND: Final = re.compile(r"\s*([^()@\s]+@[^()@\s]+)\s*\(([^()@]+)\)\s*")

_LABEL: Final = re.compile(
    r"[ \xa0]*(?:from|to|cc|bcc|reply-to|sender|von|an|kopie|bk|de|à|para|cco|da|aan|van|fra|til"
    r"|från|till|e-?mail|mail|address)[ \xa0]*:[ \xa0]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """One piece of a line: the sign before it, where it begins, its words and its address.

    ``address`` is as it was written, and empty if there is none; ``is_named`` says that the words
    are in the cell with the address, as in ``Amina Khan <amina@example.org>``.
    """

    before: str
    start: int
    typed: str
    words: str
    address: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the cell holds an address and its name."""
        return bool(self.address) and bool(self.words)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, counted from 1; a quoted cell keeps its lines together."""
    lines = LINE_END.split(text)
    at = 0
    while at < len(lines):
        number, line, taken = at + 1, lines[at], 1
        if _OPENS.search(line):
            line, taken = _joined(lines[at : at + _MOST_LINES_IN_A_CELL])
        yield number, line
        at += taken


def _joined(lines: list[str]) -> tuple[str, int]:
    for last, line in enumerate(lines[1:], start=1):
        if _CLOSES.match(line):
            return " ".join(lines[: last + 1]), last + 1
        if any(sign in line for sign in '"@<>'):
            break
    return lines[0], 1


def cells_of(line: str) -> list[Cell]:
    """Return the cells of a line, empty ones too, since columns are counted."""
    cells: list[Cell] = []
    at, before = 0, ""
    while True:
        begin = at
        label = _LABEL.match(line, at)
        at = label.end() if label else at
        quoted = _QUOTED.match(line, at)
        words = ""
        if quoted:
            words = next(filter(None, quoted.groups()), "").replace('""', '"')
            at = quoted.end()
        rest = _REST.match(line, at)
        end = rest.end() if rest else at
        cells.append(_cell(before, begin, line[begin:end], words, line[at:end]))
        if end >= len(line):
            return cells
        before, at = line[end], end + 1


def _cell(before: str, start: int, typed: str, quoted: str, rest: str) -> Cell:
    """Split a cell into words and address; ``quoted`` are words in quotation marks before it."""
    made = Cell(before, start, typed.strip(), " ".join(filter(None, (quoted, rest.strip()))))
    text = _MAIL_LINK.sub(r"<\1>", rest)
    if bracketed := _BRACKETED.fullmatch(text):
        words = " ".join(filter(None, (quoted, bracketed[1].strip())))
        if bracketed[3] is not None and _apart(bracketed[2], bracketed[3]):
            # "Amina <amina@…><mailto:ben@…>": an address among the words is a problem later.
            words = f"{words} {bracketed[3]}"
        return replace(made, words=words, address=bracketed[2])
    if behind := _ADDRESS_BEHIND.fullmatch(text):
        return replace(made, words=f"{quoted} {behind[1]}".strip(), address=behind[2])
    if not quoted and (behind := _NAME_BEHIND.fullmatch(text)):
        return replace(made, words=behind[2], address=behind[1])
    if "@" in made.words:
        return replace(made, words="", address=made.words)
    return made


def _apart(first: str, second: str) -> bool:
    return first.strip().casefold() != re.sub(r"(?i)^mailto:", "", second.strip()).casefold()
