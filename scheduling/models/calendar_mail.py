"""What came of each message that a calendar program sent back to the service mailbox."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Technical


class CalendarMail(Base):
    """That a message has been dealt with, and how: nothing of what it said, nor who sent it.

    A message that comes again is known by its digest. Deleted 30 days after it was read.
    """

    __tablename__ = "calendar_mail"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    #: Keyed, so that it cannot be compared with a message from elsewhere.
    digest: Mapped[Technical[str]] = mapped_column(unique=True)
    #: A value of ``scheduling.replies.replying.Outcome``.
    outcome: Mapped[Technical[str]]
    read_at: Mapped[Technical[datetime]] = mapped_column(index=True)


class WaitingMail(Base):
    """How many messages lay in the folder for a person when it was last counted: one row."""

    __tablename__ = "waiting_mail"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True, autoincrement=False, default=1)
    messages: Mapped[Technical[int]]
    counted_at: Mapped[Technical[datetime]]
