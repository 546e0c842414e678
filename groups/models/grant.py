"""What somebody may do here beside their own groups: a row for each task they were given."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical

if TYPE_CHECKING:
    from groups.models.person import Person


class GrantRole(StrEnum):
    """A facilitator may set up groups, and so hold them. An operator keeps the system running
    without reading it.
    """

    FACILITATOR = "facilitator"
    OPERATOR = "operator"


class Grant(Base):
    """A task that one person was given; it is never given twice at a time."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("role IN ('facilitator', 'operator')", name="role_known"),
        Index(
            "uq_role_grant_live",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    person_id: Mapped[Belongs[int]] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    person: Mapped["Person"] = relationship(foreign_keys=[person_id])
    role: Mapped[Technical[str]]
    #: ``None`` for what was given by a command on the machine.
    given_by_id: Mapped[Belongs[int | None]] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    given_at: Mapped[Technical[datetime]]
    #: ``None`` for as long as it holds.
    withdrawn_at: Mapped[Technical[datetime | None]]
