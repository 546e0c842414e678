"""What came of each message that a calendar program sent back to the service mailbox."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class CalendarMail(Base):
    """That a message has been dealt with, and how: nothing of what it said, nor who sent it.

    A message that comes again is known by its digest. Deleted 30 days after it was read.
    """

    __tablename__ = "calendar_mail"
    __data_class__: ClassVar = {
        "id": "technical",
        "digest": "technical",
        "outcome": "technical",
        "read_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Keyed, so that it cannot be compared with a message from elsewhere.
    digest: Mapped[str] = mapped_column(unique=True)
    #: A value of ``scheduling.replies.replying.Outcome``.
    outcome: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(index=True)


class WaitingMail(Base):
    """How many messages lay in the folder for a person when it was last counted: one row."""

    __tablename__ = "waiting_mail"
    __data_class__: ClassVar = {
        "id": "technical",
        "messages": "technical",
        "counted_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    messages: Mapped[int]
    counted_at: Mapped[datetime]
