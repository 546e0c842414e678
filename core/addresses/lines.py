"""Who is on a line of a pasted list: which words belong to which address. Pure.

Nothing is guessed. Words beside an address are its name if programs write names like that: before
an address in brackets, in the next column of a spreadsheet, under a heading. If they could also be
another person, whose address is missing or on the next line, nobody in that stretch is read, and
the problem quotes it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from core.addresses.cells import Cell
from core.addresses.syntax import needs_at, quote

#: A word that ends like a domain: "jo.b.example". People's names end in capitals after a dot.
_DOMAIN: Final = re.compile(r"[^\s@]+\.[a-z]{2,24}[.)]?")
_AT_IN_WORDS: Final = re.compile(r"\(at\)|\[at\]|\sat\s+\S+\.[a-z]{2,}|＠|﹫", re.IGNORECASE)
_ONE_A_LINE: Final = "Write one person on each line, like Amina Khan <amina@example.org>"


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """One piece of a list as typed: a name and an address as written, or what is wrong."""

    typed: str
    name: str = ""
    address: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What is on a line. ``tail`` are words at its end that have no address;
    ``is_wrapped`` says that they can only be the beginning of what is below.
    """

    pieces: list[Piece]
    tail: str = ""
    is_wrapped: bool = False


def read_line(line: str, cells: Sequence[Cell], *, is_sure: bool = False) -> Reading:
    """Return what is on a line that has been split into ``cells``.

    ``is_sure`` says that a heading or the lines around it show where its names are.
    """
    found = [cell for cell in cells if cell.words or cell.address]
    local_parts = {cell.address.partition("@")[0].casefold() for cell in found if cell.address}
    slips = [_is_mistyped(cell, local_parts) for cell in found]
    mistyped = [cell for cell, is_slip in zip(found, slips, strict=True) if is_slip]
    others = [cell for cell, is_slip in zip(found, slips, strict=True) if not is_slip]
    troubles = [Piece(cell.typed, trouble=needs_at(cell.words)) for cell in mistyped]
    addresses = [cell for cell in others if cell.address]
    if not addresses:
        pieces = troubles or [Piece(line.strip(), trouble=needs_at(line))]
        return Reading(pieces, tail="" if mistyped else line)
    # Row numbers, phone numbers and years are not names.
    others = [cell for cell in others if cell.address or any(map(str.isalpha, cell.words))]
    if any(cell.before == "\t" for cell in cells[1:]):
        read = Reading(_row(line, others, addresses))
    elif len(addresses) == 1 and not addresses[0].is_named:
        read = _plain_address(line, others, addresses[0], is_sure=is_sure)
    else:
        read = _list(line, others)
    return replace(read, pieces=[*read.pieces, *troubles])


def _is_mistyped(cell: Cell, local_parts: set[str]) -> bool:
    """Return whether words without an @ look like a mistyped address."""
    if cell.address or cell.words.casefold() in local_parts:
        return False
    by_words = any(_DOMAIN.fullmatch(word) for word in cell.words.split())
    return by_words or _AT_IN_WORDS.search(f" {cell.words}") is not None


def begins_with_bracket(cells: Sequence[Cell]) -> bool:
    """Return whether the first address on a line is in brackets."""
    first = next((cell for cell in cells if cell.address), None)
    return first is not None and "<" in first.typed and not any(c.before == "\t" for c in cells)


def shape_of(cells: Sequence[Cell]) -> tuple[str, ...] | None:
    """Return how a line with one plain address and a name is laid out; ``None`` for any other."""
    bare = [cell for cell in cells if cell.address]
    if len(bare) != 1 or bare[0].is_named or len(cells) == 1:
        return None
    return tuple(f"{cell.before}{'@' if cell.address else 'a'}" for cell in cells if cell.typed)


def _row(line: str, cells: list[Cell], addresses: list[Cell]) -> list[Piece]:
    """Read a spreadsheet row whose columns have no headings."""
    names = [cell for cell in cells if not cell.address]
    if len(addresses) > 1:
        if names:
            words = f"{quote(line)} holds more than one address. {_ONE_A_LINE}"
            return [Piece(line.strip(), trouble=words)]
        return [Piece(cell.typed, cell.words, cell.address) for cell in addresses]
    [cell] = addresses
    before = [one.words for one in names if one.start < cell.start]
    after = [one.words for one in names if one.start > cell.start]
    name = " ".join(before) or (after[0] if len(after) == 1 else "")
    return [Piece(line.strip(), cell.words or name, cell.address)]


def _plain_address(line: str, cells: list[Cell], cell: Cell, *, is_sure: bool) -> Reading:
    before = [one.words for one in cells if one.start < cell.start]
    after = [one for one in cells if one.start > cell.start]
    tail = line[after[0].start :] if after else ""
    if not before and not after:
        return Reading([Piece(cell.typed, "", cell.address)])
    name = " ".join(before) if before else after[0].words
    single = bool(before) or len(after) == 1
    if single and (is_sure or _are_alike(name, cell.address)):
        return Reading([Piece(line.strip(), name, cell.address)], tail)
    return Reading([_two_ways(line)], tail)


