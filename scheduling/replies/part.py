"""What a calendar program wrote into the calendar part of its reply (RFC 5546). Pure.

Programs disagree about line ends, folding, capitals and quotation marks, so lines are read
leniently here instead of by a library that refuses them. Only the properties named in ``_WANTED``
are ever looked at: whatever else somebody wrote, a comment above all, goes no further.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

MOST_ATTENDEES: Final = 100

_WANTED: Final = frozenset({"BEGIN", "END", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "ATTENDEE"})
# Looked for from the first of several line ends only: from each of them would take a time that
# grows with the square of their number.
_FOLD: Final = re.compile(rb"(?<![\r\n])[\r\n]+[ \t]")
_LINE_ENDS: Final = re.compile(r"[\r\n]+")
_NAME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*(?=[;:])")
# A value is quoted or bare; what is quoted may hold the signs that would end a bare one.
_PARAMETER: Final = re.compile(r';\s*([^=;:"\s]*)\s*(?:=\s*((?:"[^"]*"|[^;:"]+)*))?')
_MAILTO: Final = re.compile(r'mailto:\s*([^\s;,"<>?]+)', re.IGNORECASE)
_STAMP: Final = re.compile(r"(\d{8}T\d{6})Z", re.IGNORECASE)
_SEQUENCE: Final = re.compile(r"\d{1,9}")
#: An identifier that ends before its @, or just after it.
_UNFINISHED: Final = re.compile(r"\s*UID\s*[:;](?:[^@]*|[^@]*@|[^@]*@.*[-.])\s*", re.IGNORECASE)
_LONGEST_IDENTIFIER: Final = 1000
_REST: Final = re.compile(r"[A-Za-z0-9@._{}<>\"-]{1,250}")
#: What is left of quoted-printable (RFC 2045) if nothing declares it: a line of ours that continues
#: after an equals sign, or an equals sign that is written out.
_WRITTEN_OUT: Final = re.compile(
    rb"^(?:UID|ATTENDEE|METHOD)[:;][^\r\n]*=(?:3D|[\r\n]+(?![ \t\r\n]))",
    re.IGNORECASE | re.MULTILINE,
)
_SOFT_BREAK: Final = re.compile(rb"=(?:\r\n|[\r\n])(?![ \t\r\n])")
_SIGN: Final = re.compile(rb"=(3D|0D|0A|20)", re.IGNORECASE)
_LITTLE: Final = b"\xff\xfe"
_BIG: Final = b"\xfe\xff"


@dataclass(frozen=True, slots=True, repr=False)
class Attendee:
    """One person a reply is about: addresses in small letters, and PARTSTAT in capitals.

    ``stands_in`` says that somebody else named this person to come instead of them.
    """

    addresses: tuple[str, ...]
    participation: str
    stands_in: bool


@dataclass(slots=True, repr=False)
class Part:
    """The few things that are read from a calendar part; of several events only the first.

    ``sequence`` and ``stamped_at`` (aware, UTC) are ``None`` where they are missing or unreadable.
    """

    method: str = ""
    uid: str = ""
    sequence: int | None = None
    stamped_at: datetime | None = None
    attendees: list[Attendee] = field(default_factory=list)


def read_part(content: bytes) -> Part:
    """Read a calendar part, however badly it is written; what cannot be understood stays empty.

    Takes time in proportion to its length, whatever it holds.
    """
    part = Part()
    depth, event_at, seen = 0, 0, False
    for name, rest in _lines(content):
        parameters, value = _halves(rest)
        if name == "BEGIN":
            depth += 1
            if value.upper() == "VEVENT" and not seen:
                event_at, seen = depth, True
        elif name == "END":
            event_at = 0 if depth == event_at else event_at
            depth -= 1
        elif name == "METHOD":
            part.method = part.method or value.upper()
        elif event_at and depth == event_at:
            # Deeper down are alarms, which can have attendees of their own.
            _note(part, name, parameters, value)
    return part


def _lines(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name, in capitals, and the rest of each line that is looked at."""
    if content.startswith((_LITTLE, _BIG)):
        content = content.decode("utf-16", "replace").encode()
    if _WRITTEN_OUT.search(content) is not None:
        # Not all of it can be decoded: "PARTSTAT=DECLINED" would lose its letters.
        joined = _SOFT_BREAK.sub(b"", content)
        content = _SIGN.sub(lambda found: bytes.fromhex(found[1].decode()), joined)
    # Unfolded as bytes: some programs fold in the middle of a letter.
    text = _FOLD.sub(b"", content.removeprefix(b"\xef\xbb\xbf")).decode("utf-8", "replace")
    for line in _whole(_LINE_ENDS.split(text)):
        named = _NAME.match(line)
        if named is not None and named[1].upper() in _WANTED:
            yield named[1].upper(), line[named.end() :]


def _whole(lines: list[str]) -> Iterator[str]:
    """Yield lines, with an identifier that a relay broke put together again: ours and most others
    have an @, and the line after a broken one is not a property.
    """
    waiting = ""
    for line in lines:
        rest = line.strip()
        if waiting and _REST.fullmatch(rest) and rest.upper() not in _WANTED:
            line = waiting + rest
        elif waiting:
            yield waiting
        unfinished = _UNFINISHED.fullmatch(line) is not None and len(line) < _LONGEST_IDENTIFIER
        waiting = line.rstrip() if unfinished else ""
        if not unfinished:
            yield line
    if waiting:
        yield waiting


def _halves(rest: str) -> tuple[dict[str, str], str]:
    """Part what follows a name into its parameters, by their names in capitals, and its value."""
    parameters: dict[str, str] = {}
    position = 0
    while (found := _PARAMETER.match(rest, position)) is not None:
        parameters[found[1].upper()] = (found[2] or "").strip().strip('"').strip()
        position = found.end()
    return parameters, rest[position:].lstrip().removeprefix(":").strip()


def _note(part: Part, name: str, parameters: dict[str, str], value: str) -> None:
    if name == "UID":
        part.uid = part.uid or value
    elif name == "SEQUENCE" and part.sequence is None and _SEQUENCE.fullmatch(value):
        part.sequence = int(value)
    elif name == "DTSTAMP" and part.stamped_at is None:
        part.stamped_at = _moment(value)
    elif name == "ATTENDEE" and len(part.attendees) < MOST_ATTENDEES:
        part.attendees.append(_attendee(parameters, value))


def _attendee(parameters: dict[str, str], value: str) -> Attendee:
    # The last one counts: a comment that was not quoted can hold another.
    links = _MAILTO.findall(value)
    written = [unquote(links[-1]) if links else value, parameters.get("EMAIL", "")]
    return Attendee(
        addresses=tuple(text.casefold() for text in written if "@" in text),
        participation=parameters.get("PARTSTAT", "").upper(),
        stands_in="DELEGATED-FROM" in parameters,
    )


def _moment(value: str) -> datetime | None:
    """Read a moment in UTC; one in a zone is not read, as programs have names of their own."""
    found = _STAMP.fullmatch(value)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1].upper(), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
