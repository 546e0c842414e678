"""How long a code is, how many browsers may try it, and whether one more letter may leave. Pure.

We never say that too many people asked: a stranger who could see that would learn that someone
else is asking with this address. So limits here decide what we do, never what we answer. The
arithmetic is in docs/decisions/0018-limits-that-spare-the-person-asked-for.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: How many tries one browser has at one code.
MOST_TRIES: Final = 5
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
#: Letters with codes that unknown browsers can cause to one address.
MOST_AN_HOUR: Final = 6
MOST_A_DAY: Final = 20
#: Of these, letters within an hour whose code was never used; the rest stay for the owner.
MOST_WASTED_AN_HOUR: Final = 4
#: Letters a day for networks that have asked for this address before and used no code.
MOST_FURTHER_A_DAY: Final = 4


@dataclass(frozen=True)
class Length:
    """One length of code. It is used while fewer than ``until`` wrong tries were possible within a
    day, and ``seats`` unknown browsers may try one such code.
    """

    digits: int
    until: int | None
    seats: int


LENGTHS: Final = (
    Length(6, 20, 8),
    Length(8, 500, 100),
    Length(10, 50_000, 10_000),
    Length(12, None, 50_000),
)


class Cause(StrEnum):
    """Why the letter with a code was sent, or that it was not."""

    #: Asked for in a browser in which this address was proved before.
    KNOWN = "known"
    #: For a network that has not asked in vain for this address within a day.
    FIRST = "first"
    FURTHER = "further"
    #: It was never sent: nobody can know its digits, and none are right.
    NONE = "none"


@dataclass(frozen=True)
class Past:
    """What the limits need to know of one code of the last day for the same address."""

    asked_at: datetime
    cause: str
    used: bool
    browsers: int
    tries: int

    @property
    def wasted(self) -> bool:
        """Whether an unknown browser caused a letter that has not been used so far."""
        return not self.used and self.cause in (Cause.FIRST, Cause.FURTHER)


def length_after(past: Sequence[Past]) -> Length:
    """Return the length of the next code, given all codes of the last day for its address."""
    risk = sum(_wrong_tries(code) for code in past if code.cause != Cause.NONE)
    return next(length for length in LENGTHS if length.until is None or risk < length.until)


def seats_for(digits: int) -> int:
    """Return how many unknown browsers may try a code with this many digits."""
    return next(length.seats for length in LENGTHS if length.digits == digits)


def cause_for(past: Sequence[Past], *, asked_in_vain: bool, now: datetime) -> Cause:
    """Return why one more letter may be sent for an unknown browser, or that it may not.

    ``asked_in_vain`` says that its network asked within a day and used no code. A stranger who
    never uses a code has few networks: they share a small allowance, and any other network still
    gets a letter.
    """
    sent = [code for code in past if code.cause != Cause.NONE]
    lately = [code for code in sent if code.asked_at > now - HOUR]
    if len(lately) >= MOST_AN_HOUR or len(sent) >= MOST_A_DAY:
        return Cause.NONE
    if sum(code.wasted for code in lately) >= MOST_WASTED_AN_HOUR:
        return Cause.NONE
    if not asked_in_vain:
        return Cause.FIRST
    further = sum(code.wasted and code.cause == Cause.FURTHER for code in sent)
    return Cause.FURTHER if further < MOST_FURTHER_A_DAY else Cause.NONE


def _wrong_tries(code: Past) -> int:
    """Return how many wrong tries a code had, or could have had: a used code cannot be tried again,
    and the right try was one of them.
    """
    return max(0, code.tries - 1) if code.used else MOST_TRIES * code.browsers
