"""Who said they would come: to one session, or as a rule."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from groups.models import Membership
from scheduling.calendars.ical import Answer
from scheduling.models.session import PeerSession

__all__ = ["TAKEN_BACK", "Answer", "Reply", "ReplyNote", "StandingAnswer"]

#: What stands in place of an answer that was taken back. Its row stays, so that what a calendar
#: program said before that moment and delivers after it does not bring the answer back.
TAKEN_BACK: Final = ""


class ReplyNote(StrEnum):
    """What is worth knowing about an answer that came back from a calendar program."""

    #: It came from another address than the one the invitation went to.
    OTHER_ADDRESS = "other_address"
    #: The receiving mail server could not confirm that it came from where it says.
    UNCONFIRMED = "unconfirmed"
    #: Somebody else was named to come instead, which a confidential group cannot do.
    NAMED_ANOTHER = "named_another"
    #: Another time was proposed. Nothing moves by itself.
    OTHER_TIME = "other_time"


class Reply(Base):
    """One member's answer for one session; deleted 30 days after it."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("session_id", "membership_id"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    session_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("peer_session.id", ondelete="CASCADE")
    )
    session: Mapped[PeerSession] = relationship()
    membership_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), index=True
    )
    membership: Mapped[Membership] = relationship()
    #: A value of ``Answer``, or ``TAKEN_BACK``.
    answer: Mapped[Belongs[str]]
    #: When it was said: now for a page, the DTSTAMP for an answer from a calendar program.
    answered_at: Mapped[Belongs[datetime]]
    #: Whether it was about a time the session no longer has. It is shown and never counted.
    is_earlier: Mapped[Belongs[bool]] = mapped_column(default=False)
    #: Values of ``ReplyNote``.
    notes: Mapped[Belongs[list[str]]] = mapped_column(JSON, default=list)


class StandingAnswer(Base):
    """Somebody who is usually coming: it stands for every session they say nothing else about."""

    __tablename__ = "standing_answer"

    membership_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    membership: Mapped[Membership] = relationship()
    #: It counts only for times that were known by then.
    given_at: Mapped[Belongs[datetime]]
