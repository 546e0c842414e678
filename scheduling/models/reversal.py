"""What stood there before a change, for as long as the change can be undone."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.encryption import SealedBytes


class Reversal(Base):
    """One change that can be taken back; deleted a day after it was made."""

    __tablename__ = "reversal"
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "content_sealed": "belongs",
        "made_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    content_sealed: Mapped[bytes]
    content = SealedBytes()
    made_at: Mapped[datetime] = mapped_column(index=True)
