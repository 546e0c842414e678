"""What a private calendar last gave, kept sealed until something changes."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Belongs, Technical
from core.encryption import SealedBytes


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
