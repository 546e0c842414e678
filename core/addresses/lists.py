"""The lines of a pasted list one after another: headings, bullets, and lines that were wrapped.

Pure. A mail program that breaks a long line leaves the end of a name at the start of the next one;
such a name is put together if nothing else can be meant, and is a problem otherwise.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.addresses.cells import Cell, cells_of, lines_of
from core.addresses.lines import (
    Piece,
    Reading,
    begins_with_bracket,
    may_go_on,
    read_line,
    shape_of,
)
from core.addresses.syntax import AddressProblem, needs_at, quote
from core.text import clean_line

_BULLET: Final = re.compile(
    r"\s*(?:[•·▪◦‣●○■□➢✓\uf0b7\uf0a7]\s*|[*–—-]\s+|[o§]\t|\(?\d{1,3}[.)]\s+)"
)
_ADDRESS_HEADINGS: Final = frozenset(
    {"address", "addresses", "e-mail", "e-mail address", "email", "email address", "mail"}
)
_NAME_HEADINGS: Final = frozenset(
    {"name", "full name", "display name", "member", "person", "participant", "who"}
)
_FIRST_HEADINGS: Final = frozenset({"first name", "first", "forename", "given name"})
_LAST_HEADINGS: Final = frozenset({"last name", "last", "surname", "family name"})
_HEADINGS: Final = _ADDRESS_HEADINGS | _NAME_HEADINGS | _FIRST_HEADINGS | _LAST_HEADINGS
#: Other lines of a message copied with its header.
_OTHER_HEADERS: Final = re.compile(
    r"\s*(?:sent|date|subject|importance|attachments?|betreff|gesendet|datum|objet|envoyé|asunto"
    r"|enviado)\s*:",
    re.IGNORECASE,
)
_BLANK: Final = " \xa0,;\t"


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A line that is not blank: its number, counted from 1, its text and its cells."""

    number: int
    text: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a heading says that addresses and names are, counted from 0."""

    sign: str
    address: int
    names: tuple[int, ...]

    def read(self, line: Line) -> Piece | None:
        """Return the person in a row that fits the heading, or ``None``."""
        cells = line.cells
        if {cell.before for cell in cells[1:]} != {self.sign} or len(cells) <= self.address:
            return None
        cell = cells[self.address]
        others = [one for at, one in enumerate(cells) if at != self.address]
        if (
            not self.names
            or not cell.address
            or cell.is_named
            or any(one.address for one in others)
        ):
            return None
        words = [cells[at].words for at in self.names if at < len(cells)]
        return Piece(line.text.strip(), " ".join(filter(None, words)), cell.address)


def lines_in(text: str) -> list[Line]:
    """Return the lines of a list without blank ones and without bullets."""
    found = []
    for number, line in lines_of(text.removeprefix("\ufeff")):
        plain = _BULLET.sub("", line, count=1) if _BULLET.match(line) else line
        if plain.count("\t") == 1 and plain.startswith("\t"):
            # Not a column, but how mail programs begin a continued line.
            plain = plain[1:]
        if plain.strip(_BLANK):
            found.append(Line(number, plain, cells_of(plain)))
    return found


def pieces_in(lines: Sequence[Line]) -> Iterator[tuple[int, Piece]]:
    """Yield each piece with the number of its line; one that is not a person has neither
    an address nor a problem.
    """
    columns: _Columns | None = None
    above, number_above = Reading([]), 0
    for at, line in enumerate(lines):
        heading = _heading(line, is_first=at == 0)
        if heading is not None or _is_about_nobody(line):
            yield from _lost(above, number_above)
            yield line.number, Piece(line.text.strip())
            columns, above = heading or columns, Reading([])
            continue
        goes_on = begins_with_bracket(line.cells)
        if above.is_wrapped and goes_on and line.number == number_above + 1:
            text = f"{above.tail.rstrip()} {line.text.lstrip()}"
            line = Line(line.number, text, cells_of(text))
            above = Reading([])
        yield from _lost(above, number_above)
        below = lines[at + 1 : at + 2]
        around = [shape_of(one.cells) for one in (*lines[max(0, at - 1) : at], *below)]
        reading = _read(line, columns, is_sure=shape_of(line.cells) in set(around) - {None})
        pieces = _doubted(reading, above, goes_on=goes_on, below=below)
        yield from ((line.number, piece) for piece in pieces)
        above, number_above = reading, line.number
    yield from _lost(above, number_above)


def refuse_controls(line: str) -> None:
    """Raise ``AddressProblem`` for a line with an invisible character."""
    if any(unicodedata.category(letter) == "Cc" and letter != "\t" for letter in line):
        raise AddressProblem(f"{quote(line)} has a character in it that an address can’t have")


def _read(line: Line, columns: _Columns | None, *, is_sure: bool) -> Reading:
    try:
        refuse_controls(line.text)
    except AddressProblem as problem:
        return Reading([Piece(line.text.strip(), trouble=str(problem))])
    row = columns.read(line) if columns is not None else None
    if row is not None:
        return Reading([row])
    return read_line(line.text, line.cells, is_sure=is_sure or _is_under(columns, line))


def _is_under(columns: _Columns | None, line: Line) -> bool:
    """Return whether a line is a row under a heading that names only its addresses."""
    if columns is None or columns.names or len(line.cells) <= columns.address:
        return False
    signs = {cell.before for cell in line.cells[1:]}
    return signs == {columns.sign} and bool(line.cells[columns.address].address)


def _doubted(
    reading: Reading, above: Reading, *, goes_on: bool, below: Sequence[Line]
) -> list[Piece]:
    """Return the pieces of a line, including doubtful ones that may continue from line to line."""
    pieces = list(reading.pieces)
    first = next((at for at, piece in enumerate(pieces) if piece.address), None)
    if above.tail and goes_on and first is not None:
        pieces[first] = may_go_on(pieces[first])
    goes_down = any(begins_with_bracket(one.cells) or "@" not in one.text for one in below)
    has_taken = len(pieces) == 1 and bool(pieces[0].address) and not reading.is_wrapped
    if reading.tail and has_taken and goes_down:
        # Its name may be the beginning of the one below.
        pieces[0] = may_go_on(pieces[0])
    return pieces


def _lost(above: Reading, number: int) -> Iterator[tuple[int, Piece]]:
    """Yield words at the start of a wrapped line that nothing below continued."""
    if above.is_wrapped:
        yield number, Piece(above.tail.strip(), trouble=needs_at(above.tail))


def _heading(line: Line, *, is_first: bool) -> _Columns | None:
    """Return the columns that a line names; ``None`` for a line that is no heading."""
    words = [clean_line(cell.words).casefold() for cell in line.cells]
    known = [word in _HEADINGS for word in words if word]
    named = [at for at, word in enumerate(words) if word in _ADDRESS_HEADINGS]
    if "@" in line.text or not named or not (is_first or all(known)):
        return None
    names = [at for at, word in enumerate(words) if word in _NAME_HEADINGS]
    if not names:
        names = [at for at, word in enumerate(words) if word in _FIRST_HEADINGS]
        names += [at for at, word in enumerate(words) if word in _LAST_HEADINGS]
    sign = line.cells[1].before if len(line.cells) > 1 else ""
    return _Columns(sign, named[0], tuple(names))


def _is_about_nobody(line: Line) -> bool:
    if "@" in line.text:
        return False
    label_alone = not any(cell.words for cell in line.cells)
    return label_alone or _OTHER_HEADERS.match(line.text) is not None
