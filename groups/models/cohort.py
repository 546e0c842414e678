"""A group of people: what readers call a "group", so as not to collide with ``GROUP BY``; and
what its members promised each other.
"""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models.person import Person

if TYPE_CHECKING:
    from groups.models.membership import Membership
    from groups.models.place_offer import PlaceOffer


class CohortState(StrEnum):
    """A draft has sent nothing; an open group has; an ended one meets no more."""

    DRAFT = "draft"
    OPEN = "open"
    ENDED = "ended"


class CohortKind(StrEnum):
    """What people meet for: a facilitated group, one-to-one support, or a circle of those who
    support and facilitate. Only groups can be set up so far.
    """

    GROUP = "group"
    PAIRING = "pairing"
    CIRCLE = "circle"


class Cohort(Base):
    """A set of people who meet for runs of sessions, or for sessions arranged one by one."""

    __tablename__ = "cohort"
    __table_args__ = (CheckConstraint("kind IN ('group', 'pairing', 'circle')", name="kind_known"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    name_sealed: Mapped[Belongs[bytes]]
    name = Sealed()
    kind: Mapped[Technical[str]] = mapped_column(default=CohortKind.GROUP)
    state: Mapped[Technical[str]] = mapped_column(default=CohortState.DRAFT, index=True)
    #: Years since qualifying, at most; ``None`` admits everybody.
    pqe_most: Mapped[Technical[int | None]] = mapped_column(default=10)
    #: How many members can belong at a time; ``None`` is no limit.
    places: Mapped[Technical[int | None]] = mapped_column(default=None)
    #: ``None`` once they have deleted their account and nobody else facilitates.
    opened_by_id: Mapped[Belongs[int | None]] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    opened_by: Mapped[Person | None] = relationship()
    created_at: Mapped[Technical[datetime]]
    opened_at: Mapped[Technical[datetime | None]]
    ended_at: Mapped[Technical[datetime | None]]
    #: The parcel of letters with which the group was opened, for as long as it can be undone.
    parcel: Mapped[Technical[str | None]]
    #: Raised by the database whenever anything about the group or its dates changes, and by nobody
    #: else.
    revision: Mapped[Technical[int]] = mapped_column(default=0, server_default="0")

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="cohort", cascade="all, delete-orphan", order_by="Membership.id"
    )
    offers: Mapped[list["PlaceOffer"]] = relationship(
        back_populates="cohort", cascade="all, delete-orphan", order_by="PlaceOffer.id"
    )


class AgreementVersion(Base):
    """One version of a group's agreement. Never edited; a change is a new version."""

    __tablename__ = "agreement_version"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    cohort_id: Mapped[Technical[int]] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    cohort: Mapped[Cohort] = relationship()
    number: Mapped[Technical[int]]
    #: Pairs of title and sentence, in order.
    clauses: Mapped[Technical[list[Any]]] = mapped_column(JSON)
    created_at: Mapped[Technical[datetime]]
