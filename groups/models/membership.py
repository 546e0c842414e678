"""How a person belongs to a group."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from groups.models.cohort import Cohort
from groups.models.person import Person


class Role(StrEnum):
    """What somebody is in a group. People can be one thing here and another there."""

    FACILITATOR = "facilitator"
    CO_FACILITATOR = "co_facilitator"
    MEMBER = "member"


class MembershipState(StrEnum):
    """Only ``active`` people get dates; ``paused`` keep their place; the rest have gone."""

    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    REMOVED = "removed"


#: The roles that hold the frame of a group.
FACILITATING = (Role.FACILITATOR, Role.CO_FACILITATOR)


class Membership(Base):
    """One person's place in one group. Coming back revives the row, so history stays one line."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    cohort_id: Mapped[Belongs[int]] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    cohort: Mapped[Cohort] = relationship(back_populates="memberships")
    person_id: Mapped[Belongs[int]] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()
    role: Mapped[Belongs[str]]
    state: Mapped[Belongs[str]] = mapped_column(default=MembershipState.ACTIVE)
    joined_at: Mapped[Belongs[datetime]]
    left_at: Mapped[Belongs[datetime | None]]
    #: When ``state`` last changed, pausing included, or dates began to go to another address;
    #: ``None`` while neither has. Private feeds need it to tell a calendar that entries went or
    #: came back, and undoing a change to know who has heard of nothing else.
    changed_at: Mapped[Belongs[datetime | None]]
    #: The version of the agreement this person accepted, and when.
    agreed_version: Mapped[Belongs[int | None]]
    agreed_at: Mapped[Belongs[datetime | None]]

    @property
    def facilitates(self) -> bool:
        """Whether this person holds the frame here, alone or with another."""
        return self.role in FACILITATING
