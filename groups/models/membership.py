"""How a person belongs to a group."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
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
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "cohort_id": "belongs",
        "person_id": "belongs",
        "role": "belongs",
        "state": "belongs",
        "joined_at": "belongs",
        "left_at": "belongs",
        "changed_at": "belongs",
        "agreed_version": "belongs",
        "agreed_at": "belongs",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    cohort: Mapped[Cohort] = relationship(back_populates="memberships")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()
    role: Mapped[str]
    state: Mapped[str] = mapped_column(default=MembershipState.ACTIVE)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    #: When ``state`` last changed, pausing included, or dates began to go to another address;
    #: ``None`` while neither has. Private feeds need it to tell a calendar that entries went or
    #: came back, and undoing a change to know who has heard of nothing else.
    changed_at: Mapped[datetime | None]
    #: The version of the agreement this person accepted, and when.
    agreed_version: Mapped[int | None]
    agreed_at: Mapped[datetime | None]

    @property
    def facilitates(self) -> bool:
        """Whether this person holds the frame here, alone or with another."""
        return self.role in FACILITATING
