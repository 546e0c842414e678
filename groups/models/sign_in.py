"""Sign-ins that can be listed and ended, and the codes that start them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models.person import Person


class SignIn(Base):
    """One browser in which a person is signed in. Only the hash of its secret is stored."""

    __tablename__ = "sign_in"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    person_id: Mapped[Belongs[int]] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    secret_hash: Mapped[Technical[str]] = mapped_column(unique=True)
    #: The family of browser and system in words, such as "Firefox on Windows".
    device_sealed: Mapped[Belongs[bytes | None]]
    device = Sealed()
    started_at: Mapped[Technical[datetime]]
    #: The latest moment it can last; twelve hours after it started.
    ends_at: Mapped[Technical[datetime]]
    ended_at: Mapped[Technical[datetime | None]]


class SignInCode(Base):
    """A code that was asked for. It belongs to an address: every browser that asks while it is
    unused shares it, each with tries of its own. A row is written for unknown addresses too, so
    that asking takes the same time and the same path whether or not we know the address.
    """

    __tablename__ = "sign_in_code"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    email_index: Mapped[Belongs[str]] = mapped_column(index=True)
    #: What it proves: a value of ``groups.codes.Purpose``.
    purpose: Mapped[Technical[str]]
    #: Empty if its letter was never sent: no digits are right.
    code_hash: Mapped[Technical[str]]
    #: The hash of the link's secret in its letter.
    link_hash: Mapped[Technical[str]] = mapped_column(unique=True)
    digits: Mapped[Technical[int]]
    #: Why its letter was sent: a value of ``groups.code_limits.Cause``.
    cause: Mapped[Technical[str]]
    asked_at: Mapped[Technical[datetime]]
    expires_at: Mapped[Technical[datetime]]
    used_at: Mapped[Technical[datetime | None]]
    #: How many browsers asked while it was unused, and how many of them were unknown.
    browsers: Mapped[Technical[int]] = mapped_column(default=0)
    strangers: Mapped[Technical[int]] = mapped_column(default=0)
    #: Tries in all browsers.
    tries: Mapped[Technical[int]] = mapped_column(default=0)


class CodeBrowser(Base):
    """A browser that asked for a code and may try it, with tries of its own."""

    __tablename__ = "code_browser"
    __table_args__ = (UniqueConstraint("code_id", "browser_hash"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    code_id: Mapped[Belongs[int]] = mapped_column(ForeignKey("sign_in_code.id", ondelete="CASCADE"))
    code: Mapped[SignInCode] = relationship(lazy="joined", innerjoin=True)
    #: The hash of a secret in the browser's cookie.
    browser_hash: Mapped[Technical[str]] = mapped_column(index=True)
    #: The keyed hash of its network, which changes each day; nothing for a known browser, or for a
    #: network where a code was used since.
    network: Mapped[Technical[str | None]]
    asked_at: Mapped[Technical[datetime]]
    tries: Mapped[Technical[int]] = mapped_column(default=0)
    #: When the code was used in this browser.
    used_at: Mapped[Technical[datetime | None]]
