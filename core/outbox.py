"""The outbox: letters are written once, kept sealed, and sent when they are due.

``post()`` belongs to the transaction of the change it tells about, so neither exists without the
other. ``core.delivery`` is the only thing that sends. What must arrive is never lost, and doubled
at most once by a crash, byte for byte the same; reminders and codes are never doubled.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, TypedDict, Unpack

from sqlalchemy import Index, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from core import config
from core.db import Base, db
from core.encryption import Sealed, SealedBytes
from core.errors import DomainError
from core.mail import Letter, Mailbox, compose, message_id


class Promise(StrEnum):
    """What is owed to a letter when a crash leaves its fate unknown."""

    MUST_ARRIVE = "must_arrive"
    ONCE = "once"


class MailState(StrEnum):
    """``due`` and ``sending`` are under way; every other state is final."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    PARKED = "parked"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    UNCERTAIN = "uncertain"


UNDER_WAY = (MailState.DUE, MailState.SENDING)


class OutgoingMail(Base):
    """One letter to one person, its bytes fixed when it was posted."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        # The tick looks only at what is due, however long the past is.
        Index(
            "ix_outgoing_mail_due",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index(
            "ix_outgoing_mail_sending",
            "leased_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("ix_outgoing_mail_thread", "thread", "id"),
    )
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "key": "belongs",
        "kind": "technical",
        "promise": "technical",
        "state": "technical",
        "recipient_sealed": "belongs",
        "body_sealed": "belongs",
        "message_id": "technical",
        "topic": "belongs",
        "addressee": "belongs",
        "parcel": "technical",
        "replaced_by": "technical",
        "thread": "belongs",
        "created_at": "technical",
        "due_at": "technical",
        "useful_until": "technical",
        "attempts": "technical",
        "leased_until": "technical",
        "reason": "technical",
        "final_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    #: Names the intent; posting it twice leaves one letter.
    key: Mapped[str] = mapped_column(unique=True)
    #: What sort of letter it is, for the page that shows delivery.
    kind: Mapped[str]
    promise: Mapped[str]
    state: Mapped[str] = mapped_column(default=MailState.DUE)
    recipient_sealed: Mapped[bytes | None]
    recipient = Sealed()
    #: The whole message (RFC 5322); blanked a day after its final state.
    body_sealed: Mapped[bytes | None]
    body = SealedBytes()
    message_id: Mapped[str]
    #: Opaque ids by which a page finds the letters about a group, and about a person or offer.
    topic: Mapped[str | None] = mapped_column(index=True)
    addressee: Mapped[str | None] = mapped_column(index=True)
    #: The letters one act of one person started; they can be recalled together.
    parcel: Mapped[str | None] = mapped_column(index=True)
    #: The parcel with the letter that took this one's place; recalling it brings this one back.
    replaced_by: Mapped[str | None] = mapped_column(index=True)
    #: Letters of one thread leave in the order in which they were posted (RFC 5546 serial order).
    thread: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: After this it would only confuse, and is superseded instead of sent.
    useful_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    #: Why it was refused or parked: a value of ``core.smtp.Reason``, or the class of an error.
    reason: Mapped[str | None]
    final_at: Mapped[datetime | None]


class About(TypedDict, total=False):
    """By what a letter is found again, and with what it belongs; see ``OutgoingMail``."""

    topic: str | None
    addressee: str | None
    parcel: str | None
    thread: str | None


def post(
    letter: Letter,
    *,
    key: str,
    kind: str,
    promise: Promise,
    now: datetime,
    due_at: datetime | None = None,
    useful_until: datetime | None = None,
    **about: Unpack[About],
) -> bool:
    """Put a letter into the outbox, due at once unless ``due_at`` says when.

    Returns whether it was put there: a letter whose ``key`` has been posted before is not posted
    again, so a job may run twice. The caller's transaction decides whether it stays.
    """
    if db.session.scalar(select(OutgoingMail.id).where(OutgoingMail.key == key)) is not None:
        return False
    identifier = message_id(key, config.current().host)
    mail = OutgoingMail(
        key=key,
        kind=kind,
        promise=promise,
        recipient=letter.to.address,
        body=_bytes(letter, identifier, now),
        message_id=identifier,
        created_at=now,
        due_at=due_at or now,
        useful_until=useful_until,
        **about,
    )
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except IntegrityError:
        # On PostgreSQL another process can have posted the same key in the meantime.
        return False
    return True


def _bytes(letter: Letter, identifier: str, now: datetime) -> bytes:
    settings = config.current()
    sender = Mailbox(settings.site_name, settings.mail_from)
    return compose(letter, sender=sender, message_id=identifier, sent_at=now)


def recall(parcel: str, now: datetime) -> int:
    """Take back a parcel that has not left, and let the letters it had replaced leave after all;
    returns how many letters were taken back.

    Raises ``DomainError`` if one of them has left already: then it is too late for all.
    """
    # Locked, so that on PostgreSQL none can be claimed between this look and the commit.
    parcelled = select(OutgoingMail).where(OutgoingMail.parcel == parcel).with_for_update()
    found = db.session.scalars(parcelled.execution_options(populate_existing=True)).all()
    mails = [mail for mail in found if not _dropped(mail.state, mail.replaced_by)]
    # A letter that was tried may have arrived, whatever the mail server said.
    if not mails or any(mail.state != MailState.DUE or mail.attempts for mail in mails):
        raise DomainError("These messages can no longer be taken back.")
    for mail in mails:
        mail.state = MailState.RECALLED
        mail.final_at = now
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.replaced_by == parcel, OutgoingMail.state == MailState.SUPERSEDED)
        .values(state=MailState.DUE, final_at=None, replaced_by=None)
    )
    return len(mails)


def can_recall(parcel: str | None, now: datetime) -> bool:
    """Tell whether every letter of a parcel is still waiting for its time."""
    if parcel is None:
        return False
    columns = (OutgoingMail.state, OutgoingMail.replaced_by, OutgoingMail.due_at)
    found = db.session.execute(
        select(*columns, OutgoingMail.attempts).where(OutgoingMail.parcel == parcel)
    ).all()
    mails = [row for row in found if not _dropped(row.state, row.replaced_by)]
    return bool(mails) and all(
        row.state == MailState.DUE and row.due_at > now and row.attempts == 0 for row in mails
    )


def _dropped(state: str, replaced_by: str | None) -> bool:
    """Tell whether a letter was dropped because its reader has gone: it keeps nobody waiting."""
    return state == MailState.SUPERSEDED and replaced_by is None


def supersede(
    now: datetime,
    *,
    thread: str | None = None,
    addressee: str | None = None,
    by: str | None = None,
) -> int:
    """Drop letters that have not left because something newer, or nothing, is to be said.

    Give the thread, or the addressee to whom nothing more is to be sent. ``by`` is the parcel of
    what takes their place: when that is recalled, they leave after all. Returns how many.
    """
    which = (
        OutgoingMail.thread == thread if thread is not None else OutgoingMail.addressee == addressee
    )
    result = db.session.execute(
        update(OutgoingMail)
        .where(which, OutgoingMail.state == MailState.DUE)
        .values(state=MailState.SUPERSEDED, final_at=now, replaced_by=by)
    )
    return int(getattr(result, "rowcount", 0))


def supersede_keys(now: datetime, keys: Sequence[str]) -> None:
    """Drop the letters with these keys that have not left."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.key.in_(keys), OutgoingMail.state == MailState.DUE)
        .values(state=MailState.SUPERSEDED, final_at=now)
    )


