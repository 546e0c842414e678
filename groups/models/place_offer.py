"""A place offered by e-mail to somebody who may or may not have an account."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models.cohort import Cohort
from groups.models.membership import Membership


class OfferState(StrEnum):
    """``drafted`` offers have not been sent; whether one has expired follows from its date."""

    DRAFTED = "drafted"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PlaceOffer(Base):
    """An invitation to belong. Its link is made from ``public_id`` with the key ring
    (``KeyRing.private_token("offer", public_id)``) and only the link's hash is stored, so a
    repeated letter carries the same link and a stolen database carries none.
    """

    __tablename__ = "place_offer"
    __table_args__ = (UniqueConstraint("cohort_id", "email_index"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    cohort_id: Mapped[Belongs[int]] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    cohort: Mapped[Cohort] = relationship(back_populates="offers")
    email_sealed: Mapped[Belongs[bytes]]
    email = Sealed()
    email_index: Mapped[Belongs[str]] = mapped_column(index=True)
    name_sealed: Mapped[Belongs[bytes | None]]
    name = Sealed()
    #: ``member``, or ``co_facilitator`` when the person is asked to share the frame.
    role: Mapped[Belongs[str]] = mapped_column(default="member")
    state: Mapped[Belongs[str]] = mapped_column(default=OfferState.DRAFTED)
    token_hash: Mapped[Technical[str]] = mapped_column(unique=True)
    created_at: Mapped[Technical[datetime]]
    #: When the letter was first handed over to be sent.
    sent_at: Mapped[Technical[datetime | None]]
    expires_at: Mapped[Technical[datetime | None]]
    answered_at: Mapped[Belongs[datetime | None]]
    membership_id: Mapped[Belongs[int | None]] = mapped_column(
        ForeignKey("membership.id", ondelete="SET NULL")
    )
    membership: Mapped[Membership | None] = relationship()
    #: When we asked whether a yes from the letter was meant; we ask once.
    asked_at: Mapped[Belongs[datetime | None]]
