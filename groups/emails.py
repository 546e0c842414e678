"""The letters about accounts. They name nobody, and say nothing of what happens here."""

from core.letters import written
from core.mail import Letter, Mailbox


def code(to: Mailbox, digits: str) -> Letter:
    """Return the letter with a six-digit code, shown as two groups of three."""
    return written("code", to, code=f"{digits[:3]} {digits[3:]}")
