"""A calendar invitation: the one event that one member got by e-mail for one session."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models import Membership
from scheduling.models.session import PeerSession


class Invitation(Base):
    """What the member's calendar was last told (RFC 5546). A cancelled UID is dead: a session
    that is reinstated gets a new row with ``generation`` one higher.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("session_id", "membership_id", "generation"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    session_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("peer_session.id", ondelete="CASCADE")
    )
    session: Mapped[PeerSession] = relationship()
    membership_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("membership.id", ondelete="CASCADE"), index=True
    )
    membership: Mapped[Membership] = relationship()
    generation: Mapped[Technical[int]] = mapped_column(default=1)
    #: Random; identifies member and session when an answer comes back.
    uid_sealed: Mapped[Belongs[bytes]]
    uid = Sealed()
    #: Its keyed index, by which an answer finds it.
    uid_index: Mapped[Belongs[str]] = mapped_column(unique=True)
    sequence: Mapped[Technical[int]] = mapped_column(default=0)
    #: ``REQUEST`` or ``CANCEL``: what was last said about this UID.
    method: Mapped[Technical[str]]
    starts_at: Mapped[Technical[datetime]]
    ends_at: Mapped[Technical[datetime]]
    #: DTSTAMP of the last message; rises with every message.
    stamped_at: Mapped[Technical[datetime]]
    #: When it was last sent again because the calendar asked for it (RFC 5546 section 3.2.6).
    repeated_at: Mapped[Technical[datetime | None]]
    #: The ``changed_at`` of the diary whose choices the last message shows.
    diary_changed_at: Mapped[Technical[datetime]]
