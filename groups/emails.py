"""The letters about accounts. They name nobody, and say nothing of what happens here."""

from core import config
from core.letters import written
from core.mail import Letter, Mailbox


def code(to: Mailbox, digits: str, link: str) -> Letter:
    """Return the letter with a code, shown in 2 halves; ``link`` opens the page that signs in the
    browser that asked for it.
    """
    return written("code", to, code=_in_halves(digits), link=link)


def new_address(to: Mailbox, digits: str) -> Letter:
    """Return the letter with the code that proves a new address."""
    return written("new_address", to, code=_in_halves(digits))


def address_taken(to: Mailbox) -> Letter:
    """Return the word to somebody whose address was given as the new one of another account."""
    return written("address_taken", to)


def address_changed(to: Mailbox, *, not_me_link: str, help_link: str) -> Letter:
    """Return the word to the former address that the account has another one now; ``not_me_link``
    opens the page for somebody who did not change it.
    """
    return written(
        "address_changed",
        to,
        contact=config.current().public_contact,
        not_me_link=not_me_link,
        help_link=help_link,
    )


def _in_halves(digits: str) -> str:
    half = len(digits) // 2
    return f"{digits[:half]} {digits[half:]}"
