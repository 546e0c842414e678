"""``python -m benchmarks``: measure everything in one run, and write down what was found."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks import calendars, load, mail, memory, pace, postgres, rolling, ticks
from benchmarks.calendars import Effort
from benchmarks.feeds import Costs
from benchmarks.report import Row, write
from benchmarks.servers import ROOT
from benchmarks.world import Size

HOME = ROOT / "build" / "bench"
RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = ("feeds", "postgresql", "growth", "rolling", "ticks", "mail", "memory")


@dataclass(frozen=True)
class Extent:
    """How much of everything there is, and how long it is looked at."""

    size: Size
    large: Size | None
    effort: Effort
    runs: int
    letters: int
    invited: int
    #: How many seconds after its start the memory of the demo is looked at.
    after: float = 60

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        measured = f"{self.effort.rounds} rounds of {self.effort.seconds:g} s each"
        return f"{self.size.words}; {measured}"


WHOLE = Extent(
    Size(10_000, 1_000), None, Effort(2.0, 7), runs=10_000, letters=1_000_000, invited=100
)
QUICK = Extent(
    Size(400, 40, busy=40), None, Effort(0.3, 2), runs=200, letters=5_000, invited=5, after=3
)
LARGE = Size(1_000_000, 100_000)
QUICK_LARGE = Size(4_000, 400, busy=40)


@dataclass
class Run:
    """One run: what it looks at, where it keeps its things, and what it has found so far."""

    extent: Extent
    folder: Path
    now: datetime
    rows: list[Row] = field(default_factory=list)
    costs: dict[str, Costs] = field(default_factory=dict)

    def feeds(self) -> None:
        """Measure calendars on SQLite, and everything they are compared with."""
        self._add(*calendars.on_sqlite(self.folder, self.extent.size, self.now, self.extent.effort))

    def growth(self) -> None:
        """Measure what an unchanged calendar costs among very many members."""
        small, large = self.extent.size, self.extent.large
        if large is None:
            self.rows.append(Row("304 among 1,000,000 members", "at most 2 ×", "needs --large"))
        else:
            effort = self.extent.effort
            self._add(*calendars.growth(self.folder, small, large, self.now, effort))

    def postgresql(self) -> None:
        """Measure on PostgreSQL whatever depends on the database."""
        if postgres.programs() is None:
            words = "not measured: PostgreSQL is not installed"
            self.rows.append(Row("All of it on PostgreSQL", "", words))
            return
        extent, folder = self.extent, self.folder
        with postgres.cluster(folder / "postgresql.log") as cluster:
            self._add(
                *calendars.on_postgresql(folder, extent.size, self.now, extent.effort, cluster)
            )
            url = cluster.database("rolling")
            self.rows += rolling.measure(folder / "rolling-there", extent.runs, self.now, 5, url)
            url = cluster.database("ticks")
            self.rows += ticks.measure(folder / "ticks-there", extent.letters, self.now, 1.5, url)

    def rolling(self) -> None:
        """Measure rolling runs forward on SQLite."""
        self.rows += rolling.measure(self.folder / "rolling", self.extent.runs, self.now, 3)

    def ticks(self) -> None:
        """Measure a tick of the clock on SQLite."""
        self.rows += ticks.measure(self.folder / "ticks", self.extent.letters, self.now, 0.3)

    def mail(self) -> None:
        """Measure invitations on SQLite."""
        rounds = self.extent.effort.rounds
        self.rows += mail.measure(self.folder, self.extent.invited, self.now, rounds)

    def memory(self) -> None:
        """Measure what the demo holds in memory."""
        self.rows += memory.measure(self.folder, self.extent.after)

    def _add(self, costs: dict[str, Costs], rows: list[Row]) -> None:
        self.costs |= costs
        self.rows += rows


@click.command()
@click.option("--quick", is_flag=True, help="A little of everything, to see whether it runs.")
@click.option("--large", is_flag=True, help="Also an installation of 1,000,000 members (1 GB).")
@click.option("--part", type=click.Choice(PARTS), multiple=True, help="Only this; repeatable.")
def main(quick: bool, large: bool, part: tuple[str, ...]) -> None:
    """Measure Alcove against its goals and against things people know.

    Everything listens on the loopback address and is set up in build/bench, which can be deleted.
    The whole run writes benchmarks/RESULTS.md; a quick or partial one writes its table there too,
    into build/bench/RESULTS.md.
    """
    # The app would tell of every start; here only trouble is of interest.
    logging.disable(logging.WARNING)
    extent = QUICK if quick else WHOLE
    if large:
        extent = replace(extent, large=QUICK_LARGE if quick else LARGE)
    with _folder() as folder:
        run = Run(extent, folder, datetime.now(UTC))
        run.rows += pace.measure()
        run.rows.append(Row("What puts load on servers", "", load.loader()))
        for name in part or PARTS:
            click.echo(f"Measuring: {name}")
            getattr(run, name)()
    where = HOME / "RESULTS.md" if quick or part else RESULTS
    write(where, run.rows, run.costs, extent.words)
    click.echo("".join(f"{row.verdict:>11}  {row.path}: {row.measured}\n" for row in run.rows))


@contextmanager
def _folder() -> Iterator[Path]:
    """Give an empty folder for one run; what the peers need stays beside it."""
    folder = HOME / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    # After trouble it stays, with what the servers said.
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
