"""What was found, in a table that says in plain words whether each goal was met."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.feeds import Costs

PROGRAMS = ("Flask", "granian", "SQLAlchemy", "icalendar", "psycopg")
#: What follows is written by hand, from `benchmarks.house` and `benchmarks.acts`.
KEPT = "## The house, before and after"


@dataclass(frozen=True)
class Row:
    """One line of the table; ``met`` is nothing where there is no goal, or no measurement."""

    path: str
    goal: str
    measured: str
    spread: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The last column, in words."""
        return {True: "met", False: "**not met**", None: "reported"}[self.met]


def more_times(
    path: str, costs: Mapping[str, Costs], base: str, ours: str, goal: float | None = None
) -> Row:
    """Compare what a base costs with what ours costs: the higher, the better for us."""
    return _compared(path, costs, base, ours, goal, at_least=True)


def fewer_times(
    path: str, costs: Mapping[str, Costs], ours: str, base: str, goal: float | None = None
) -> Row:
    """Compare what ours costs with what a base costs: the lower, the better for us."""
    return _compared(path, costs, ours, base, goal, at_least=False)


def _compared(
    path: str,
    costs: Mapping[str, Costs],
    above: str,
    below: str,
    goal: float | None,
    *,
    at_least: bool,
) -> Row:
    limit = "" if goal is None else f"{'at least' if at_least else 'at most'} {goal:g} ×"
    if above not in costs or below not in costs:
        return Row(path, limit, "not measured: what to compare with is not installed")
    # Both were asked in turn, so a round is compared with itself.
    pairs = zip(costs[above].server, costs[below].server, strict=True)
    ratios = [more / less for more, less in pairs if less]
    if not ratios:
        return Row(path, limit, "not measured: too little work to be seen")
    middle = statistics.median(ratios)
    met = None if goal is None else (middle >= goal if at_least else middle <= goal)
    spread = f"{_times(min(ratios))} to {_times(max(ratios))}"
    return Row(path, limit or "reported", f"{_times(middle)} ×", spread, met)


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def limited(path: str, values: Sequence[float], limit: float, unit: str, *, at_least: bool) -> Row:
    """Compare a measured quantity with its limit."""
    middle = statistics.median(values)
    met = middle >= limit if at_least else middle <= limit
    goal = f"{'at least' if at_least else 'at most'} {limit:g} {unit}"
    spread = f"{min(values):.3g} to {max(values):.3g}"
    return Row(path, goal, f"{middle:.3g} {unit}", spread, met)


def write(where: Path, rows: Sequence[Row], costs: Mapping[str, Costs], how: str) -> None:
    """Write the whole report, and keep the part that other commands fill."""
    kept = where.read_text().partition(KEPT) if where.exists() else ("", "", "")
    measured = "\n".join([*_head(how), *_table(rows), *_costs(costs), *_repeat()]) + "\n"
    where.write_text(measured + ("\n" + "".join(kept[1:]) if kept[1] else ""))


def _head(how: str) -> list[str]:
    programs = ", ".join(f"{name} {version(name)}" for name in PROGRAMS)
    load = os.getloadavg()[1]
    return [
        "# What was measured",
        "",
        f"On {date.today():%d %B %Y}, {how}. Python {platform.python_version()}, {programs}. "  # noqa: DTZ011 - the day on the wall here
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors, which the "
        f"load shares with the servers; the load of the machine at the end was {load:.1f}.",
        "",
        "The measure is the processor time of the server for one answer (user and system, of all "
        "its processes), not the time on the clock: it says what a machine can carry, and other "
        "work on it disturbs it least. “×” compares two things measured in the same run, round by "
        "round; the spread is over the rounds.",
        "",
    ]


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["| What | Goal | Measured | Spread | |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.path} | {row.goal} | {row.measured} | {row.spread} | {row.verdict} |"
        for row in rows
    ]
    return [*lines, ""]


def _costs(costs: Mapping[str, Costs]) -> list[str]:
    lines = [
        "## Processor time for one answer",
        "",
        "| What | Microseconds | Spread | Of the database beside it | Bytes |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, cost in costs.items():
        spread = f"{min(cost.server):.0f} to {max(cost.server):.0f}"
        there = f"{statistics.median(cost.database):.0f}" if cost.database else ""
        lines.append(f"| {name} | {cost.median:.0f} | {spread} | {there} | {cost.bytes_each:,} |")
    return [*lines, ""]


def _repeat() -> list[str]:
    return [
        "## How to repeat it",
        "",
        "`make bench` measures everything but the largest installation, `make bench "
        'OPTIONS="--large"` that too, and `make bench OPTIONS="--quick"` a little of each to see '
        "whether it runs. [README.md](README.md) says what is set up and how it is measured. Run "
        "it on a machine that has nothing else to do.",
    ]
