"""What is said about one thing that is wrong with a feed, and how places in it are told."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: the number of its rule in docs/calendar.md, what was found, and what
    calendar programs make of it. All of it can be shown to anybody: it holds no secret and
    nothing that stands in an entry.
    """

    rule: str
    found: str
    effect: str

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands in a list: by letter, then by number."""
        return self.rule[0], int(self.rule[1:])

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.rule:<4}{self.found} {self.effect}"


def places(numbers: Sequence[int], before: str = "line") -> str:
    """Say where something was found: ``line 7``, or ``line 7 and 11 more``."""
    first, *more = numbers
    return f"{before} {first} and {len(more)} more" if more else f"{before} {first}"
