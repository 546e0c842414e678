"""The table of outgoing letters: each written once, its bytes fixed, and kept sealed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Belongs, Technical
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

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    #: Names the intent; posting it twice leaves one letter.
    key: Mapped[Belongs[str]] = mapped_column(unique=True)
    #: What sort of letter it is, for the page that shows delivery.
    kind: Mapped[Technical[str]]
    promise: Mapped[Technical[str]]
    lane: Mapped[Technical[str]] = mapped_column(default=Lane.USUAL, server_default=Lane.USUAL)
    state: Mapped[Technical[str]] = mapped_column(default=MailState.DUE)
    recipient_sealed: Mapped[Belongs[bytes | None]]
    recipient = Sealed()
    #: The whole message (RFC 5322); blanked a day after its final state.
    body_sealed: Mapped[Belongs[bytes | None]]
    body = SealedBytes()
    #: Its Message-ID, and the keyed index of that, by which a returned message finds it.
    message_id_sealed: Mapped[Technical[bytes]]
    message_id = Sealed()
    message_index: Mapped[Technical[str]] = mapped_column(index=True)
    #: Opaque ids by which a page finds the letters about a group, and about a person or offer.
    topic: Mapped[Belongs[str | None]] = mapped_column(index=True)
    addressee: Mapped[Belongs[str | None]] = mapped_column(index=True)
    #: The letters one act of one person started; they can be recalled together.
    parcel: Mapped[Technical[str | None]] = mapped_column(index=True)
    #: The parcel with the letter that took this one's place; recalling it brings this one back.
    replaced_by: Mapped[Technical[str | None]] = mapped_column(index=True)
    #: Letters of one thread leave in the order in which they were posted (RFC 5546 serial order).
    thread: Mapped[Belongs[str | None]]
    created_at: Mapped[Technical[datetime]]
    due_at: Mapped[Technical[datetime]]
    #: After this it would only confuse, and is superseded instead of sent.
    useful_until: Mapped[Technical[datetime | None]]
    attempts: Mapped[Technical[int]] = mapped_column(default=0)
    #: When a sender's hold on it ends, in the time of ``core.moment``.
    leased_until: Mapped[Technical[datetime | None]]
    #: Why it was refused or parked: a value of ``core.refusals.Reason``, or the class of an error.
    reason: Mapped[Technical[str | None]]
    final_at: Mapped[Technical[datetime | None]]


class MailBacklog(Base):
    """The one row about the last long stop of delivery: letters that were due before it ended leave
    at a measured pace.
    """

    __tablename__ = "mail_backlog"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True, autoincrement=False)
    #: When delivery last worked before the stop, and when it began again.
    stopped_at: Mapped[Technical[datetime]]
    ended_at: Mapped[Technical[datetime]]
    #: When the next letter of the backlog may leave, in the time of ``core.moment``.
    free_at: Mapped[Technical[datetime]]
