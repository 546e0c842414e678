"""What a report of a mail system says about one of our letters (RFC 3464), if anything. Pure.

Only what is final is read: a letter that is merely late has not come back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from itertools import islice
from typing import Final

from core.refusals import Reason, reason_for

MOST_PARTS: Final = 20
LONGEST_HEADERS: Final = 64 * 1024
_LONGEST_FIELD: Final = 400
_MESSAGE_ID: Final = re.compile(r"\s*(<[!-;=?-~]{1,250}>)\s*")
#: RFC 3463: a class 5 that holds for good, with the numbers that say why.
_FOR_GOOD: Final = re.compile(r"\s*(5\.\d{1,3}\.\d{1,3})(?!\d)")
#: What an SMTP server said, as its own words begin: "smtp; 550 5.1.1 unknown".
_SMTP: Final = re.compile(r"\s*smtp\s*;\s*(5\d\d)[ -](.*)", re.IGNORECASE | re.DOTALL)
#: Statuses that leave it to the server's own words why.
_SAYS_NOTHING: Final = "5.0.0"


@dataclass(frozen=True, slots=True, repr=False)
class Bounce:
    """A letter that came back: its Message-ID, to whom it could not be brought, and why not.

    ``addresses`` are in small letters.
    """

    message_id: str
    addresses: frozenset[str]
    reason: Reason


def read_bounce(mail: Message) -> Bounce | None:
    """Return what a report says; ``None`` where it is none, names no letter, or nothing final."""
    if mail.get_content_type() != "multipart/report":
        return None
    found = list(islice(mail.walk(), 1, MOST_PARTS))
    identifier = next(filter(None, map(_returned, found)), None)
    blocks = [block for piece in found for block in _blocks(piece)]
    failed = next((block for block in blocks if _has_failed(block)), None)
    if identifier is None or failed is None:
        return None
    return Bounce(identifier, _addresses(failed), _reason(failed))


def _returned(piece: Message) -> str | None:
    """Return the Message-ID of the letter that comes with the report, whole or in part."""
    content = piece.get_payload()
    kind = piece.get_content_type()
    if kind == "message/rfc822" and isinstance(content, list) and isinstance(content[0], Message):
        return _identifier(content[0])
    if kind == "text/rfc822-headers":
        raw = bytes(piece.get_payload(decode=True) or b"")[:LONGEST_HEADERS]
        return _identifier(message_from_bytes(raw, policy=policy.compat32))
    return None


def _identifier(letter: Message) -> str | None:
    found = _MESSAGE_ID.fullmatch(_field(letter, "Message-ID"))
    return found[1] if found else None


def _blocks(piece: Message) -> Iterator[Message]:
    """Yield the blocks of a delivery status; the first is about the whole report."""
    content = piece.get_payload()
    if piece.get_content_type() == "message/delivery-status" and isinstance(content, list):
        yield from (one for one in content[:MOST_PARTS] if isinstance(one, Message))


def _has_failed(block: Message) -> bool:
    failed = _field(block, "Action").strip().lower() == "failed"
    return failed and _FOR_GOOD.match(_field(block, "Status")) is not None


def _addresses(block: Message) -> frozenset[str]:
    """Return who it was for: as the last server knew them, and as we wrote them."""
    said = (_field(block, name) for name in ("Final-Recipient", "Original-Recipient"))
    typed = (one.partition(";") for one in said)
    addresses = (address.strip().strip("<>").casefold() for _, _, address in typed)
    return frozenset(address for address in addresses if address)


def _reason(block: Message) -> Reason:
    status = _FOR_GOOD.match(_field(block, "Status"))
    said = _SMTP.match(_field(block, "Diagnostic-Code"))
    code, words = (int(said[1]), said[2]) if said else (500, "")
    if status is not None and status[1] != _SAYS_NOTHING:
        words = status[1]
    return reason_for(code, words.encode("ascii", "replace"), at_recipient=True)


def _field(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[:_LONGEST_FIELD]
