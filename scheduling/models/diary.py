"""How a person keeps the dates: what their diary shows, their private feeds, and what
those last gave.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
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

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    person_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), unique=True
    )
    person: Mapped[Person] = relationship()
    kept_by: Mapped[Technical[str]] = mapped_column(default=KeptBy.INVITATIONS)
    detail: Mapped[Technical[str]] = mapped_column(default=Detail.DISCREET)
    #: What a discreet entry is called.
    words_sealed: Mapped[Belongs[bytes | None]]
    words = Sealed()
    #: Whether entries block the time ("busy") or leave it free.
    busy: Mapped[Technical[bool]] = mapped_column(default=True)
    #: Whether reminders are sent. Dates, changes and cancellations always are.
    reminders: Mapped[Technical[bool]] = mapped_column(default=True)
    #: 32 random bytes from which the UIDs of this person's feed entries are made, so that no two
    #: people's entries can be linked.
    entry_key_sealed: Mapped[Technical[bytes]]
    entry_key = SealedBytes()
    #: When a choice that changes the entries was last made. Whole seconds, strictly rising.
    changed_at: Mapped[Technical[datetime]]
    #: Raised by the database (``scheduling.models.revisions``), and by nobody else.
    revision: Mapped[Technical[int]] = mapped_column(default=0, server_default="0")
    #: When an older release, which told the moments of changes themselves in feeds, was updated;
    #: ``None`` for a diary made since (``scheduling.calendars.stamps``).
    stamps_apart_since: Mapped[Technical[datetime | None]]

    feeds: Mapped[list["Feed"]] = relationship(back_populates="diary", order_by="Feed.id")


class Feed(Base):
    """One private calendar link, for one device or app. Its token is made from ``public_id``
    with the key ring (``KeyRing.private_token("feed", public_id)``); only the hash is stored.
    """

    __tablename__ = "feed"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    diary_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("diary.id", ondelete="CASCADE"), index=True
    )
    diary: Mapped[Diary] = relationship(back_populates="feeds")
    label_sealed: Mapped[Belongs[bytes]]
    label = Sealed()
    token_hash: Mapped[Technical[str]] = mapped_column(unique=True)
    created_at: Mapped[Technical[datetime]]
    #: The day, never the time, on which a calendar last fetched it.
    last_read_on: Mapped[Belongs[date | None]]
    #: For 30 days after this an empty calendar is served, so that entries vanish; then 404.
    revoked_at: Mapped[Technical[datetime | None]]


class KeptFeed(Base):
    """The answer of one person's private calendar, the same for all of their links.

    It is good for as long as ``made_of`` says what it would be made of now. Triggers delete it with
    a change of the person's places, links or choices (``scheduling.models.revisions``).
    """

    __tablename__ = "kept_feed"

    diary_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("diary.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    #: The revisions, the day and what else it was made of (``scheduling.feeds.kept``).
    made_of: Mapped[Technical[str]]
    etag: Mapped[Technical[str]]
    #: As HTTP writes it.
    last_modified: Mapped[Technical[str]]
    body_sealed: Mapped[Belongs[bytes]]
    body = SealedBytes()
