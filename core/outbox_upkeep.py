"""Looking after the outbox: letters whose sender died or that are out of date, the backlog after a
long stop, and letters that a clock running ahead dated wrongly.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, exists, or_, select, update

from core.db import db
from core.moment import is_over, lease_time
from core.outbox_statements import LEASE
from core.outgoing import MailBacklog, MailState, OutgoingMail, Promise
from core.transaction import transaction
from core.worker import heartbeat

#: How many times to try after unexpected trouble before parking the letter for an operator.
MOST_ATTEMPTS = 5
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
#: The reason for a letter that was out of date before it left.
LAPSED: Final = "lapsed"
#: After delivery stopped for longer than this, the backlog leaves at a measured pace.
LONG_STOP: Final = timedelta(minutes=15)
#: A letter dated this much later than now was written while the clock ran ahead.
AHEAD: Final = timedelta(minutes=1)


def wait_after(attempts: int) -> timedelta:
    """Return how long a letter waits after so many attempts."""
    return BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]


def note_long_stop(job: str, now: datetime) -> None:
    """Remember what was due before a long stop ended, if delivery has just begun again after one.

    ``job`` is the one that delivers. A stop is a time when it failed, because nothing ran or the
    mail server was down. If it has never run here, there was no stop.
    """
    beat = heartbeat(job)
    if beat is None or beat.finished_at is None or now - beat.finished_at <= LONG_STOP:
        return
    row = db.session.get(MailBacklog, 1, with_for_update=True)
    if row is None:
        row = MailBacklog(id=1, stopped_at=beat.finished_at, ended_at=now)
        row.free_at = db.session.scalar(select(lease_time())) or now
        db.session.add(row)
    elif row.stopped_at != beat.finished_at:
        row.stopped_at, row.ended_at = beat.finished_at, now


def release_stale(now: datetime) -> None:
    """Look again at letters whose sender died: those that must arrive are sent once more, byte for
    byte the same; for the rest, we record that nobody can say whether they arrived.
    """
    stale = (
        OutgoingMail.state == MailState.SENDING,
        is_over(OutgoingMail.leased_until, LEASE),
    )
    db.session.execute(
        # A person has to look at a letter that brings its sender down each time.
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
    """Drop letters that are out of date, such as a reminder of a session that has begun."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.state == MailState.DUE, OutgoingMail.useful_until <= now)
        .values(state=MailState.SUPERSEDED, final_at=now, reason=LAPSED)
    )


def is_kept_waiting(since: datetime) -> bool:
    """Return whether a letter that fell due before this moment has not been tried yet."""
    waiting = exists().where(
        OutgoingMail.state == MailState.DUE,
        OutgoingMail.due_at < since,
        OutgoingMail.attempts == 0,
    )
    return bool(db.session.scalar(select(waiting)))


def put_right_due(now: datetime) -> int:
    """Correct what was written about letters while the machine's clock ran ahead of ``now`` (a
    job); returns how many letters it changed.

    A letter dated in the future keeps its wait, counted from now; a retry waits no longer than it
    normally would; and a letter that was wrongly dropped as out of date is sent after all.
    """
    with transaction():
        return sum(_set_back(mail, now) for mail in _dated_ahead(now)) + _bring_back(now)


def _dated_ahead(now: datetime) -> list[OutgoingMail]:
    tried_again = (OutgoingMail.attempts > 0, OutgoingMail.due_at > now + LEASE)
    which = or_(OutgoingMail.created_at > now + AHEAD, and_(*tried_again))
    due = (OutgoingMail.state == MailState.DUE, OutgoingMail.due_at > now)
    return list(db.session.scalars(select(OutgoingMail).where(*due, which)))


def _set_back(mail: OutgoingMail, now: datetime) -> bool:
    before = mail.due_at
    if mail.created_at > now + AHEAD:
        mail.due_at -= mail.created_at - now
        mail.created_at = now
    if mail.attempts:
        mail.due_at = min(mail.due_at, now + max(LEASE, wait_after(mail.attempts)))
    return mail.due_at != before


def _bring_back(now: datetime) -> int:
    result = db.session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.state == MailState.SUPERSEDED,
            OutgoingMail.reason == LAPSED,
            OutgoingMail.final_at > now + AHEAD,
            OutgoingMail.useful_until > now,
        )
        .values(state=MailState.DUE, final_at=None, reason=None)
    )
    return int(getattr(result, "rowcount", 0))
