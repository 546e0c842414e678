"""``python -m benchmarks.pages``: what pages cost, in turns with an earlier commit.

Two trees are asked for the same page one after the other, again and again, so that a slow minute
of the machine meets both. What counts is the processor time of the process that answers.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click

from benchmarks import postgres
from benchmarks.postgres import Cluster
from benchmarks.servers import ROOT

HOME = ROOT / "build" / "bench" / "pages"
WORKER = Path(__file__).with_name("page_costs.py")
#: The commit at which the redesign began.
BEGAN = "372bfcd"
LETTERS = 100_000
NONE, FULL = "0", str(LETTERS)
MILLISECONDS = 1_000

#: Pages by the world they are in.
IN_WORLDS: Mapping[str, tuple[str, ...]] = {
    "people": (
        *("home", "account", "dates", "calendar"),
        *("group-few", "group-many", "people-few", "people-many"),
        *("delivery-few", "delivery-many", "groups-few", "groups-many"),
    ),
    NONE: ("operating",),
    FULL: ("operating",),
}
#: What is compared within one tree: the words, the page there is much of, the one there is little
#: of, and how many times as much it may cost.
GROWTH = (
    ("a group's page, 10 → 1,000 groups", "people", "group-many", "people", "group-few", 1.5),
    ("its people, 10 → 1,000 groups", "people", "people-many", "people", "people-few", 1.5),
    ("its delivery, 10 → 1,000 groups", "people", "delivery-many", "people", "delivery-few", 1.5),
    ("the list of groups, 10 → 1,000", "people", "groups-many", "people", "groups-few", None),
    ("the operator's page, 0 → 100,000 letters", FULL, "operating", NONE, "operating", 2.0),
)
#: What may cost half of what it did.
HALVED = ("home", "account")


@dataclass(frozen=True)
class Worker:
    """One tree with one world, asked page by page."""

    process: subprocess.Popen[str]

    def ask(self, page: str, calls: int) -> dict[str, float]:
        """Return what one call of a page costs now."""
        print(page, calls, file=self.process.stdin, flush=True)
        return dict(json.loads(self._line()))

    def wait(self) -> None:
        """Wait until its world is built."""
        if self._line().strip() != "ready":
            raise RuntimeError("the measured process did not start")

    def _line(self) -> str:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError("the measured process ended")
        return line


Found = dict[tuple[str, str, str], list[dict[str, float]]]


@click.command()
@click.option("--against", default=BEGAN, show_default=True, help="The commit to compare with.")
@click.option("--rounds", default=7, show_default=True, help="How often everything is asked for.")
@click.option("--calls", default=20, show_default=True, help="Calls of a page in one round.")
@click.option("--page", multiple=True, help="Only pages whose name begins so; repeatable.")
@click.option("--postgresql", is_flag=True, help="On a throwaway PostgreSQL instead of SQLite.")
def main(against: str, rounds: int, calls: int, page: tuple[str, ...], postgresql: bool) -> None:
    """Measure pages in this tree and in an earlier one, in turns."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    trees = {"before": _tree_at(against, HOME / "tree"), "now": ROOT}
    found: Found = {}
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster(HOME / "log")) if postgresql else None
        workers = {
            (tree, world): stack.enter_context(_worker(path, tree, world, cluster))
            for world in IN_WORLDS
            for tree, path in trees.items()
            if _wanted(world, page)
        }
        for worker in workers.values():
            worker.wait()
        for _ in range(rounds):
            for (tree, world), worker in workers.items():
                for name in _wanted(world, page):
                    answer = worker.ask(name, calls)
                    found.setdefault((tree, world, name), []).append(answer)
    click.echo("\n".join([f"Against {against}, {rounds} rounds of {calls}:", *_lines(found)]))
    shutil.rmtree(HOME, ignore_errors=True)


def _wanted(world: str, beginnings: tuple[str, ...]) -> list[str]:
    return [name for name in IN_WORLDS[world] if not beginnings or name.startswith(beginnings)]


def _tree_at(commit: str, folder: Path) -> Path:
    """Return a folder with the files of an earlier commit."""
    packed = folder.with_suffix(".tar")
    subprocess.run(  # noqa: S603 - our own arguments
        ["git", "archive", "-o", str(packed), commit],  # noqa: S607 - the git of whoever runs this
        cwd=ROOT,
        check=True,
    )
    with tarfile.open(packed) as files:
        files.extractall(folder, filter="data")
    return folder


@contextmanager
def _worker(path: Path, tree: str, world: str, cluster: Cluster | None) -> Iterator[Worker]:
    url = cluster.database(f"{tree}-{world}") if cluster else ""
    arguments = [sys.executable, "-P", str(WORKER), str(HOME / f"{tree}-{world}"), world, url]
    environment = {**os.environ, "PYTHONPATH": str(path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - our own arguments
        arguments, cwd=path, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield Worker(process)
        finally:
            process.kill()


def _lines(found: Found) -> Iterator[str]:
    yield "| Page | Before, ms | Now, ms | Ratio | Statements | Bytes |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for (tree, world, name), now in found.items():
        if tree != "now":
            continue
        before = found["before", world, name]
        yield (
            f"| {name}{f' ({int(world):,} letters)' if world in (NONE, FULL) else ''} "
            f"| {_spent(before):.1f} | {_spent(now):.1f} | {_ratio(now, before)} "
            f"| {before[0]['statements']} → {now[0]['statements']} "
            f"| {before[0]['bytes']:,} → {now[0]['bytes']:,} |"
        )
    yield from ("", "| Growth | Before | Now | Goal |", "| --- | --- | --- | --- |")
    for words, much_in, much, little_in, little, goal in GROWTH:
        if ("now", much_in, much) in found:
            sides = [
                _ratio(found[tree, much_in, much], found[tree, little_in, little])
                for tree in ("before", "now")
            ]
            yield f"| {words} | {sides[0]} | {sides[1]} | {goal or 'reported'} |"


def _spent(answers: list[dict[str, float]]) -> float:
    return median(answer["microseconds"] for answer in answers) / MILLISECONDS


def _ratio(above: list[dict[str, float]], below: list[dict[str, float]]) -> str:
    """Say how many times as much one costs as the other, each round compared with itself."""
    ratios = [
        one["microseconds"] / other["microseconds"] for one, other in zip(above, below, strict=True)
    ]
    return f"{median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