def detach(addressees: Sequence[str], now: datetime) -> None:
    """Cut every tie between letters and these addressees, who are being forgotten.

    What is due still leaves; no page shows it, and nobody can recall it or bring back what it
    replaced. A parked letter will never be sent, so what it said goes within a day.
    """
    theirs = OutgoingMail.addressee.in_(addressees)
    db.session.execute(
        update(OutgoingMail)
        .where(theirs, OutgoingMail.state == MailState.PARKED)
        .values(state=MailState.SUPERSEDED, final_at=now)
    )
    db.session.execute(
        update(OutgoingMail)
        .where(theirs)
        .values(topic=None, addressee=None, parcel=None, replaced_by=None)
    )


def under_way(*, thread: str | None = None, addressee: str | None = None) -> list[OutgoingMail]:
    """Return the letters of a thread, or to an addressee, whose fate is still open."""
    which = (
        OutgoingMail.thread == thread if thread is not None else OutgoingMail.addressee == addressee
    )
    return list(
        db.session.scalars(
            select(OutgoingMail)
            .where(which, OutgoingMail.state.in_(UNDER_WAY))
            .order_by(OutgoingMail.id)
        )
    )


def blank(ids: list[int]) -> None:
    """Forget what letters said and to whom, keeping that they were sent."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id.in_(ids))
        .values(body_sealed=None, recipient_sealed=None)
    )
