"""Sending what is due: claim one letter, send it, say what became of it, and go on.

Each step is a transaction of its own, so a crash leaves at most one letter in doubt. Web pages
never call this; the clock and ``flask tick`` do.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Protocol

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from core import config
from core.db import db
from core.outbox import UNDER_WAY, MailState, OutgoingMail, Promise
from core.smtp import Connection, Refused, Uncertain, Unreachable
from core.transaction import transaction

log = logging.getLogger(__name__)

#: After this a letter that was being sent when the process died is looked at again. More than
#: twice ``core.smtp.LONGEST_SEND``.
LEASE = timedelta(minutes=10)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
#: Temporary refusals are put up with this often: with the waits above, for three days.
MOST_REFUSALS = 24
#: Unexpected trouble is tried this often before the letter is parked for an operator.
MOST_ATTEMPTS = 5
#: The reason of a letter that went over once without an answer. It is tried once more only.
NO_ANSWER = "no_answer"

Clock = Callable[[], datetime]


class Carrier(Protocol):
    """Something that takes a message to one recipient, or raises as ``core.smtp`` does."""

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Hand over one message for one recipient."""
        ...


class DemoCarrier:
    """In demo mode nothing leaves the machine: the letters stay to be read in the mailbox."""

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Do nothing; the outbox keeps the letter."""

    def __enter__(self) -> "DemoCarrier":
        return self

    def __exit__(self, *_details: object) -> None:
        return None


def carrier() -> AbstractContextManager[Carrier]:
    """Open what this installation sends with; raises ``Unreachable`` if there is nothing."""
    settings = config.current()
    if settings.demo:
        return DemoCarrier()
    if settings.smtp is None:
        raise Unreachable("No mail server is set up. Set SMTP_URL, then run: flask doctor")
    return Connection(settings.smtp)


@dataclass(frozen=True)
class Held:
    """A letter that this process has claimed, and which attempt at it this is."""

    identifier: int
    attempt: int


def deliver_due(
    now: datetime, opens: Callable[[], AbstractContextManager[Carrier]] = carrier
) -> int:
    """Send every letter that is due, over one connection; returns how many were accepted.

    Raises ``Unreachable`` when the mail server cannot be reached; nothing is lost by it.
    """
    clock = _clock_from(now)
    with transaction():
        release_stale(now)
        lapse(now)
    if next_due(now) is None:
        return 0
    sent = 0
    with opens() as connection:
        while (held := claim(clock())) is not None:
            sent += send_one(connection, held, clock)
    return sent


def _clock_from(now: datetime) -> Clock:
    # A run can outlast a lease, so each letter is claimed at its own time; the machine's clock
    # may be set meanwhile, the monotonic one may not.
    begun = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - begun)


def release_stale(now: datetime) -> None:
    """Look again at letters whose sender died: what must arrive is sent once more, byte for byte
    the same; of the rest nobody can say whether they arrived, and that is what is recorded.
    """
    stale = (OutgoingMail.state == MailState.SENDING, OutgoingMail.leased_until <= now)
    db.session.execute(
        # A letter that takes its sender down each time is looked at by a person.
        update(OutgoingMail)
        .where(*stale, OutgoingMail.attempts >= MOST_ATTEMPTS)
        .values(state=MailState.PARKED, reason="Interrupted", final_at=now, leased_until=None)
    )
    db.session.execute(
        update(OutgoingMail)
        .where(*stale, OutgoingMail.promise == Promise.MUST_ARRIVE)
        .values(state=MailState.DUE, due_at=now, leased_until=None)
    )
    db.session.execute(
        update(OutgoingMail)
        .where(*stale)
        .values(state=MailState.UNCERTAIN, final_at=now, leased_until=None)
    )


def lapse(now: datetime) -> None:
    """Drop what has outlived its use, such as a reminder of a session that has begun."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.state == MailState.DUE, OutgoingMail.useful_until <= now)
        .values(state=MailState.SUPERSEDED, final_at=now)
    )


def next_due(now: datetime) -> int | None:
    """Return the id of the letter to send next, if any: never one that would overtake an
    earlier letter of its thread, nor one that has outlived its use.
    """
    earlier = aliased(OutgoingMail)
    overtakes = exists().where(
        earlier.thread == OutgoingMail.thread,
        earlier.id < OutgoingMail.id,
        earlier.state.in_(UNDER_WAY),
    )
    useful = or_(OutgoingMail.useful_until.is_(None), OutgoingMail.useful_until > now)
    return db.session.scalar(
        select(OutgoingMail.id)
        .where(OutgoingMail.state == MailState.DUE, OutgoingMail.due_at <= now, useful, ~overtakes)
        .order_by(OutgoingMail.due_at, OutgoingMail.id)
        .limit(1)
    )


