"""The table of outgoing letters: each written once, its bytes fixed, and kept sealed."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.encryption import Sealed, SealedBytes


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
    #: Taken by a mail server that then reported it could not be brought (RFC 3464).
    BOUNCED = "bounced"
    PARKED = "parked"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    UNCERTAIN = "uncertain"


UNDER_WAY = (MailState.DUE, MailState.SENDING)


class Lane(StrEnum):
    """Which letters go first. None ever overtakes an earlier letter in its own thread."""

    #: Someone is waiting for it: a code, a proof of an address, what its reader has just asked for.
    URGENT = "urgent"
    #: After a long stop it is sent before other letters that were due: a cancellation.
    FIRST = "first"
    USUAL = "usual"


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
        # Someone is waiting for these, so we look for them twice a second.
        Index(
            "ix_outgoing_mail_lane",
            "lane",
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
        # What waits for a person, what is to be forgotten, and which words are still there.
        Index(
            "ix_outgoing_mail_parked",
            "final_at",
            sqlite_where=text("state = 'parked'"),
            postgresql_where=text("state = 'parked'"),
        ),
        Index("ix_outgoing_mail_final_at", "final_at"),
        Index(
            "ix_outgoing_mail_words",
            "final_at",
            sqlite_where=text("body_sealed IS NOT NULL"),
            postgresql_where=text("body_sealed IS NOT NULL"),
        ),
    )
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "key": "belongs",
        "kind": "technical",
        "promise": "technical",
        "lane": "technical",
        "state": "technical",
        "recipient_sealed": "belongs",
        "body_sealed": "belongs",
        "message_id_sealed": "technical",
        "message_index": "technical",
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
    lane: Mapped[str] = mapped_column(default=Lane.USUAL, server_default=Lane.USUAL)
    state: Mapped[str] = mapped_column(default=MailState.DUE)
    recipient_sealed: Mapped[bytes | None]
    recipient = Sealed()
    #: The whole message (RFC 5322); blanked a day after its final state.
    body_sealed: Mapped[bytes | None]
    body = SealedBytes()
    #: Its Message-ID, and the keyed index of that, by which a returned message finds it.
    message_id_sealed: Mapped[bytes]
    message_id = Sealed()
    message_index: Mapped[str] = mapped_column(index=True)
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
    #: When a sender's hold on it ends, in the time of ``core.lease``.
    leased_until: Mapped[datetime | None]
    #: Why it was refused or parked: a value of ``core.refusals.Reason``, or the class of an error.
    reason: Mapped[str | None]
    final_at: Mapped[datetime | None]


class MailBacklog(Base):
    """The one row about the last long stop of delivery: letters that were due before it ended leave
    at a measured pace.
    """

    __tablename__ = "mail_backlog"
    __data_class__: ClassVar = {
        "id": "technical",
        "stopped_at": "technical",
        "ended_at": "technical",
        "free_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: When delivery last worked before the stop, and when it began again.
    stopped_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: When the next letter of the backlog may leave, in the time of ``core.lease``.
    free_at: Mapped[datetime]
