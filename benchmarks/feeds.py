"""What one answer costs a server: processor time, in rounds in which everything takes its turn."""

import http.client
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.load import put_on
from benchmarks.peers import request
from benchmarks.servers import Server

MICROSECONDS = 1_000_000
HOST = "alcove.example"


@dataclass(frozen=True)
class Asked:
    """One thing to ask a server for, in all these ways in turn; a ``database`` works beside it."""

    name: str
    server: Server
    requests: Sequence[bytes]
    status: int = 200
    database: Server | None = None


@dataclass
class Costs:
    """Microseconds of processor time for one answer, round by round."""

    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    bytes_each: int = 0

    @property
    def median(self) -> float:
        """The middle one of all rounds."""
        return statistics.median(self.server)


def measure(everything: Sequence[Asked], seconds: float, rounds: int) -> dict[str, Costs]:
    """Ask for everything in turn, and again in the next round, so that a slow moment of the
    machine meets all of it. Returns the costs by name.
    """
    costs = {asked.name: Costs() for asked in everything}
    for asked in everything:
        put_on(asked.server.port, asked.requests, min(1.0, seconds))
    for _ in range(rounds):
        for asked in everything:
            _once(asked, seconds, costs[asked.name])
    return costs


def _once(asked: Asked, seconds: float, into: Costs) -> None:
    before, before_there = asked.server.cpu(), asked.database.cpu() if asked.database else 0.0
    load = put_on(asked.server.port, asked.requests, seconds)
    used = asked.server.cpu() - before
    if set(load.statuses) != {asked.status}:
        raise RuntimeError(f"{asked.name} was answered with {dict(load.statuses)}")
    into.server.append(used / load.answers * MICROSECONDS)
    into.bytes_each = load.received // load.answers
    if asked.database:
        there = asked.database.cpu() - before_there
        into.database.append(there / load.answers * MICROSECONDS)


def plain(tokens: Sequence[str], where: str = "/cal/{}/calendar.ics") -> list[bytes]:
    """Return a request for each of these calendars."""
    return [request(where.format(token)) for token in tokens]


def conditional(server: Server, paths: Sequence[str]) -> list[bytes]:
    """Return a request for each path that says which version the asker has already."""
    return [
        request(path, f"If-None-Match: {headers['etag']}")
        for path, (headers, _) in ((path, fetched(server, path)) for path in paths)
    ]


def fetched(server: Server, path: str) -> tuple[dict[str, str], bytes]:
    """Return the headers, their names in small letters, and the body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"a calendar was answered with {answer.status}")
        return {name.lower(): value for name, value in answer.getheaders()}, body
    finally:
        connection.close()