def _list(line: str, cells: list[Cell]) -> Reading:
    """Read several people, or one with a name as mail programs write it."""
    sign = ";" if any(cell.before == ";" for cell in cells[1:]) else ","
    units = list(_units(cells, sign))
    pieces: list[Piece] = []
    safe = [_is_safe(at, units, sign) for at in range(len(units))]
    for is_safe, run in groupby(zip(safe, units, strict=True), key=lambda one: one[0]):
        stretch = [unit for _, unit in run]
        pieces += _stretch(stretch, is_safe=is_safe)
    last, ended = units[-1], line.rstrip().endswith(sign)
    if last.address or last.trouble or (ended and sign == ";"):
        return Reading(pieces)
    start = next(cell.start for cell in cells if cell.typed and cell.start >= last.start)
    wrapped = len(units) > 1 and units[-2].is_named and not ended
    if wrapped:
        pieces.pop()
    return Reading(pieces, line[start:], wrapped)


@dataclass(frozen=True, slots=True, repr=False)
class _Unit:
    """What is between two signs that separate people."""

    start: int
    typed: str
    name: str = ""
    address: str = ""
    trouble: bool = False

    @property
    def is_named(self) -> bool:
        """Whether an address and a name are together."""
        return bool(self.address) and bool(self.name)


def _units(cells: list[Cell], sign: str) -> Iterator[_Unit]:
    """Split a line's cells into people; a comma before a name in brackets is part of the name."""
    if sign == "," and len(cells) == 2 and _is_last_first(cells):
        yield _last_first(cells)
        return
    for group in _groups(cells, sign):
        if len(group) == 1:
            yield _Unit(group[0].start, group[0].typed, group[0].words, group[0].address)
        elif sum(bool(cell.address) for cell in group) > 1:
            yield from _units(group, ",")
        elif _is_last_first(group) and len(group) == 2:
            yield _last_first(group)
        else:
            named = any(cell.address for cell in group)
            typed = ", ".join(cell.typed for cell in group)
            yield _Unit(group[0].start, typed, typed, trouble=named)


def _groups(cells: list[Cell], sign: str) -> list[list[Cell]]:
    groups: list[list[Cell]] = []
    for cell in cells:
        if not groups or cell.before in (sign, "") or sign == ",":
            groups.append([cell])
        else:
            groups[-1].append(cell)
    return groups


def _is_last_first(cells: list[Cell]) -> bool:
    return not cells[0].address and cells[1].is_named and cells[1].before == ","


def _last_first(cells: list[Cell]) -> _Unit:
    typed = f"{cells[0].typed}, {cells[1].typed}"
    name = f"{cells[0].words}, {cells[1].words}"
    return _Unit(cells[0].start, typed, name, cells[1].address)


def _is_safe(at: int, units: list[_Unit], sign: str) -> bool:
    """Return whether there are no words beside a person that could be part of their name."""
    unit = units[at]
    if unit.trouble or not unit.address:
        return False
    before = at > 0 and not units[at - 1].address
    after = at + 1 < len(units) and not units[at + 1].address
    if unit.is_named:
        return sign == ";" or not before
    return not before and not after


def _stretch(units: list[_Unit], *, is_safe: bool) -> list[Piece]:
    if is_safe:
        return [Piece(unit.typed, unit.name, unit.address) for unit in units]
    if not any(unit.address or unit.trouble for unit in units):
        return [Piece(unit.typed, trouble=needs_at(unit.typed)) for unit in units]
    return [_two_ways(", ".join(unit.typed for unit in units))]


def may_go_on(piece: Piece) -> Piece:
    """Return a person whose name may have begun on the line above, as a problem."""
    words = f"{quote(piece.typed)} may continue from the line above. {_ONE_A_LINE}"
    return Piece(piece.typed, trouble=words)


def _two_ways(typed: str) -> Piece:
    words = f"{quote(typed)} can be read in two ways. {_ONE_A_LINE}"
    return Piece(typed.strip(), trouble=words)


def _are_alike(name: str, address: str) -> bool:
    """Return whether a name and an address have a word or the initials in common."""
    words = [word for word in re.split(r"[^a-z]+", _folded(name)) if word]
    local = re.sub(r"[^a-z]", "", _folded(address.rpartition("@")[0]))
    initials = "".join(word[0] for word in words)
    parts = [word for word in words if len(word) > 2]
    return (
        local in {initials, "".join(words)}
        or any(word in local for word in parts)
        or (len(local) > 2 and any(word.startswith(local) for word in words))
        or local in words
    )


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text[:200])
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
