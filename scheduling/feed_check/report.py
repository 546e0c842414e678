"""What is said about a feed: one thing that is wrong with it, and all of them."""

from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at ``address``, which is shown without its secret, in the order of rules.

    ``remarks`` are sentences about what is not wrong.
    """

    address: str
    findings: list[Finding]
    remarks: list[str]

    def lines(self) -> Iterator[str]:
        """Yield what an operator reads, line by line."""
        yield self.address
        yield from (f"    {remark}" for remark in self.remarks)
        yield from map(str, self.findings)
        count = len(self.findings)
        if count:
            yield "One thing is wrong." if count == 1 else f"{count} things are wrong."
        else:
            yield "Nothing wrong that can be seen from outside."
