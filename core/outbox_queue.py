"""The outbox as a queue: what ``core.delivery`` claims, letter by letter, and what it then records.

Its few statements are put together once and run without objects, which would cost more than the
statements themselves. States are written into them as literals, not passed as values: only then
can the database tell that an index over part of the table serves, however long the past is.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    RootTransaction,
    Row,
    Select,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    update,
)

from core.db import UTCDateTime
from core.outgoing import UNDER_WAY, MailState, OutgoingMail
from core.transaction import without_objects

#: After this a letter that was being sent when the process died is looked at again. More than
#: twice ``core.smtp.LONGEST_SEND``.
LEASE: Final = timedelta(minutes=10)
#: A claim older than this is looked at once more before its letter leaves.
FRESH: Final = timedelta(seconds=30)

_OUTBOX = OutgoingMail.metadata.tables[OutgoingMail.__tablename__]
_LETTER = _OUTBOX.c
_NOW = bindparam("now", type_=UTCDateTime())


def _in_state(*states: MailState, letter: Any = _LETTER) -> ColumnElement[bool]:
    return or_(*(letter.state == literal_column(f"'{state}'") for state in states))


def _next_due() -> Select[int]:
    """The letter to send next: never one that would overtake an earlier letter of its thread, nor
    one that has outlived its use.
    """
    # Another name for the table, as the claim below looks for the next letter while it changes it.
    letter, earlier = _OUTBOX.alias("letter").c, _OUTBOX.alias("earlier").c
    overtakes = exists().where(
        earlier.thread == letter.thread,
        earlier.id < letter.id,
        _in_state(*UNDER_WAY, letter=earlier),
    )
    useful = or_(letter.useful_until.is_(None), letter.useful_until > _NOW)
    return (
        select(letter.id)
        .where(_in_state(MailState.DUE, letter=letter), letter.due_at <= _NOW, useful, ~overtakes)
        .order_by(letter.due_at, letter.id)
        .limit(literal_column("1"))
    )


#: Given ``now``: the id of the letter to send next.
NEXT_DUE = _next_due()

#: Given ``now``: whether anything is due, has outlived its use, or was left by a sender that died.
ANYTHING_TO_DO = select(
    or_(
        exists(
            select(_LETTER.id).where(
                _in_state(MailState.DUE),
                or_(_LETTER.due_at <= _NOW, _LETTER.useful_until <= _NOW),
            )
        ),
        exists(
            select(_LETTER.id).where(_in_state(MailState.SENDING), _LETTER.leased_until <= _NOW)
        ),
    )
)

#: Given ``now`` and ``until``: claim the letter to send next, and return what it holds; nothing
#: also if another process claims that very letter at this moment.
CLAIM = (
    update(_OUTBOX)
    .where(_LETTER.id == NEXT_DUE.scalar_subquery(), _in_state(MailState.DUE))
    .values(
        state=MailState.SENDING,
        leased_until=bindparam("until", type_=UTCDateTime()),
        attempts=_LETTER.attempts + 1,
    )
    .returning(
        _LETTER.id,
        _LETTER.attempts,
        _LETTER.public_id,
        _LETTER.recipient_sealed,
        _LETTER.body_sealed,
    )
)

#: Given ``held``, ``attempt`` and ``now``: the letter, if this claim of it still holds.
STILL_OURS = select(_LETTER.id).where(
    _LETTER.id == bindparam("held"),
    _in_state(MailState.SENDING),
    _LETTER.attempts == bindparam("attempt"),
    _LETTER.leased_until > _NOW,
)

#: Given ``held`` and ``now``: record that a letter was accepted, unless its fate is known already.
ACCEPT = (
    update(_OUTBOX)
    .where(
        _LETTER.id == bindparam("held"),
        _in_state(MailState.DUE, MailState.SENDING, MailState.UNCERTAIN),
    )
    .values(state=MailState.SENT, final_at=_NOW, reason=None, leased_until=None)
)


@dataclass(frozen=True)
class Held:
    """A letter that this process has claimed, which attempt at it this is, and its content, still
    sealed.
    """

    identifier: int
    attempt: int
    public_id: str = field(repr=False)
    recipient_sealed: bytes | None = field(repr=False)
    body_sealed: bytes | None = field(repr=False)
    leased_until: datetime


class Queue:
    """The outbox as one sender sees it, over a connection of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has_anything_to_do(self, now: datetime) -> bool:
        """Tell whether anything is due, has outlived its use, or was left by a sender that died."""
        with self._looking():
            row = self._run(ANYTHING_TO_DO, now=now)
        return row is not None and bool(row[0])

    def has_anything_due(self, now: datetime) -> bool:
        """Tell whether there is a letter to send."""
        with self._looking():
            return self._run(NEXT_DUE, now=now) is not None

    def claim(self, now: datetime) -> Held | None:
        """Claim the next letter for this process, committed before anything is sent."""
        with self._changing():
            return self._claim(now)

    def accepted(self, held: Held, now: datetime) -> Held | None:
        """Record that a letter was accepted, and claim the next one in the same commit.

        It is recorded even if the lease ran out meanwhile: that keeps it from being sent again.
        """
        with self._changing():
            self._run(ACCEPT, held=held.identifier, now=now)
            return self._claim(now)

    def is_ours(self, held: Held, now: datetime) -> bool:
        """Tell whether a letter is still ours to send: a process that was stopped for longer than
        its lease must not send what another one has. While a lease is fresh nobody touches it.
        """
        if now < held.leased_until - LEASE + FRESH:
            return True
        values = {"held": held.identifier, "attempt": held.attempt, "now": now}
        with self._looking():
            return self._run(STILL_OURS, **values) is not None

    def _looking(self) -> RootTransaction:
        return self._connection.execution_options(writes=False).begin()

    def _changing(self) -> RootTransaction:
        return self._connection.execution_options(writes=True).begin()

    def _claim(self, now: datetime) -> Held | None:
        until = now + LEASE
        while (row := self._run(CLAIM, now=now, until=until)) is None:
            if self._run(NEXT_DUE, now=now) is None:
                return None
        identifier, attempt, public_id, recipient, body = row
        return Held(identifier, attempt, public_id, recipient, body, until)

    def _run(self, statement: Any, **values: Any) -> Row[*tuple[Any, ...]] | None:
        dialect = self._connection.dialect
        words, order, fixed = _compiled(statement, dialect)
        given = {**fixed, **{name: _written(value, dialect) for name, value in values.items()}}
        parameters: Any = given if order is None else tuple(given[name] for name in order)
        result = self._connection.exec_driver_sql(words, parameters)
        return result.one_or_none() if result.returns_rows else None


@contextmanager
def queue() -> Iterator[Queue]:
    """Open the outbox for one sender."""
    with without_objects() as connection:
        yield Queue(connection)


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
    if not isinstance(value, datetime):
        return value
    prepare = UTCDateTime().dialect_impl(dialect).bind_processor(dialect)
    return value if prepare is None else prepare(value)
