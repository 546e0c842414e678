"""The outbox as a queue: what ``core.delivery`` claims, letter by letter, and what it then records.

Its few statements run without objects, which would cost more than the statements themselves.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Row, Select

from core import config
from core.db import UTCDateTime
from core.outbox_statements import (
    ACCEPT,
    ANYTHING_TO_DO,
    CLAIMS,
    LEASE,
    NEXT_OF_BACKLOG,
    NEXT_URGENT,
    NEXT_USUAL,
    PRESSING,
    STILL_OURS,
    STOP_ENDED,
    take_a_turn,
)
from core.transaction import without_objects

__all__ = ["FRESH", "LEASE", "Held", "Line", "Queue", "queue"]

#: On SQLite, a claim older than this is looked at once more before its letter leaves.
FRESH: Final = timedelta(seconds=30)
_NO_STOP: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Line(Enum):
    """Which letters a sender takes, in this order."""

    URGENT = (NEXT_URGENT,)
    OTHERS = (NEXT_USUAL, NEXT_OF_BACKLOG)
    ALL = (NEXT_URGENT, NEXT_USUAL, NEXT_OF_BACKLOG)


@dataclass(frozen=True)
class Held:
    """A letter that this process has claimed, which attempt this is, and its content, still sealed.
    ``claimed_at`` is on the monotonic clock.
    """

    identifier: int
    attempt: int
    public_id: str = field(repr=False)
    recipient_sealed: bytes | None = field(repr=False)
    body_sealed: bytes | None = field(repr=False)
    claimed_at: float


#: The senders in one process take turns to write, so that SQLite's one writer does not wait.
_WRITING = threading.Lock()


class Queue:
    """The outbox as one sender sees it, over a connection of its own."""

    def __init__(self, connection: Connection, line: Line) -> None:
        self._connection = connection
        self._line = line
        self._stop_ended = _NO_STOP

    def has_anything_to_do(self, now: datetime) -> bool:
        """Return whether anything is due, has outlived its use, or was left by a sender that died;
        for urgent letters only whether one is due.
        """
        if self._line is Line.URGENT:
            return self.has_anything_due(now)
        with self._looking():
            row = self._run(ANYTHING_TO_DO, now=now)
        return row is not None and bool(row[0])

    def has_anything_due(self, now: datetime) -> bool:
        """Return whether there is a letter to send."""
        with self._looking():
            return any(self._find(found, now) for found in self._line.value)

    def learn_of_stop(self) -> None:
        """Find out which letters were due before the last long stop ended."""
        if self._line is not Line.URGENT:
            with self._looking():
                row = self._run(STOP_ENDED)
            self._stop_ended = _NO_STOP if row is None else self._read(row[0])

    def claim(self, now: datetime) -> Held | None:
        """Claim the next letter for this process, committed before anything is sent.

        Letters that were due before a long stop ended leave one at each turn: nothing is returned
        until it is the next one's turn.
        """
        with self._changing():
            return self._claim(now)

    def accepted(self, held: Held, now: datetime, *, goes_on: bool = True) -> Held | None:
        """Record that a letter was accepted, and claim the next one in the same commit.

        It is recorded even if the lease ran out meanwhile: that keeps it from being sent again.
        """
        with self._changing():
            self._run(ACCEPT, held=held.identifier, now=now)
            return self._claim(now) if goes_on else None

    def is_ours(self, held: Held) -> bool:
        """Return whether a letter is still ours to send: a process that was paused for longer than
        its lease must not send what another one has. Nobody touches a letter with a fresh lease.
        """
        # A machine that was paused does not know for how long. Its senders all were, so on SQLite
        # its own clock is enough; on PostgreSQL others may have gone on.
        shared = self._connection.dialect.name != "sqlite"
        if not shared and monotonic() < held.claimed_at + FRESH.total_seconds():
            return True
        with self._looking():
            found = self._run(STILL_OURS, held=held.identifier, attempt=held.attempt)
        return found is not None

    @contextmanager
    def _looking(self) -> Iterator[None]:
        with self._connection.execution_options(writes=False).begin():
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with _WRITING, self._connection.execution_options(writes=True).begin():
            yield

    def _claim(self, now: datetime) -> Held | None:
        for found in self._line.value:
            if found is NEXT_OF_BACKLOG and not (self._find(found, now) and self._turn_is_ours()):
                continue
            held = self._claim_one(found, now)
            if held is not None:
                return held
        return None

    def _claim_one(self, found: Select[int], now: datetime) -> Held | None:
        claimed_at = monotonic()
        while (row := self._run(CLAIMS[found], **self._times(now))) is None:
            if not self._find(found, now):
                return None
        identifier, attempt, public_id, recipient, body = row
        return Held(identifier, attempt, public_id, recipient, body, claimed_at)

    def _turn_is_ours(self) -> bool:
        pace = config.current().mail_pace
        return not pace or self._run(take_a_turn(60 / pace)) is not None

    def _find(self, found: Select[int], now: datetime) -> bool:
        return self._run(found, **self._times(now)) is not None

    def _times(self, now: datetime) -> dict[str, datetime]:
        return {"now": now, "soon": now + PRESSING, "stop_ended": self._stop_ended}

    def _run(self, statement: Any, **values: Any) -> Row[*tuple[Any, ...]] | None:
        dialect = self._connection.dialect
        words, order, fixed = _compiled(statement, dialect)
        given = {**fixed, **{name: _written(value, dialect) for name, value in values.items()}}
        parameters: Any = given if order is None else tuple(given[name] for name in order)
        result = self._connection.exec_driver_sql(words, parameters)
        return result.one_or_none() if result.returns_rows else None

    def _read(self, value: Any) -> datetime:
        dialect = self._connection.dialect
        kind = UTCDateTime().dialect_impl(dialect)
        read = kind.result_processor(dialect, None)
        moment = value if read is None else read(value)
        if not isinstance(moment, datetime):
            raise TypeError("A moment was expected")
        return moment


@contextmanager
def queue(line: Line = Line.ALL) -> Iterator[Queue]:
    """Open the outbox for one sender."""
    with without_objects() as connection:
        yield Queue(connection, line)


@lru_cache(maxsize=32)
def _compiled(
    statement: Any, dialect: Dialect
) -> tuple[str, tuple[str, ...] | None, Mapping[str, Any]]:
    """Return a statement as the driver takes it, the order of its parameters where they have no
    names, and the values that are the same each time.
    """
    compiled = statement.compile(dialect=dialect)
    order = compiled.positiontup
    return str(compiled), None if order is None else tuple(order), compiled.params


def _written(value: Any, dialect: Dialect) -> Any:
    """Return a value in the form the driver takes."""
    if not isinstance(value, datetime):
        return value
    prepare = UTCDateTime().dialect_impl(dialect).bind_processor(dialect)
    return value if prepare is None else prepare(value)
