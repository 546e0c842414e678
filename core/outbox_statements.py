"""The statements of the outbox as a queue, put together once.

States are written into them as literals, not passed as values: only then can the database see
that an index over part of the table is enough, however much history there is.
"""

from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    literal_column,
    or_,
    select,
    update,
)

from core.db import UTCDateTime
from core.moment import is_over, lease_time
from core.outgoing import UNDER_WAY, Lane, MailBacklog, MailState, OutgoingMail

#: After this a letter whose process died while sending it is looked at again. More than twice
#: ``core.smtp.LONGEST_SEND``.
LEASE: Final = timedelta(minutes=10)
#: After a long stop these go first: letters in ``Lane.FIRST``, and what has outlived its use in
#: less than this, as a letter about a date within 24 hours has once that date is over.
PRESSING: Final = timedelta(hours=28)

_OUTBOX = OutgoingMail.metadata.tables[OutgoingMail.__tablename__]
_LETTER = _OUTBOX.c
_NOW = bindparam("now", type_=UTCDateTime())
_STOP_ENDED = bindparam("stop_ended", type_=UTCDateTime())


def in_state(*states: MailState, letter: Any = _LETTER) -> ColumnElement[bool]:
    """Return whether a letter is in one of these states, which are written into the statement."""
    return or_(*(letter.state == literal_column(f"'{state}'") for state in states))


def _is_due(letter: Any) -> tuple[ColumnElement[bool], ...]:
    """A letter to send: never one that would overtake an earlier letter of its thread, nor one
    that has outlived its use.
    """
    earlier = _OUTBOX.alias("earlier").c
    overtakes = exists().where(
        earlier.thread == letter.thread,
        earlier.id < letter.id,
        in_state(*UNDER_WAY, letter=earlier),
    )
    useful = or_(letter.useful_until.is_(None), letter.useful_until > _NOW)
    return in_state(MailState.DUE, letter=letter), letter.due_at <= _NOW, useful, ~overtakes


def _next(letter: Any, *which: ColumnElement[bool]) -> Select[int]:
    order = (letter.due_at, letter.id)
    return select(letter.id).where(*_is_due(letter), *which).order_by(*order).limit(_ONE)


_ONE: ColumnElement[int] = literal_column("1")
# Another name for the table, as a claim looks for the next letter while it changes it.
_CANDIDATE = _OUTBOX.alias("letter").c
_IS_URGENT = _CANDIDATE.lane == literal_column(f"'{Lane.URGENT}'")
_IS_PRESSING = or_(
    _CANDIDATE.lane == literal_column(f"'{Lane.FIRST}'"),
    _CANDIDATE.useful_until <= bindparam("soon", type_=UTCDateTime()),
)

#: Given ``now``: the id of the next letter that someone is waiting for.
NEXT_URGENT = _next(_CANDIDATE, _IS_URGENT)
#: Given ``now`` and ``stop_ended``: the id of the next other letter that fell due since.
NEXT_USUAL = _next(_CANDIDATE, ~_IS_URGENT, _CANDIDATE.due_at > _STOP_ENDED)
#: Given ``now``, ``soon`` and ``stop_ended``: the id of the next one that was due before.
NEXT_OF_BACKLOG = (
    _next(_CANDIDATE, ~_IS_URGENT, _CANDIDATE.due_at <= _STOP_ENDED)
    .order_by(None)
    .order_by(case((_IS_PRESSING, 0), else_=1), _CANDIDATE.due_at, _CANDIDATE.id)
)

#: Given ``now``: whether anything is due, has outlived its use, or was left by a sender that died.
ANYTHING_TO_DO = select(
    or_(
        exists(
            select(_LETTER.id).where(
                in_state(MailState.DUE),
                or_(_LETTER.due_at <= _NOW, _LETTER.useful_until <= _NOW),
            )
        ),
        exists(
            select(_LETTER.id).where(
                in_state(MailState.SENDING), is_over(_LETTER.leased_until, LEASE)
            )
        ),
    )
)


def _claim_of(found: Select[int]) -> Any:
    return (
        update(_OUTBOX)
        .where(_LETTER.id == found.scalar_subquery(), in_state(MailState.DUE))
        .values(
            state=MailState.SENDING,
            leased_until=lease_time(LEASE.total_seconds()),
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


#: Claim a letter, and return its content; nothing if another process claims the same letter at
#: the same moment.
CLAIMS: Final = {found: _claim_of(found) for found in (NEXT_URGENT, NEXT_USUAL, NEXT_OF_BACKLOG)}

#: Given ``held`` and ``attempt``: the letter, if this claim of it still holds.
STILL_OURS = select(_LETTER.id).where(
    _LETTER.id == bindparam("held"),
    in_state(MailState.SENDING),
    _LETTER.attempts == bindparam("attempt"),
    ~is_over(_LETTER.leased_until, LEASE),
)

#: Given ``held`` and ``now``: record that a letter was accepted, unless its fate is already known.
ACCEPT = (
    update(_OUTBOX)
    .where(
        _LETTER.id == bindparam("held"),
        in_state(MailState.DUE, MailState.SENDING, MailState.UNCERTAIN),
    )
    .values(state=MailState.SENT, final_at=_NOW, reason=None, leased_until=None)
)

_BACKLOG = MailBacklog.metadata.tables[MailBacklog.__tablename__]
STOP_ENDED = select(_BACKLOG.c.ended_at)


@lru_cache(maxsize=8)
def take_a_turn(seconds: float) -> Any:
    """Take the backlog's turn, if it is free, and set when the next one is."""
    free_at = _BACKLOG.c.free_at
    return (
        update(_BACKLOG)
        .where(is_over(free_at, timedelta(seconds=seconds)))
        .values(free_at=lease_time(seconds))
        .returning(_BACKLOG.c.id)
    )
