"""What stood there before a change, for as long as the change can be undone."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Belongs, Technical
from core.encryption import SealedBytes


class Reversal(Base):
    """One change that can be taken back; deleted a day after it was made."""

    __tablename__ = "reversal"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    content_sealed: Mapped[Belongs[bytes]]
    content = SealedBytes()
    made_at: Mapped[Technical[datetime]] = mapped_column(index=True)
