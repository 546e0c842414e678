"""Sign-ins that can be listed and ended, and the six-digit codes that start them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.encryption import Sealed
from groups.models.person import Person


class SignIn(Base):
    """One browser in which a person is signed in. Only the hash of its secret is stored."""

    __tablename__ = "sign_in"
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "person_id": "belongs",
        "secret_hash": "technical",
        "device_sealed": "belongs",
        "started_at": "technical",
        "ends_at": "technical",
        "ended_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    #: The family of browser and system in words, such as "Firefox on Windows".
    device_sealed: Mapped[bytes | None]
    device = Sealed()
    started_at: Mapped[datetime]
    #: The latest moment it can last; twelve hours after it started.
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInCode(Base):
    """A code that was asked for. A row is written for unknown addresses too, so that asking
    takes the same time and the same path whether or not we know the address.
    """

    __tablename__ = "sign_in_code"
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "email_index": "belongs",
        "code_hash": "technical",
        "browser_hash": "technical",
        "asked_at": "technical",
        "expires_at": "technical",
        "tries": "technical",
        "used_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    email_index: Mapped[str] = mapped_column(index=True)
    code_hash: Mapped[str]
    #: The hash of a nonce in the asking browser's cookie: the code works nowhere else.
    browser_hash: Mapped[str] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