def claim(now: datetime) -> Held | None:
    """Claim the next letter for this process, committed before anything is sent."""
    while True:
        with transaction():
            identifier = next_due(now)
            if identifier is None:
                return None
            attempt = db.session.scalar(
                update(OutgoingMail)
                .where(OutgoingMail.id == identifier, OutgoingMail.state == MailState.DUE)
                .values(
                    state=MailState.SENDING,
                    leased_until=now + LEASE,
                    attempts=OutgoingMail.attempts + 1,
                )
                .returning(OutgoingMail.attempts)
            )
        if attempt is not None:
            return Held(identifier, attempt)


def send_one(connection: Carrier, held: Held, clock: Clock) -> int:
    """Send a letter that was claimed, if it still is ours, and record what became of it; returns
    1 if it was accepted, else 0. Raises ``Unreachable`` when the mail server has gone.
    """
    settle: Callable[[OutgoingMail, datetime], None] = _sent
    try:
        message = _message(held, clock())
        if message is None:
            return 0
        connection.send(config.current().mail_from, *message)
    except Refused as refusal:
        settle = partial(_refused, refusal=refusal)
    except Uncertain:
        log.warning("the mail server went away before it answered")
        settle = _unanswered
    except Unreachable:
        _finish(held, clock(), _later)
        raise
    except Exception as error:  # noqa: BLE001 - one bad letter must not hold up the others
        # The class alone: the message of an error can carry a name or an address.
        log.error("a letter could not be sent: %s", type(error).__name__)
        settle = partial(_trouble, name=type(error).__name__)
    _finish(held, clock(), settle)
    return int(settle is _sent)


def _message(held: Held, now: datetime) -> tuple[str, bytes] | None:
    """Return the recipient and bytes of a letter, or nothing if it is no longer ours to send:
    a process that was stopped for longer than its lease must not send what another one has.
    """
    row = db.session.get_one(OutgoingMail, held.identifier)
    ours = row.state == MailState.SENDING and row.attempts == held.attempt
    lasting = row.leased_until is not None and row.leased_until > now
    message = (row.recipient, row.body) if ours and lasting else None
    # Nothing of the database is held while the mail server takes its time.
    db.session.rollback()
    return message


def _finish(held: Held, now: datetime, settle: Callable[[OutgoingMail, datetime], None]) -> None:
    with transaction():
        row = db.session.get_one(OutgoingMail, held.identifier)
        ours = row.state == MailState.SENDING and row.attempts == held.attempt
        # If the lease ran out meanwhile, what becomes of the letter is somebody else's to say;
        # but that it was accepted stays true, and keeps it from being sent again.
        accepted = settle is _sent and row.state in (*UNDER_WAY, MailState.UNCERTAIN)
        if ours or accepted:
            settle(row, now)


def _sent(row: OutgoingMail, now: datetime) -> None:
    _final(row, MailState.SENT, now)


def _final(row: OutgoingMail, state: MailState, now: datetime, reason: str | None = None) -> None:
    row.state, row.reason, row.final_at, row.leased_until = state, reason, now, None


def _later(row: OutgoingMail, now: datetime, reason: str | None = None) -> None:
    wait = BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
    row.state, row.due_at, row.leased_until = MailState.DUE, now + wait, None
    if row.reason != NO_ANSWER:
        row.reason = reason


def _unanswered(row: OutgoingMail, now: datetime) -> None:
    """The whole message went over and no answer came: repeat what must arrive, but only once."""
    if row.promise == Promise.MUST_ARRIVE and row.reason != NO_ANSWER:
        row.state, row.due_at, row.leased_until = MailState.DUE, now + LEASE, None
        row.reason = NO_ANSWER
    else:
        _final(row, MailState.UNCERTAIN, now, NO_ANSWER)


def _refused(row: OutgoingMail, now: datetime, *, refusal: Refused) -> None:
    if refusal.permanent or row.attempts >= MOST_REFUSALS:
        _final(row, MailState.REFUSED, now, refusal.reason.value)
    else:
        _later(row, now, refusal.reason.value)


def _trouble(row: OutgoingMail, now: datetime, *, name: str) -> None:
    if row.attempts >= MOST_ATTEMPTS:
        _final(row, MailState.PARKED, now, name)
    else:
        _later(row, now, name)
