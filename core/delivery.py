"""Sending what is due: claim one letter, send it, say what became of it, and go on.

What became of a letter is committed before the next one is sent, together with the claim of that
next one, so a crash leaves at most one letter in doubt. Web pages never call this; the clock and
``flask tick`` do.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Protocol

from sqlalchemy import update

from core import config
from core.db import db
from core.outbox import MailState, OutgoingMail, Promise
from core.outbox_queue import LEASE, Held, Queue, queue
from core.smtp import Connection, Refused, Uncertain, Unreachable
from core.transaction import transaction

log = logging.getLogger(__name__)

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


Settle = Callable[[OutgoingMail, datetime], None]


def deliver_due(
    now: datetime, opens: Callable[[], AbstractContextManager[Carrier]] = carrier
) -> int:
    """Send every letter that is due, over one connection; returns how many were accepted.

    Raises ``Unreachable`` when the mail server cannot be reached; nothing is lost by it.
    """
    with queue() as waiting:
        if not waiting.has_anything_to_do(now):
            return 0
        clock = _clock_from(now)
        with transaction():
            release_stale(now)
            lapse(now)
        if not waiting.has_anything_due(now):
            return 0
        try:
            with opens() as connection:
                return _send_all(connection, waiting, clock)
        finally:
            # What the session has read of letters is no longer so.
            db.session.rollback()


def _send_all(connection: Carrier, waiting: Queue, clock: Clock) -> int:
    sent, held = 0, waiting.claim(clock())
    while held is not None:
        settle = hand_over(connection, waiting, held, clock)
        if settle is _sent:
            sent += 1
            held = waiting.accepted(held, clock())
        else:
            _settle(held, clock(), settle)
            held = waiting.claim(clock())
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


def hand_over(connection: Carrier, waiting: Queue, held: Held, clock: Clock) -> Settle | None:
    """Send a letter; returns how to record what became of it, and nothing if it is no longer ours.

    Raises ``Unreachable`` when the mail server has gone, and that has been recorded.
    """
    try:
        if not waiting.is_ours(held, clock()):
            return None
        recipient = OutgoingMail.recipient.unseal(held.recipient_sealed, held.public_id)
        body = OutgoingMail.body.unseal(held.body_sealed, held.public_id)
        connection.send(config.current().mail_from, recipient.decode(), body)
    except Refused as refusal:
        return partial(_refused, refusal=refusal)
    except Uncertain:
        log.warning("the mail server went away before it answered")
        return _unanswered
    except Unreachable:
        _settle(held, clock(), _later)
        raise
    except Exception as error:  # noqa: BLE001 - one bad letter must not hold up the others
        # The class alone: the message of an error can carry a name or an address.
        log.error("a letter could not be sent: %s", type(error).__name__)
        return partial(_trouble, name=type(error).__name__)
    return _sent


def _settle(held: Held, now: datetime, settle: Settle | None) -> None:
    """Record what became of a letter that was not accepted. If the lease ran out meanwhile, that is
    somebody else's to say.
    """
    if settle is None:
        return
    with transaction():
        row = db.session.get_one(OutgoingMail, held.identifier)
        if row.state == MailState.SENDING and row.attempts == held.attempt:
            settle(row, now)


def _sent(_row: OutgoingMail, _now: datetime) -> None:
    """Stand for a letter that was accepted, which the queue records with its next claim."""


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
