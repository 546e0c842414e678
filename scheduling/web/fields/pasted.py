"""How a pasted list of people was read, line by line, for the person who pasted it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from core.addresses import Became, Fate, Paste
from core.mail import Mailbox

#: How many problems to list above the form; the rest are in the table.
_LISTED = 10
_LONGEST_TYPED = 120


@dataclass(frozen=True)
class PastedRow:
    """One piece of a list: its line, what was typed, and how it was read."""

    line: str
    typed: str
    words: str
    is_problem: bool


@dataclass(frozen=True)
class PastedList:
    """Such as "11 of 12 addresses read", and a row for each piece."""

    words: str
    rows: list[PastedRow]


def pasted_list(paste: Paste, *, known: Collection[str] = ()) -> PastedList | None:
    """Return a list in words; ``None`` if nothing was pasted.

    ``known`` are addresses that already have a place or an invitation.
    """
    rows = [
        PastedRow(
            line=f"Line {one.line}",
            typed=_shortened(one.typed),
            words=_words(one, known),
            is_problem=one.fate is Fate.PROBLEM,
        )
        for one in paste.pieces
        if one.typed
    ]
    return PastedList(counted_words(paste), rows) if rows else None


def counted_words(paste: Paste) -> str:
    """Say how many addresses were read, and of how many: "12 of 12 addresses read"."""
    read, of = paste.counted
    return f"{read} of {of} {'address' if of == 1 else 'addresses'} read"


def problems_of(paste: Paste) -> list[str]:
    """Say what is wrong with each line; in a long list the rest are only counted."""
    said = [f"Line {line}: {words}" for line, words in paste.problems]
    more = len(said) - _LISTED
    if more <= 0:
        return said
    return [*said[:_LISTED], f"{more} more {'line' if more == 1 else 'lines'} couldn’t be read"]


def _words(one: Became, known: Collection[str]) -> str:
    if one.fate is Fate.LEFT_OUT or (one.mailbox is None and one.fate is not Fate.PROBLEM):
        return "Left out: not a person"
    if one.mailbox is None:
        return one.words
    if one.fate is Fate.TWICE:
        return f"{one.mailbox.address} is already above. We’ll send one invitation"
    if one.mailbox.address in known:
        return f"{one.mailbox.address} has already been invited or is in the group. Not sent again"
    return person_words(one.mailbox)


def person_words(box: Mailbox) -> str:
    """Say who someone is: "Amina Khan, amina@example.org", or the address alone."""
    return f"{box.name}, {box.address}" if box.name else box.address


def _shortened(typed: str) -> str:
    if len(typed) <= _LONGEST_TYPED:
        return typed
    return typed[: _LONGEST_TYPED - 1].rstrip() + "…"
