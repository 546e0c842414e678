"""Sending what is due: claim one letter, send it, say what became of it, and go on.

What became of a letter is committed before the next one is sent, together with the claim of that
next one, so a crash leaves at most one letter in doubt. Letters that someone is waiting for have
their own sender, and if a recipient's server keeps one waiting, another is let in beside it
(``core.senders``). Web pages never call this; the clock and ``flask tick`` do.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final, Protocol

from core import config
from core.db import db
from core.errors import Unreachable
from core.outbox import MailState, OutgoingMail, Promise
from core.outbox_queue import LEASE, Held, Line, Queue, queue
from core.outbox_upkeep import MOST_ATTEMPTS, lapse, note_long_stop, release_stale, wait_after
from core.senders import Sender, let_in
from core.smtp import Connection, Refused, Uncertain, Withheld
from core.transaction import transaction
from core.worker import LEAVING

log = logging.getLogger(__name__)

#: How many temporary refusals to accept: with the waits between them, 3 days' worth.
MOST_REFUSALS = 24
#: The reason of a letter that went over once without an answer. It is tried once more only.
NO_ANSWER = "no_answer"
#: The job that sends letters nobody is waiting for; if it fails for long, that is a long stop.
JOB: Final = "deliver"
#: The most seconds that one run goes on for; the next one continues.
LONGEST_RUN: Final = 300.0
#: How often a sender checks if it is the turn of a letter that was due before a long stop.
ASK_FOR_A_TURN: Final = 0.25

Clock = Callable[[], datetime]


class Carrier(Protocol):
    """Something that takes a message to one recipient, or raises as ``core.smtp`` does."""

    def send(self, sender: str, recipient: str, raw: bytes, may_go: Callable[[], bool], /) -> None:
        """Hand over one message for one recipient, unless ``may_go`` says that we may no longer
        send it.
        """
        ...


class DemoCarrier:
    """In demo mode nothing leaves the machine: the letters stay to be read in the mailbox."""

    def send(self, sender: str, recipient: str, raw: bytes, may_go: Callable[[], bool]) -> None:
        """Do nothing; the outbox keeps the letter."""

    def __enter__(self) -> "DemoCarrier":
        return self

    def __exit__(self, *_details: object) -> None:
        return None


Opens = Callable[[], AbstractContextManager[Carrier]]


def carrier() -> AbstractContextManager[Carrier]:
    """Open what this installation sends with; raises ``Unreachable`` if there is nothing."""
    settings = config.current()
    if settings.demo:
        return DemoCarrier()
    if settings.smtp is None:
        raise Unreachable("No mail server is set up. Set SMTP_URL, then run: flask doctor")
    return Connection(settings.smtp)


Settle = Callable[[OutgoingMail, datetime], None]


def deliver_urgent(now: datetime, opens: Opens = carrier) -> int:
    """Send the letters that someone is waiting for (a job); returns how many were accepted.

    Raises ``Unreachable`` when the mail server cannot be reached; nothing is lost by it.
    """
    with let_in(Line.URGENT) as sender:
        return 0 if sender is None else _deliver(now, opens, Line.URGENT, sender)


def deliver_others(now: datetime, opens: Opens = carrier) -> int:
    """Send the other letters that are due (a job); returns how many were accepted.

    Raises ``Unreachable`` as ``deliver_urgent`` does.
    """
    with let_in(Line.OTHERS) as sender:
        return 0 if sender is None else _deliver(now, opens, Line.OTHERS, sender)


def deliver_due(now: datetime, opens: Opens = carrier) -> int:
    """Send every letter that is due over one connection, the urgent ones first; returns how many
    were accepted. Raises ``Unreachable`` as ``deliver_urgent`` does.
    """
    return _deliver(now, opens, Line.ALL, Sender())


def _deliver(now: datetime, opens: Opens, line: Line, sender: Sender) -> int:
    with queue(line) as waiting:
        if not waiting.has_anything_to_do(now):
            return 0
        clock = _clock_from(now)
        if line is not Line.URGENT:
            with transaction():
                release_stale(now)
                lapse(now)
                note_long_stop(JOB, now)
            waiting.learn_of_stop()
            if not waiting.has_anything_due(now):
                return 0
        try:
            with sender.reaching(opens) as connection:
                return _send_all(connection, waiting, clock, sender)
        finally:
            # What the session has read of letters is no longer so.
            db.session.rollback()


def _send_all(connection: Carrier, waiting: Queue, clock: Clock, sender: Sender) -> int:
    sent, until = 0, monotonic() + LONGEST_RUN
    held = waiting.claim(clock()) or _at_its_turn(waiting, clock, sender, until)
    while held is not None:
        sender.goes_on()
        goes_on = monotonic() < until and not LEAVING.is_set()
        settle = hand_over(connection, waiting, held, clock)
        if settle is _sent:
            sent += 1
            held = waiting.accepted(held, clock(), goes_on=goes_on)
        else:
            _settle(held, clock(), settle)
            held = waiting.claim(clock()) if goes_on else None
        if held is None:
            held = _at_its_turn(waiting, clock, sender, until)
    return sent


def _at_its_turn(waiting: Queue, clock: Clock, sender: Sender, until: float) -> Held | None:
    """Claim the next letter that was due before a long stop, once it is its turn."""
    while waiting.has_anything_due(clock()) and monotonic() < until:
        sender.goes_on()
        if LEAVING.wait(ASK_FOR_A_TURN):
            break
        held = waiting.claim(clock())
        if held is not None:
            return held
    return None


def _clock_from(now: datetime) -> Clock:
    # A run can outlast a lease, so each letter is claimed at its own time; the machine's clock
    # may be set meanwhile, the monotonic one may not.
    begun = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - begun)


def hand_over(connection: Carrier, waiting: Queue, held: Held, clock: Clock) -> Settle | None:
    """Send a letter; returns how to record what became of it, and nothing if it is no longer ours.

    Raises ``Unreachable`` when the mail server has gone, and that has been recorded.
    """
    try:
        recipient = OutgoingMail.recipient.unseal(held.recipient_sealed, held.public_id)
        body = OutgoingMail.body.unseal(held.body_sealed, held.public_id)
        may_go = partial(waiting.is_ours, held)
        connection.send(config.current().mail_from, recipient.decode(), body, may_go)
    except Withheld:
        return None
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
    row.state, row.leased_until = MailState.DUE, None
    row.due_at = now + wait_after(row.attempts)
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
