"""E-mail addresses as people type or paste them. Pure: nothing is looked up on a network.

Nothing is guessed either. An address read wrongly would tell a stranger who belongs, so whatever
can be read in two ways is a problem with a line number.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from email_validator import EmailNotValidError, validate_email

from core.mail import Mailbox
from core.text import clean_line, problem_in

MOST_LINES: Final = 500
_MOST_CHARACTERS: Final = 200_000
_LONGEST_ADDRESS: Final = 254
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_NAME: Final = 100
# One person as typed: name, address and what stands around them. Anybody may send this much to
# the sign-in page, so it is looked at before anything is made of it.
_LONGEST_TYPED: Final = 1_000
_LONGEST_QUOTE: Final = 60

_LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")

# A cell ends at a comma, semicolon or tab that is neither quoted nor inside angle brackets. A
# quotation mark or bracket that nothing closes is an ordinary character.
_CELL: Final = re.compile(r'(?:"(?:[^"]|"")*"|<[^<>]*>|[^,;\t])+')
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')
_BRACKETED: Final = re.compile(r"([^<>]*)<([^<>]*)>")

_HEADINGS: Final = frozenset(
    {"address", "addresses", "e-mail", "e-mail address", "email", "email address", "mail"}
)


class AddressProblem(ValueError):  # noqa: N818 - it names the fact, as every error here does
    """Why this is no address, in words for the person who typed it."""


@dataclass(frozen=True, slots=True, repr=False)
class Paste:
    """What was found in a pasted list, with line numbers that count from 1.

    ``mailboxes`` are unique by address, in the order of the list; ``problems`` are (line, words)
    and ``merged`` are (line, address) for every address that had been there before.
    """

    mailboxes: list[Mailbox] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    merged: list[tuple[int, str]] = field(default_factory=list)


def read_address(text: str) -> Mailbox:
    """Read ``Amina Khan <amina@example.org>`` or ``amina@example.org``; raises AddressProblem.

    The address comes back in ASCII (an international domain as RFC 5891 writes it), its domain in
    small letters.
    """
    if len(text) > _LONGEST_TYPED:
        raise AddressProblem(f"{_quote(text)} is longer than an e-mail address can be")
    mailboxes = list(_mailboxes_in(text.strip().removeprefix("\ufeff")))
    if len(mailboxes) > 1:
        raise AddressProblem(f"{_quote(text)} holds more than one address")
    return mailboxes[0]


def read_addresses(text: str) -> Paste:
    """Read a list as copied from a spreadsheet, a mail program or a text; never raises.

    One person a line, a name before or after the address, or addresses with semicolons between
    them as mail programs write them. Blank lines and a first line of headings are left out.
    """
    lines = [
        (number, line)
        for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), start=1)
        if line.strip(" ,;\t\xa0")
    ]
    if len(lines) > MOST_LINES:
        return _too_much(lines[MOST_LINES][0])
    if len(text) > _MOST_CHARACTERS:
        return _too_much(1)
    if lines and _is_heading(lines[0][1]):
        del lines[0]
    return _collected(lines)


def _collected(lines: list[tuple[int, str]]) -> Paste:
    paste = Paste()
    known: set[str] = set()
    for number, line in lines:
        try:
            mailboxes = list(_mailboxes_in(line))
        except AddressProblem as problem:
            paste.problems.append((number, str(problem)))
            continue
        for mailbox in mailboxes:
            key = mailbox.address.casefold()
            if key in known:
                paste.merged.append((number, mailbox.address))
            else:
                known.add(key)
                paste.mailboxes.append(mailbox)
        if len(known) > MOST_LINES:
            return _too_much(number)
    return paste


def _too_much(line_number: int) -> Paste:
    words = f"Paste up to {MOST_LINES} people at a time; nothing has been read yet"
    return Paste(problems=[(line_number, words)])


def _is_heading(line: str) -> bool:
    cells = {clean_line(cell).casefold() for cell in _cells_in(line)}
    return "@" not in line and not cells.isdisjoint(_HEADINGS)


def _mailboxes_in(line: str) -> Iterator[Mailbox]:
    if any(unicodedata.category(letter) == "Cc" and letter != "\t" for letter in line):
        raise AddressProblem(f"{_quote(line)} has a character in it that an address cannot have")
    for name, address in _people_in(line):
        yield _mailbox(name, address)


def _people_in(line: str) -> list[tuple[str, str]]:
    """Put the cells of a line together to (name, address) as it was written."""
    people: list[tuple[str, str]] = []
    waiting: list[str] = []
    cells = _cells_in(line)
    for cell in cells:
        if "@" not in cell and "<" not in cell:
            waiting.append(cell)
            continue
        name, address, bracketed = _halves(cell)
        # "Khan, Amina <…>" is one name with a comma; columns are a first name and a surname.
        words = (", " if bracketed else " ").join(part for part in (*waiting, name) if part)
        people.append((words, address))
        waiting = []
    if not people:
        raise AddressProblem(_needs_at(cells[-1] if cells else line))
    if not waiting or people[0][0]:
        return people
    if len(people) > 1:
        raise AddressProblem(f"{_quote(line)} can be read in two ways. Write one person a line")
    return [(waiting[0], people[0][1])]


def _cells_in(line: str) -> list[str]:
    found = (_QUOTED.sub(_unquoted, cell).strip() for cell in _CELL.findall(line))
    return [cell for cell in found if cell]


def _unquoted(found: re.Match[str]) -> str:
    return found[1].replace('""', '"')


def _halves(cell: str) -> tuple[str, str, bool]:
    bracketed = _BRACKETED.fullmatch(cell)
    if bracketed is None:
        return "", cell, False
    return bracketed[1].strip(), bracketed[2], True


def _mailbox(name: str, written: str) -> Mailbox:
    address = _address(clean_line(written))
    shown = clean_line(name).strip("'\" ")
    if shown.casefold() == clean_line(written).casefold():
        # Mail programs put the address where they know no name.
        shown = ""
    if shown and problem_in(shown, longest=_LONGEST_NAME):
        raise AddressProblem(f"The name {_quote(shown)} is over {_LONGEST_NAME} characters")
    return Mailbox(name=shown, address=address)


def _address(written: str) -> str:
    text = re.sub(r"(?i)^mailto:", "", written).rstrip(".")
    if text.startswith("'") and text.endswith("'"):
        text = text[1:-1]
    _check_shape(text)
    try:
        address = validate_email(
            text,
            check_deliverability=False,
            # Made-up domains such as example.org and .test have to work in a demonstration.
            globally_deliverable=False,
            test_environment=True,
            allow_smtputf8=False,
        ).ascii_email
    except EmailNotValidError:
        # The library's words are about syntax; ours say what a person can do.
        raise AddressProblem(_unlikely(text)) from None
    if address is None or len(address) > _LONGEST_ADDRESS:
        raise AddressProblem(f"{_quote(text)} is longer than an e-mail address can be")
    return address


def _check_shape(text: str) -> None:
    local_part, at, domain = text.rpartition("@")
    if not at:
        raise AddressProblem(_needs_at(text))
    if len(text) > _LONGEST_TYPED:
        raise AddressProblem(f"{_quote(text)} is longer than an e-mail address can be")
    if " " in text:
        raise AddressProblem(f"{_quote(text)} has a space in it")
    if "@" in local_part:
        raise AddressProblem(f"{_quote(text)} has more than one @")
    if domain and "." not in domain:
        raise AddressProblem(f"{_quote(text)} needs an ending, like name@example.org")
    if not local_part.isascii():
        raise AddressProblem(f"{_quote(text)} has a letter before the @ that mail cannot carry")
    if len(local_part) > _LONGEST_LOCAL_PART:
        raise AddressProblem(f"{_quote(text)} is longer than an e-mail address can be")


def _needs_at(text: str) -> str:
    if not clean_line(text):
        return "Write an e-mail address, like name@example.org"
    return f"{_quote(text)} needs an @, like name@example.org"


def _unlikely(text: str) -> str:
    return f"{_quote(text)} doesn’t look like an e-mail address. Check it for a typing slip"


def _quote(text: str) -> str:
    shown = clean_line(text)
    if len(shown) > _LONGEST_QUOTE:
        shown = shown[: _LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{shown}”"
