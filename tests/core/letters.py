"""Letters for tests of the outbox: short, and posted with what a test wants to vary."""

from datetime import UTC, datetime
from typing import Any

from core.db import db
from core.mail import Letter, Mailbox
from core.outbox import OutgoingMail, Promise, post
from core.transaction import transaction


def a_letter(address: str = "amina@people.example", subject: str = "Thursday, 6pm") -> Letter:
    """A letter in plain words."""
    return Letter(Mailbox("", address), subject, "6pm\n", "<p>6pm</p>")


def a_mail(
    now: datetime,
    key: str = "one",
    *,
    letter: Letter | None = None,
    promise: Promise = Promise.MUST_ARRIVE,
    **values: Any,
) -> OutgoingMail:
    """A letter that has been put into the outbox."""
    with transaction():
        post(letter or a_letter(), key=key, kind="test", promise=promise, now=now, **values)
    return mail(key)


def let_leases_run_out() -> None:
    """Make as if every sender had held its letter for longer than it may."""
    with transaction():
        db.session.query(OutgoingMail).filter_by(state="sending").update(
            {"leased_until": datetime(1970, 1, 1, tzinfo=UTC)}
        )


def mail(key: str) -> OutgoingMail:
    """The letter that was posted under this key, read afresh."""
    db.session.rollback()
    return db.session.query(OutgoingMail).filter_by(key=key).one()


def states() -> dict[str, str]:
    """The state of every letter, by key."""
    db.session.rollback()
    return {row.key: row.state for row in db.session.query(OutgoingMail)}
