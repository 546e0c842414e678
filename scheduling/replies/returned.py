"""How we recognise a letter of ours in the report that it came back. Pure.

We look for the Message-ID first. If a relay replaced it with its own, the identifier in the
calendar part, the boundary between the parts, or the date together with the reader still say which
letter it is. Only someone who had the letter knows any of these.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice
from typing import Final

from scheduling.replies.part import Part

MOST_PARTS: Final = 20
MOST_IDENTIFIERS: Final = 20
LONGEST_HEADERS: Final = 64 * 1024
_LONGEST_FIELD: Final = 1000

_IDENTIFIER: Final = re.compile(r"<[!-;=?-~\s]{3,250}>")
#: In any header or line of text: relays' own names for the Message-ID that they replaced.
_NAMED: Final = re.compile(r"message-?id", re.IGNORECASE)
# What a line begins with ends with the line: over many empty ones, looking from each to the last
# would take a time that grows with the square of their number.
_LINE: Final = re.compile(
    r"^[> \t]*(?:X-[A-Za-z-]*)?Message-?ID:\s*(<[^<>]{3,250}>)", re.IGNORECASE | re.MULTILINE
)
#: How ``core.mail`` writes a boundary: a hash of the Message-ID.
_BOUNDARY: Final = re.compile(r"=_([0-9a-f]{24})_[am]\b")


@dataclass(frozen=True, slots=True, repr=False)
class Returned:
    """What a report shows of the letter it is about.

    ``addresses`` are the recipients that the letter named, in lower case; ``written_at`` is aware,
    in UTC. ``boundaries`` are the 24 digits of each; ``invitation`` is its calendar part.
    """

    message_ids: frozenset[str]
    boundaries: frozenset[str]
    invitation: Part | None
    addresses: frozenset[str]
    written_at: datetime | None

    @property
    def is_known(self) -> bool:
        """Whether it has anything by which one letter could be found."""
        named = self.message_ids or self.boundaries or self.invitation is not None
        return bool(named) or (self.written_at is not None and bool(self.addresses))


def returned_by(mail: Message, parts: Iterable[Part], texts: Iterable[str]) -> Returned:
    """Return what a report shows of a letter: in parts, in headers, and in plain ``texts``.

    ``parts`` are the calendar parts that are in it.
    """
    copies = list(_copies(mail))
    words = list(texts)
    found = [*_names_of(mail), *(name for copy in copies for name in _names_of(copy))]
    found += [name for text in words for name in _LINE.findall(text)[:MOST_IDENTIFIERS]]
    kinds = [_field(piece, "Content-Type") for copy in copies for piece in _pieces(copy)]
    sent = [part for part in parts if part.method in {"REQUEST", "CANCEL"} and part.uid]
    return Returned(
        message_ids=frozenset(islice((_plain(name) for name in found), MOST_IDENTIFIERS)),
        boundaries=frozenset(
            digits for text in (*kinds, *words) for digits in _BOUNDARY.findall(text)[:4]
        ),
        invitation=sent[0] if sent else None,
        addresses=frozenset(address for copy in copies for address in _readers(copy)),
        written_at=next(filter(None, map(_date, copies)), None),
    )


def plain_addresses(written: Iterable[str]) -> frozenset[str]:
    """Return addresses in lower case, without brackets and without their type (RFC 3464)."""
    named = (one.partition(";")[2] if ";" in one else one for one in written)
    return frozenset(
        address
        for one in named
        if "@" in (address := "".join(one.split()).strip("<>\"'").casefold())
    )


def _copies(mail: Message) -> Iterator[Message]:
    """Yield the letters attached to a report, whole or only their headers."""
    for piece in islice(mail.walk(), 1, MOST_PARTS):
        content = piece.get_payload()
        kind = piece.get_content_type()
        if kind == "message/rfc822" and isinstance(content, list):
            yield from (one for one in content[:1] if isinstance(one, Message))
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            raw = bytes(piece.get_payload(decode=True) or b"")[:LONGEST_HEADERS]
            yield message_from_bytes(raw, policy=policy.compat32)


def _pieces(copy: Message) -> Iterator[Message]:
    return islice(copy.walk(), MOST_PARTS)


def _names_of(mail: Message) -> Iterator[str]:
    """Yield everything that a message or a block of headers gives as a letter's Message-ID."""
    for name, value in islice(mail.items(), 100):
        if _NAMED.search(name) or name.lower() in {"references", "in-reply-to"}:
            yield from _IDENTIFIER.findall(str(value)[:_LONGEST_FIELD])
    for piece in islice(mail.walk(), 1, MOST_PARTS):
        content = piece.get_payload()
        if piece.get_content_type() == "message/delivery-status" and isinstance(content, list):
            for block in content[:MOST_PARTS]:
                if isinstance(block, Message):
                    yield from _names_of(block)


def _plain(identifier: str) -> str:
    """Return an identifier without the white space that a relay added."""
    return "".join(identifier.split())


def _readers(copy: Message) -> frozenset[str]:
    written = [_field(copy, name) for name in ("To", "X-Original-To", "Delivered-To")]
    return plain_addresses(address for _, address in getaddresses(written))


def _date(copy: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_field(copy, "Date")[:100])
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _field(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[:_LONGEST_FIELD]
