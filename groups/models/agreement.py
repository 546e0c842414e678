"""What the members of a group promised each other, version by version."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from groups.models.cohort import Cohort


class AgreementVersion(Base):
    """One version of a group's agreement. Never edited; a change is a new version."""

    __tablename__ = "agreement_version"
    __table_args__ = (UniqueConstraint("cohort_id", "number"),)
    __data_class__: ClassVar = {
        "id": "technical",
        "cohort_id": "technical",
        "number": "technical",
        "clauses": "technical",
        "created_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    cohort: Mapped[Cohort] = relationship()
    number: Mapped[int]
    #: Pairs of title and sentence, in order.
    clauses: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
