"""How long a code is, how many browsers may try it, and whether one more letter may leave. Pure.

Nobody is ever told that too many asked: a stranger who could see that would learn that somebody
else asks with this address. So limits here decide what is done, never what is answered. The
arithmetic is in docs/decisions/0018-limits-that-spare-the-person-asked-for.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: Wrong tries that one browser has at one code.
MOST_TRIES: Final = 5
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
#: Letters with codes that reach one address, as far as browsers cause them that nobody knows.
MOST_AN_HOUR: Final = 6
MOST_A_DAY: Final = 20
#: Of these, letters within an hour whose code was never used; the others are hers.
MOST_WASTED_AN_HOUR: Final = 4
#: Letters a day for networks that have asked for this address before, and used no code.
MOST_FURTHER_A_DAY: Final = 4


@dataclass(frozen=True)
class Length:
    """One length of code. It is taken while fewer wrong tries than ``until`` were possible within
    a day, and ``seats`` browsers that nobody knows may try one such code.
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
    """Why the letter with a code left, or that it did not."""

    #: Asked for in a browser in which this address was proved before.
    KNOWN = "known"
    #: For a network that has not asked in vain for this address within a day.
    FIRST = "first"
    FURTHER = "further"
    #: It never left: nobody can know its digits, and none are right.
    NONE = "none"


@dataclass(frozen=True)
class Past:
    """One code of the last day for the same address, as far as limits ask."""

    asked_at: datetime
    cause: str
    used: bool
    browsers: int
    tries: int

    @property
    def wasted(self) -> bool:
        """Whether a browser that nobody knows caused a letter that was of no use so far."""
        return not self.used and self.cause in (Cause.FIRST, Cause.FURTHER)


def length_after(past: Sequence[Past]) -> Length:
    """Return the length of the next code, given all codes of the last day for its address."""
    risk = sum(_wrong_tries(code) for code in past if code.cause != Cause.NONE)
    return next(length for length in LENGTHS if length.until is None or risk < length.until)


def seats_for(digits: int) -> int:
    """Return how many browsers that nobody knows may try a code with so many digits."""
    return next(length.seats for length in LENGTHS if length.digits == digits)


def cause_for(past: Sequence[Past], *, asked_in_vain: bool, now: datetime) -> Cause:
    """Return on what account one more letter may leave for a browser that nobody knows.

    ``asked_in_vain`` says that its network asked within a day, and used no code. A stranger who
    never uses one has few networks, so they share what is soon used up, and any other network
    still gets a letter.
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
    """Return how many wrong tries there were at a code, or could have been: a code that was used
    can be tried no more, and the right try was one of them.
    """
    return max(0, code.tries - 1) if code.used else MOST_TRIES * code.browsers
