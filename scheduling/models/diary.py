"""How a person keeps the dates: what their diary shows, and their private feeds."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.encryption import Sealed, SealedBytes
from groups.models import Person

NEUTRAL_WORDS = "Private appointment"


class KeptBy(StrEnum):
    """Whether calendar invitations come by e-mail. A feed, if there is one, is always complete."""

    INVITATIONS = "invitations"
    FEED = "feed"
    NEITHER = "neither"


class Detail(StrEnum):
    """What an entry gives away: nothing but the person's own words, or everything."""

    DISCREET = "discreet"
    FULL = "full"


class Diary(Base):
    """One person's choices about their diary and their mail, for all of their groups."""

    __tablename__ = "diary"
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "person_id": "belongs",
        "kept_by": "technical",
        "detail": "technical",
        "words_sealed": "belongs",
        "busy": "technical",
        "reminders": "technical",
        "entry_key_sealed": "technical",
        "changed_at": "technical",
        "revision": "technical",
        "stamps_apart_since": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    person: Mapped[Person] = relationship()
    kept_by: Mapped[str] = mapped_column(default=KeptBy.INVITATIONS)
    detail: Mapped[str] = mapped_column(default=Detail.DISCREET)
    #: What a discreet entry is called.
    words_sealed: Mapped[bytes | None]
    words = Sealed()
    #: Whether entries block the time ("busy") or leave it free.
    busy: Mapped[bool] = mapped_column(default=True)
    #: Whether reminders are sent. Dates, changes and cancellations always are.
    reminders: Mapped[bool] = mapped_column(default=True)
    #: 32 random bytes from which the UIDs of this person's feed entries are made, so that no two
    #: people's entries can be linked.
    entry_key_sealed: Mapped[bytes]
    entry_key = SealedBytes()
    #: When a choice that changes the entries was last made. Whole seconds, strictly rising.
    changed_at: Mapped[datetime]
    #: Raised by the database (``scheduling.models.revisions``), and by nobody else.
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When an older release, which told the moments of changes themselves in feeds, was updated;
    #: ``None`` for a diary made since (``scheduling.calendars.stamps``).
    stamps_apart_since: Mapped[datetime | None]

    feeds: Mapped[list["Feed"]] = relationship(back_populates="diary", order_by="Feed.id")


class Feed(Base):
    """One private calendar link, for one device or app. Its token is made from ``public_id``
    with the key ring (``KeyRing.private_token("feed", public_id)``); only the hash is stored.
    """

    __tablename__ = "feed"
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "diary_id": "belongs",
        "label_sealed": "belongs",
        "token_hash": "technical",
        "created_at": "technical",
        "last_read_on": "belongs",
        "revoked_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    diary_id: Mapped[int] = mapped_column(ForeignKey("diary.id", ondelete="CASCADE"), index=True)
    diary: Mapped[Diary] = relationship(back_populates="feeds")
    label_sealed: Mapped[bytes]
    label = Sealed()
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    #: The day, never the time, on which a calendar last fetched it.
    last_read_on: Mapped[date | None]
    #: For 30 days after this an empty calendar is served, so that entries vanish; then 404.
    revoked_at: Mapped[datetime | None]
