"""Which servers are asked for which calendars, and what comes of comparing them."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import peers
from benchmarks.feeds import Asked, Costs, conditional, fetched, measure, plain
from benchmarks.installation import installation
from benchmarks.postgres import Cluster
from benchmarks.report import Row, fewer_times, more_times
from benchmarks.servers import Server, granian
from benchmarks.world import Size, build, tokens

#: How many different calendars are asked for in turn.
SAMPLE = 1000
#: Of the peers fewer are needed: what they do for one does not depend on how many there are.
PEERS = 100


@dataclass(frozen=True)
class Effort:
    """How much is measured: seconds for each thing in each round, and rounds."""

    seconds: float
    rounds: int


@dataclass(frozen=True)
class Served:
    """An installation being served, and links of members with 12 and with 36 sessions."""

    server: Server
    twelve: list[str]
    thirty_six: list[str]

    def conditional(self) -> list[bytes]:
        """Return requests that are answered with 304."""
        return conditional(self.server, [_feed(token) for token in self.twelve])


@contextmanager
def served(
    folder: Path, size: Size, now: datetime, database_url: str | None = None
) -> Iterator[Served]:
    """Build an installation of a size and serve it as ``flask serve`` would."""
    log = folder.parent / "server.log"
    with installation(folder, database_url) as made:
        build(size, now)
        twelve = tokens(SAMPLE, first=size.busy + 1, last=size.members)
        thirty_six = tokens(size.busy, last=size.busy)
        with granian(sys.executable, "benchmarks.apps:served()", made.environment, log) as server:
            for token in (*twelve, *thirty_six):
                # As calendars are found nearly always: read since anything last changed.
                fetched(server, _feed(token))
            yield Served(server, twelve, thirty_six)


@contextmanager
def _hello(folder: Path) -> Iterator[Server]:
    log = folder / "server.log"
    with granian(sys.executable, "benchmarks.apps:hello()", {}, log) as server:
        yield server


def on_sqlite(
    folder: Path, size: Size, now: datetime, effort: Effort
) -> tuple[dict[str, Costs], list[Row]]:
    """Measure our feeds on SQLite against hello, the naive way, Radicale and nginx."""
    with ExitStack() as stack:
        ours = stack.enter_context(served(folder / "sqlite", size, now))
        hello = stack.enter_context(_hello(folder))
        everything = [
            Asked("hello", hello, [peers.request("/")]),
            Asked("304", ours.server, ours.conditional(), 304),
            Asked("12 sessions", ours.server, plain(ours.twelve)),
            Asked("36 sessions", ours.server, plain(ours.thirty_six)),
            *_naive(ours),
            *_radicale(folder, ours, stack),
            *_nginx(folder, ours, stack),
        ]
        costs = measure(everything, effort.seconds, effort.rounds)
    return costs, _rows(costs)


def _naive(ours: Served) -> list[Asked]:
    ways = (("icalendar, local time", "/naive/{}"), ("icalendar, UTC", "/naive-utc/{}"))
    return [
        asked
        for name, where in ways
        for asked in (
            Asked(f"{name}, 12 sessions", ours.server, plain(ours.twelve, where)),
            Asked(f"{name}, 36 sessions", ours.server, plain(ours.thirty_six, where)),
        )
    ]


def _radicale(folder: Path, ours: Served, stack: ExitStack) -> list[Asked]:
    python = peers.python_of_peers(folder.parent)
    twelve = {f"a{number}": token for number, token in enumerate(ours.twelve[:PEERS])}
    thirty_six = {f"b{number}": token for number, token in enumerate(ours.thirty_six[:PEERS])}
    feeds = {name: _body(ours, token) for name, token in {**twelve, **thirty_six}.items()}
    peers.fill_radicale(folder / "radicale", feeds)
    found = []
    for name, alone in (("Radicale", False), ("Radicale alone", True)):
        server = stack.enter_context(peers.radicale(folder, python, alone=alone))
        asks = [[peers.ask_radicale(one) for one in some] for some in (twelve, thirty_six)]
        again = [peers.ask_radicale(one, 'If-None-Match: "an older one"') for one in twelve]
        found += [
            Asked(f"{name}, 12 sessions", server, asks[0]),
            Asked(f"{name}, 36 sessions", server, asks[1]),
            Asked(f"{name}, conditional", server, again),
        ]
    return found


def _nginx(folder: Path, ours: Served, stack: ExitStack) -> list[Asked]:
    if not peers.has_nginx():
        return []
    root = folder / "files"
    root.mkdir()
    for token in (*ours.twelve, *ours.thirty_six):
        (root / f"{token}.ics").write_bytes(_body(ours, token))
    server = stack.enter_context(peers.nginx(folder, root))
    known = conditional(server, [f"/{token}.ics" for token in ours.twelve])
    return [
        Asked("nginx, 12 sessions", server, plain(ours.twelve, "/{}.ics")),
        Asked("nginx, 36 sessions", server, plain(ours.thirty_six, "/{}.ics")),
        Asked("nginx, 304", server, known, 304),
    ]


def _rows(costs: dict[str, Costs]) -> list[Row]:
    rows = [
        more_times("Feed unchanged (304), against hello", costs, "hello", "304", 1.5),
        more_times("Feed with 12 sessions, against hello", costs, "hello", "12 sessions", 1.2),
        more_times("Feed with 36 sessions, against hello", costs, "hello", "36 sessions", 1.1),
    ]
    for sessions, local, radicale in (("12 sessions", 60, 18), ("36 sessions", 80, 25)):
        words = f"{sessions}, against building it with icalendar for each request"
        rows += [
            more_times(words, costs, f"icalendar, local time, {sessions}", sessions, local),
            more_times(f"{words}, in UTC", costs, f"icalendar, UTC, {sessions}", sessions),
            more_times(
                f"{sessions}, against Radicale on the same server",
                costs,
                f"Radicale, {sessions}",
                sessions,
                radicale,
            ),
        ]
    rows.append(
        more_times(
            "304, against Radicale asked conditionally", costs, "Radicale, conditional", "304", 30
        )
    )
    for ours in ("12 sessions", "36 sessions", "304"):
        words = f"{ours}, against nginx serving the same bytes as a file"
        rows.append(fewer_times(words, costs, ours, f"nginx, {ours}", 8))
    return rows


def on_postgresql(
    folder: Path, size: Size, now: datetime, effort: Effort, cluster: Cluster
) -> tuple[dict[str, Costs], list[Row]]:
    """Measure our feeds on PostgreSQL against hello; the costs have names of their own."""
    url = cluster.database("feeds")
    with served(folder / "postgresql", size, now, url) as ours, _hello(folder) as hello:
        there = cluster.server
        everything = [
            Asked("hello (beside PostgreSQL)", hello, [peers.request("/")]),
            Asked("304 (PostgreSQL)", ours.server, ours.conditional(), 304, there),
            Asked("12 sessions (PostgreSQL)", ours.server, plain(ours.twelve), 200, there),
            Asked("36 sessions (PostgreSQL)", ours.server, plain(ours.thirty_six), 200, there),
        ]
        costs = measure(everything, effort.seconds, effort.rounds)
    hello_name = "hello (beside PostgreSQL)"
    return costs, [
        more_times("304 on PostgreSQL, against hello", costs, hello_name, "304 (PostgreSQL)", 0.9),
        more_times("12 sessions on PostgreSQL", costs, hello_name, "12 sessions (PostgreSQL)"),
        more_times("36 sessions on PostgreSQL", costs, hello_name, "36 sessions (PostgreSQL)"),
    ]


def growth(
    folder: Path, small: Size, large: Size, now: datetime, effort: Effort
) -> tuple[dict[str, Costs], list[Row]]:
    """Measure what an unchanged feed costs in a small and in a large installation."""
    names = [f"304 among {size.members:,} members" for size in (small, large)]
    with (
        served(folder / "small", small, now) as few,
        served(folder / "large", large, now) as many,
    ):
        everything = [
            Asked(name, ours.server, ours.conditional(), 304)
            for name, ours in zip(names, (few, many), strict=True)
        ]
        costs = measure(everything, effort.seconds, effort.rounds)
    words = f"304 among {large.members:,} members, against {small.members:,}"
    return costs, [fewer_times(words, costs, names[1], names[0], 2)]


def _feed(token: str) -> str:
    return f"/cal/{token}/calendar.ics"


def _body(ours: Served, token: str) -> bytes:
    return fetched(ours.server, _feed(token))[1]
