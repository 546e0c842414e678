"""What a mail server's no means to the person who looks after the address. Pure."""

import re
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a message to one person was not taken."""

    MAILBOX_UNKNOWN = "mailbox_unknown"
    MAILBOX_FULL = "mailbox_full"
    DOMAIN_UNKNOWN = "domain_unknown"
    BLOCKED = "blocked"
    TOO_LARGE = "too_large"
    TRY_LATER = "try_later"
    #: Given up after days of trying.
    NOT_REACHED = "not_reached"
    #: Forwarded by their mail system to an address that we don't know.
    PASSED_ON = "passed_on"
    OTHER = "other"

    @property
    def words(self) -> str:
        """What a facilitator reads: what it means and what would help."""
        return _WORDS[self]


_WORDS: Final = {
    Reason.MAILBOX_UNKNOWN: "The address does not exist. Ask for another one.",
    Reason.MAILBOX_FULL: "The mailbox is full. Ask for another address, or try in a few days.",
    Reason.DOMAIN_UNKNOWN: "Nothing after the @ receives mail. Check it for a typing slip.",
    Reason.BLOCKED: "Their mail system keeps our messages out. Ask for another address.",
    Reason.TOO_LARGE: "The message is larger than their mail system takes.",
    Reason.TRY_LATER: "Their mail system asked us to come back later, and we will.",
    Reason.NOT_REACHED: "Their mail system could not be reached for days. Send it again, or ask "
    "for another address.",
    Reason.PASSED_ON: "It was forwarded to another address, which did not accept it. Ask for "
    "another address.",
    Reason.OTHER: "Their mail system did not take the message. Ask for another address.",
}

# RFC 3463: the second and third number of an enhanced status code.
_ENHANCED: Final = re.compile(rb"\s*[245]\.(\d{1,3})\.(\d{1,3})(?!\d)")
_POLICY_SUBJECT: Final = 7
_BY_ENHANCED_CODE: Final = {
    (1, 1): Reason.MAILBOX_UNKNOWN,
    (1, 2): Reason.DOMAIN_UNKNOWN,
    (1, 3): Reason.MAILBOX_UNKNOWN,
    (1, 6): Reason.MAILBOX_UNKNOWN,
    (1, 7): Reason.OTHER,
    (1, 8): Reason.OTHER,
    (1, 10): Reason.DOMAIN_UNKNOWN,
    (2, 1): Reason.MAILBOX_UNKNOWN,
    (2, 2): Reason.MAILBOX_FULL,
    (2, 3): Reason.TOO_LARGE,
    (3, 4): Reason.TOO_LARGE,
    (4, 4): Reason.DOMAIN_UNKNOWN,
}

# RFC 5321 section 4.2.3 means different things by one number, depending on what was asked.
_BY_CODE_FOR_RECIPIENT: Final = {
    550: Reason.MAILBOX_UNKNOWN,
    551: Reason.MAILBOX_UNKNOWN,
    552: Reason.MAILBOX_FULL,
    553: Reason.MAILBOX_UNKNOWN,
    554: Reason.BLOCKED,
    556: Reason.DOMAIN_UNKNOWN,
}
_BY_CODE_FOR_CONTENT: Final = {
    550: Reason.BLOCKED,
    552: Reason.TOO_LARGE,
    554: Reason.BLOCKED,
}


def reason_for(code: int, text: bytes, *, at_recipient: bool) -> Reason:
    """Sort a server's no by its code and the enhanced code (RFC 3463) that its text may begin with.

    ``at_recipient`` says whether the answer was to the address (RCPT) or to the message (DATA).
    """
    enhanced = _enhanced_reason(text)
    if 400 <= code < 500:
        # A policy that is temporary is greylisting, so only a full mailbox is worth telling apart.
        return Reason.MAILBOX_FULL if enhanced is Reason.MAILBOX_FULL else Reason.TRY_LATER
    if enhanced is not None:
        return enhanced
    by_code = _BY_CODE_FOR_RECIPIENT if at_recipient else _BY_CODE_FOR_CONTENT
    return by_code.get(code, Reason.OTHER)


def _enhanced_reason(text: bytes) -> Reason | None:
    found = _ENHANCED.match(text)
    if found is None:
        return None
    subject, detail = int(found[1]), int(found[2])
    if subject == _POLICY_SUBJECT:
        return Reason.BLOCKED
    return _BY_ENHANCED_CODE.get((subject, detail))
