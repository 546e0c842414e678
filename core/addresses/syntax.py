"""One e-mail address as someone typed it: read exactly, or refused with the reason. Pure."""

import re
from typing import Final

from email_validator import EmailNotValidError, validate_email

from core.mail import Mailbox
from core.text import clean_line, problem_in

#: One person as typed: name, address and what surrounds them. Anyone may send this much to the
#: sign-in page, so the length is checked first.
LONGEST_TYPED: Final = 1_000
_LONGEST_ADDRESS: Final = 254
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_NAME: Final = 100
_LONGEST_QUOTE: Final = 60

#: What may surround a name without being part of it.
_AROUND: Final = "'\"‘’“”„«» "
_LINK: Final = re.compile(r"(?i)^mailto:\s*")
#: Hyphens that word processors insert so that no line breaks there.
_HYPHENS: Final = str.maketrans("\u2010\u2011", "--")


class AddressProblem(ValueError):
    """Why this is no address, in words for the person who typed it."""


def mailbox(name: str, written: str) -> Mailbox:
    """Return a person from the words and the address that belong together.

    The address comes back in ASCII (an international domain as RFC 5891 writes it), its domain in
    small letters. A name that only repeats the address is none. Raises ``AddressProblem``.
    """
    address = _address(plain(written))
    shown = clean_line(name).strip(_AROUND)
    # Some programs put the address after the name, and then the address again.
    # We only look from the first of several brackets: looking from each of them would take a time
    # that grows with the square of their number.
    again = rf"(?:^|(?<![(<\[\s])[(<\[\s]++)(?:mailto:)?{re.escape(plain(written))}[)>\]]*$"
    shown = re.sub(again, "", shown, flags=re.IGNORECASE).strip(_AROUND)
    if "@" in shown:
        raise AddressProblem(
            f"{quote(shown)} and {quote(address)} are two addresses. Keep the right one"
        )
    if shown and problem_in(shown, longest=_LONGEST_NAME):
        raise AddressProblem(f"The name {quote(shown)} is over {_LONGEST_NAME} characters")
    return Mailbox(name=shown, address=address)


def plain(written: str) -> str:
    """Return an address without what programs put around it: quotes, ``mailto:``, a full stop."""
    text = clean_line(written).strip("'\"‘’“”").translate(_HYPHENS)
    linked = _LINK.sub("", text)
    if linked != text:
        # A link may go on with a subject (RFC 6068).
        linked = linked.partition("?")[0]
    return linked.strip().rstrip(".")


def _address(text: str) -> str:
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
        raise AddressProblem(f"{quote(text)} is longer than an e-mail address can be")
    return address


def _check_shape(text: str) -> None:
    local_part, at, domain = text.rpartition("@")
    if not at:
        raise AddressProblem(needs_at(text))
    if len(text) > LONGEST_TYPED:
        raise AddressProblem(f"{quote(text)} is longer than an e-mail address can be")
    if " " in text:
        raise AddressProblem(f"{quote(text)} has a space in it")
    if "@" in local_part:
        raise AddressProblem(f"{quote(text)} has more than one @")
    if domain and "." not in domain:
        raise AddressProblem(f"{quote(text)} needs an ending, like name@example.org")
    if not local_part.isascii():
        raise AddressProblem(f"{quote(text)} has a letter before the @ that e-mail can’t carry")
    if len(local_part) > _LONGEST_LOCAL_PART:
        raise AddressProblem(f"{quote(text)} is longer than an e-mail address can be")


def needs_at(text: str) -> str:
    """Say that what was typed has no address in it."""
    if not clean_line(text):
        return "Write an e-mail address, like name@example.org"
    return f"{quote(text)} needs an @, like name@example.org"


def _unlikely(text: str) -> str:
    return f"{quote(text)} doesn’t look like an e-mail address. Check it for typing mistakes"


def quote(text: str) -> str:
    """Return what was typed in quotation marks, shortened if it is long."""
    shown = clean_line(text[: 20 * _LONGEST_QUOTE])
    if len(shown) > _LONGEST_QUOTE:
        shown = shown[: _LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{shown}”"
