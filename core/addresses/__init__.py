"""E-mail addresses as people type or paste them. Pure: nothing is looked up on a network.

Nothing is guessed either. An address read wrongly would tell a stranger who belongs, so anything
that can be read in two ways is reported with its line number, and how each piece was read is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from core.addresses.cells import cells_of
from core.addresses.lines import Piece, read_line
from core.addresses.lists import lines_in, pieces_in, refuse_controls
from core.addresses.syntax import LONGEST_TYPED, AddressProblem, mailbox, quote
from core.mail import Mailbox
from core.text import clean_line

__all__ = [
    "MOST_LINES",
    "AddressProblem",
    "Became",
    "Fate",
    "Paste",
    "read_address",
    "read_addresses",
]

MOST_LINES: Final = 500
_MOST_CHARACTERS: Final = 200_000
#: Some programs write each address twice, and some three times.
_MOST_SIGNS: Final = 4 * MOST_LINES


class Fate(StrEnum):
    """How one piece of a pasted list was read."""

    READ = "read"
    #: The address was already in the list.
    TWICE = "twice"
    PROBLEM = "problem"
    #: A heading or a label, not a person.
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, repr=False)
class Became:
    """One piece of a list: its line, counted from 1, what was typed, and how it was read.

    There is a ``mailbox`` if an address was read; ``words`` say what the problem is.
    """

    line: int
    typed: str
    fate: Fate
    mailbox: Mailbox | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Paste:
    """What was found in a pasted list: every piece of it in order, and the people it names.

    ``mailboxes`` are unique by address, in the order of the list.
    """

    pieces: list[Became] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Each line that could not be read, with words that say why."""
        return [(one.line, one.words) for one in self.pieces if one.fate is Fate.PROBLEM]

    @property
    def merged(self) -> list[tuple[int, str]]:
        """Line and address of each one that was already in the list."""
        return [
            (one.line, one.mailbox.address)
            for one in self.pieces
            if one.fate is Fate.TWICE and one.mailbox is not None
        ]

    @property
    def counted(self) -> tuple[int, int]:
        """How many addresses were read, including repeats, and of how many."""
        fates = [one.fate for one in self.pieces if one.fate is not Fate.LEFT_OUT]
        return len(fates) - fates.count(Fate.PROBLEM), len(fates)


def read_address(text: str) -> Mailbox:
    """Read ``Amina Khan <amina@example.org>`` or ``amina@example.org``; raises AddressProblem.

    The address comes back in ASCII (an international domain as RFC 5891 writes it), its domain in
    small letters.
    """
    if len(text) > LONGEST_TYPED:
        raise AddressProblem(f"{quote(text)} is longer than an e-mail address can be")
    line = text.strip().removeprefix("\ufeff")
    refuse_controls(line)
    found = read_line(line, cells_of(line)).pieces
    if sum(bool(piece.address) for piece in found) > 1:
        raise AddressProblem(f"{quote(text)} holds more than one address")
    for piece in found:
        if piece.trouble:
            raise AddressProblem(piece.trouble)
    return mailbox(found[0].name, found[0].address)


def read_addresses(text: str) -> Paste:
    """Read a list as copied from a spreadsheet, a mail program or a text; never raises.

    It may have one person on each line with a name before or after the address, columns under
    headings, or addresses separated by commas or semicolons as mail programs write them. Takes
    time in proportion to the length of the text.
    """
    if len(text) > _MOST_CHARACTERS or text.count("@") > _MOST_SIGNS:
        return _too_much(1)
    lines = lines_in(text)
    if len(lines) > MOST_LINES:
        return _too_much(lines[MOST_LINES].number)
    paste = _collected(pieces_in(lines))
    return _too_much(1) if len(paste.mailboxes) > MOST_LINES else paste


def _too_much(line: int) -> Paste:
    words = f"Paste up to {MOST_LINES} people at a time. Nothing has been read yet"
    return Paste([Became(line, "", Fate.PROBLEM, words=words)])


def _collected(pieces: Iterable[tuple[int, Piece]]) -> Paste:
    """Check every address, and bring together pieces about the same one."""
    became: list[Became] = []
    people: dict[str, Mailbox] = {}
    for number, piece in pieces:
        one = Became(number, clean_line(piece.typed), Fate.LEFT_OUT)
        try:
            if piece.trouble:
                raise AddressProblem(piece.trouble)
            if piece.address:
                one = _met(one, mailbox(piece.name, piece.address), people)
        except AddressProblem as problem:
            one = replace(one, fate=Fate.PROBLEM, words=str(problem))
        became.append(one)
    return Paste(became, list(people.values()))


def _met(one: Became, found: Mailbox, people: dict[str, Mailbox]) -> Became:
    """Note a person; raises ``AddressProblem`` if someone else has the same address."""
    key = found.address.casefold()
    before = people.setdefault(key, found)
    if before is found:
        return replace(one, fate=Fate.READ, mailbox=found)
    if not before.name:
        people[key] = Mailbox(found.name, before.address)
    elif found.name and not _words_of(before) & _words_of(found):
        raise AddressProblem(
            f"{quote(found.address)} is on the list for {quote(before.name)} and for "
            f"{quote(found.name)}. Give one of them another address, or delete one"
        )
    return replace(one, fate=Fate.TWICE, mailbox=found)


def _words_of(person: Mailbox) -> set[str]:
    return {word.strip(".,").casefold() for word in person.name.split()}
