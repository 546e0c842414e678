"""The part of a session's calendar entry that everybody with full detail is shown alike."""

from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.encryption import SealedBytes


class WrittenEntry(Base):
    """The words of one session as they stand in a feed, written once and kept sealed.

    It is good for as long as ``made_of`` says what the session would be written from today;
    otherwise it is written anew, so nothing has to remember to throw it away.
    """

    __tablename__ = "written_entry"
    __data_class__: ClassVar = {
        "session_id": "technical",
        "public_id": "technical",
        "made_of": "technical",
        "words_sealed": "belongs",
    }

    session_id: Mapped[int] = mapped_column(
        ForeignKey("peer_session.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    public_id: Mapped[str] = mapped_column(unique=True)
    made_of: Mapped[str]
    words_sealed: Mapped[bytes]
    words = SealedBytes()
