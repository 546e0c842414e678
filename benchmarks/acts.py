"""``python -m benchmarks.acts``: what changing dates and sending invitations costs.

It counts what does not depend on the machine (statements, modules that are entered), and for the
largest act the processor time, as a whole and under SQLite's write lock. Everything is done on the
pages, by ``benchmarks.browsing`` in a process of its own, so that ``--compare`` can put any other
tree beside this one, whatever its modules are called:

    git worktree add --detach ../before 372bfcd
    python -m benchmarks.acts --compare ../before
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import click

ROOT = Path(__file__).parent.parent
MILLISECONDS = 1000


class Tree:
    """A working copy, and the process in which its pages are used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("ALCOVE_")
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own arguments
            [sys.executable, ROOT / "benchmarks" / "browsing.py"],
            cwd=path,
            env=environment | {"PYTHONPATH": str(path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, act: str, **how: Any) -> dict[str, Any]:
        """Have something done; return what each of its requests cost."""
        into, out = self._process.stdin, self._process.stdout
        assert into is not None  # noqa: S101 - both are pipes
        assert out is not None  # noqa: S101
        print(json.dumps({"act": act, **how}), file=into, flush=True)
        line = out.readline()
        if not line:
            raise click.ClickException(f"{self.path}: {act} came to an end; what it said is above")
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> None:
        """Let the process go."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with self._process:
            self._process.stdin.close()
            self._process.wait(timeout=60)


@dataclass(frozen=True)
class Count:
    """A row of what is counted: its words, what may be reached, and how to count it."""

    words: str
    most: int
    act: str
    how: dict[str, Any] = field(default_factory=dict)
    #: Requests that belong to it.
    parts: tuple[str, ...] = ("act",)
    of: str = "statements"

    def value(self, tree: Tree) -> int:
        """Count it in a tree."""
        found = tree.ask(self.act, **self.how)
        if self.of == "modules":
            return len({module for part in self.parts for module in found[part]["modules"]})
        return sum(found[part]["statements"] for part in self.parts)


def _moving(members: int, *, waits: bool = False) -> Count:
    words = f"Statements, moving one session, {members} members with invitations"
    again = ", again while the messages still wait" if waits else ""
    how = {"members": members, "sessions": 12, "waits": waits, "modules": False}
    return Count(words + again, 40, "moved", how)


ALONE = {"members": 1, "sessions": 12, "waits": False, "modules": True}
COUNTS = (
    *(_moving(members) for members in (2, 8, 16)),
    *(_moving(members, waits=True) for members in (2, 8, 16)),
    Count("Three sessions, 16 members", 60, "shifted", {"members": 16, "sessions": 3}),
    Count("A whole run, 30 people, 12 sessions", 80, "shifted", {"members": 30, "sessions": 12}),
    Count("Set up and send, 8 invited", 70, "sent", {"people": 8}, ("save", "act")),
    Count("Set up and send, 30 invited", 70, "sent", {"people": 30}, ("save", "act")),
    Count("Modules entered, confirming a move", 30, "moved", ALONE, of="modules"),
    Count("Modules entered, showing its check", 36, "moved", ALONE, ("check",), of="modules"),
)


@dataclass(frozen=True)
class Times:
    """Processor time of a whole run's change, in milliseconds: all of it, and under the lock."""

    whole: list[float]
    locked: list[float]

    @property
    def share(self) -> float:
        """How much of the act happens under the lock."""
        return median(one / other for one, other in zip(self.locked, self.whole, strict=True))


def timed(trees: Sequence[Tree], rounds: int) -> list[Times]:
    """Change a whole run in each tree in turns, so that a slow minute meets all of them."""
    found = [Times([], []) for _ in trees]
    for number in range(rounds + 1):
        for tree, times in zip(trees, found, strict=True):
            act = tree.ask("shifted", members=30, sessions=12)["act"]
            if number:
                times.whole.append(act["cpu"] * MILLISECONDS)
                times.locked.append(act["locked"] * MILLISECONDS)
    return found


def report(trees: Sequence[Tree], rounds: int) -> Iterator[str]:
    """Measure and say it, line by line, as a table in Markdown; the tree compared with is last."""
    names = ["here", "there"][: len(trees)]
    yield "| | " + " | ".join(["goal", *names]) + " |"
    yield "| --- " * (2 + len(trees)) + "|"
    for count in COUNTS:
        values = [f"{count.value(tree):,}" for tree in trees]
        yield f"| {count.words} | {count.most} | " + " | ".join(values) + " |"
    times = timed(trees, rounds)
    words = "A whole run: processor time"
    spent = [f"{median(one.whole):.0f} ms" for one in times]
    yield f"| {words} | | " + " | ".join(spent) + " |"
    shares = [f"{one.share:.2f}" for one in times]
    yield "| The same: part of it under the write lock | 0.25 | " + " | ".join(shares) + " |"
    if len(trees) == 2:
        here, there = times
        ratios = [one / other for one, other in zip(here.whole, there.whole, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        yield f"| The same: here against there | 0.4 × | {median(ratios):.2f} × | {spread} |"


@contextmanager
def opened(paths: Sequence[Path]) -> Iterator[list[Tree]]:
    """Start a process for each tree, and let them go in the end."""
    trees = [Tree(path) for path in paths]
    try:
        yield trees
    finally:
        for tree in trees:
            tree.end()


@click.command()
@click.option(
    "--compare",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another working copy, measured in turns with this one.",
)
@click.option("--tree", default=ROOT, type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=7, show_default=True, help="How often the time is taken.")
def main(compare: Path | None, tree: Path, rounds: int) -> None:
    """Count the statements and modules of a few acts, and take the time of the largest."""
    paths = [path.resolve() for path in (tree, compare) if path is not None]
    with opened(paths) as trees:
        for line in report(trees, rounds):
            click.echo(line)


if __name__ == "__main__":
    main()
