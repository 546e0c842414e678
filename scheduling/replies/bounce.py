"""What a mail system says about one of our letters, if anything: in the form of RFC 3464, or in its
own text (qmail, Exim, Exchange, Postfix). Pure.

Only final reports count: a letter that is merely late has not come back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import islice
from typing import Final

from core.refusals import Reason, reason_for
from scheduling.replies.automatic import is_from_a_mail_system, subject_of
from scheduling.replies.part import Part
from scheduling.replies.returned import MOST_PARTS, Returned, plain_addresses, returned_by

_LONGEST_FIELD: Final = 400
_LONGEST_TEXT: Final = 64 * 1024
#: RFC 3463: a class, and the numbers that say why.
_STATUS: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
#: What an SMTP server said, as its own words begin: "smtp; 550 5.1.1 unknown".
_SMTP: Final = re.compile(r"\s*smtp\s*;\s*([45]\d\d)[ -](.*)", re.IGNORECASE | re.DOTALL)
#: Statuses that leave it to the server's own words why.
_SAYS_NOTHING: Final = re.compile(r"[245]\.0\.0")
_FINAL_ACTIONS: Final = frozenset({"failed", "failure", "expired"})
_REPORT_KINDS: Final = frozenset({"", "delivery-status"})

# The same in running text, but not as part of a longer number, such as a network address.
_STATUS_IN_TEXT: Final = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE_IN_TEXT: Final = re.compile(r"(?<![\d.\-])([45][0-5]\d)(?=[ \-#:])(?!-\d)")
#: Where a copy of the letter begins, by the first of its headers, which stand on one line each.
_COPY: Final = re.compile(
    r"^[> \t]*(?:Return-Path|Received|Message-ID|DKIM-Signature):", re.I | re.M
)
_LATE: Final = re.compile(
    r"\bdelayed\b|\bdelay\b|will (?:be )?(?:retr|continue to try|keep trying|try again)"
    r"|still (?:being )?tr(?:ying|ied)|not yet (?:been )?(?:possible|delivered)"
    r"|do(?:n['’]t| not) need to resend|warning (?:message )?only",
    re.IGNORECASE,
)
_FAILED: Final = re.compile(
    r"permanent|undeliver(?:able|ed)|giv(?:en|ing) (?:it )?up|returned to sender"
    r"|(?:could|can|did|was|would|will) ?(?:not|n['’]t) (?:be )?(?:delivered|reach)"
    r"|fail(?:ed|ure)|user unknown|unknown user|no such user|does(?: not|n['’]t) exist",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, repr=False)
class Bounce:
    """A letter that came back: how to find it, whom it could not reach, and why not.

    ``addresses`` are in lower case, and empty if the report names nobody.
    """

    returned: Returned
    addresses: frozenset[str]
    reason: Reason


def read_bounce(mail: Message, parts: Sequence[Part] = ()) -> Bounce | None:
    """Return what a report says; ``None`` if it is not one, names no letter, or is not final.

    ``parts`` are the calendar parts in it: the letter that came back may have had one.
    """
    if not _is_report(mail):
        return None
    pieces = list(islice(mail.walk(), MOST_PARTS))
    texts = [text for piece in pieces if (text := _text_of(piece))]
    returned = returned_by(mail, parts, texts)
    if not returned.is_known:
        return None
    blocks = [block for piece in pieces for block in _blocks(piece)]
    if blocks:
        failed = next((block for block in blocks if _has_failed(block)), None)
        return None if failed is None else Bounce(returned, _addresses(failed), _reason(failed))
    return _told_in_words(mail, returned, texts)


def _is_report(mail: Message) -> bool:
    if mail.get_content_type() == "multipart/report":
        # Receipts and complaints are reports of other kinds.
        return str(mail.get_param("report-type") or "").lower() in _REPORT_KINDS
    return is_from_a_mail_system(mail) or "X-Failed-Recipients" in mail


def _text_of(piece: Message) -> str:
    if piece.get_content_type() != "text/plain":
        return ""
    raw = bytes(piece.get_payload(decode=True) or b"")[:_LONGEST_TEXT]
    return raw.decode("utf-8", "replace")


def _told_in_words(mail: Message, returned: Returned, texts: list[str]) -> Bounce | None:
    words = [_COPY.split(text, maxsplit=1)[0] for text in texts]
    said = "\n".join([subject_of(mail), *words])
    statuses, codes = _STATUS_IN_TEXT.findall(said), _CODE_IN_TEXT.findall(said)
    for_good = any(one.startswith("5") for one in statuses)
    # A bare number can be anything, so it does not outweigh words about a delay.
    given_up = any(one.startswith("5") for one in codes) or _FAILED.search(said)
    if not for_good and (not given_up or _LATE.search(said)):
        return None
    # The final number says why; one from an earlier try does not.
    status = next(iter(sorted(statuses, reverse=True)), "")
    code = int(next(iter(sorted(codes, reverse=True)), "500"))
    named = plain_addresses(str(mail.get("X-Failed-Recipients", "")).split(","))
    return Bounce(returned, named, _sorted(code, status))


def _blocks(piece: Message) -> Iterator[Message]:
    """Yield the blocks of a delivery status; the first is about the whole report."""
    content = piece.get_payload()
    if piece.get_content_type() == "message/delivery-status" and isinstance(content, list):
        yield from (one for one in content[:MOST_PARTS] if isinstance(one, Message))


def _has_failed(block: Message) -> bool:
    """Return whether a mail system has given up (RFC 3464 section 2.3.3), whatever the class of
    the status: an address that could not be reached for days fails with a 4.
    """
    words = _field(block, "Action").replace("(", " ").split()
    return words[:1] != [] and words[0].lower() in _FINAL_ACTIONS


def _addresses(block: Message) -> frozenset[str]:
    """Return who it was for: as the last server knew them, and as we wrote them."""
    names = ("Final-Recipient", "Original-Recipient", "X-Original-To", "X-Actual-Recipient")
    return plain_addresses(_field(block, name) for name in names)


def _reason(block: Message) -> Reason:
    status = _STATUS.match(_field(block, "Status"))
    said = _SMTP.match(_field(block, "Diagnostic-Code"))
    code, words = (int(said[1]), said[2]) if said else (500, "")
    if status is not None and not _SAYS_NOTHING.fullmatch(status[1]):
        words = status[1]
    return _sorted(code, words)


def _sorted(code: int, words: str) -> Reason:
    """Sort a report like a refusal; a temporary fault has lasted until they gave up."""
    status = _STATUS.match(words)
    number = code if status is None else int(status[1][0]) * 100
    found = reason_for(500, words.encode("ascii", "replace"), at_recipient=True)
    if 400 <= number < 500:
        return found if found in {Reason.MAILBOX_FULL, Reason.BLOCKED} else Reason.NOT_REACHED
    return reason_for(code, words.encode("ascii", "replace"), at_recipient=True)


def _field(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[:_LONGEST_FIELD]
