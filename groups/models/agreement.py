"""What the members of a group promised each other, version by version."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Technical
from groups.models.cohort import Cohort


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
