"""A person, known by one e-mail address, and the addresses that asked us never to write."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models.grant import Grant, GrantRole


class Person(Base):
    """Somebody with an account. What they are to a group is a ``Membership``."""

    __tablename__ = "person"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    #: What others call them; need not be their legal name. Empty until they say.
    name_sealed: Mapped[Belongs[bytes | None]]
    name = Sealed()
    email_sealed: Mapped[Belongs[bytes]]
    email = Sealed()
    #: Keyed look-up of the address; see ``core.encryption.blind_index``.
    email_index: Mapped[Belongs[str]] = mapped_column(unique=True)
    time_zone: Mapped[Technical[str]] = mapped_column(default="Europe/London")
    #: How pages look: ``system``, ``light`` or ``dark``.
    theme: Mapped[Technical[str]] = mapped_column(default="system")
    created_at: Mapped[Technical[datetime]]
    #: When someone first said yes from a letter to this address, or proved it. From then on we
    #: may write to it, and answers from those letters count.
    reached_at: Mapped[Technical[datetime | None]]
    #: When the address was proved by a code typed into a browser. Until then nothing is shown.
    proved_at: Mapped[Technical[datetime | None]]

    #: The tasks they have now.
    grants: Mapped[list[Grant]] = relationship(
        primaryjoin=lambda: (Person.id == Grant.person_id) & Grant.withdrawn_at.is_(None),
        viewonly=True,
    )

    def holds(self, role: GrantRole) -> bool:
        """Return whether they have a task now."""
        return any(grant.role == role for grant in self.grants)

    @property
    def opens_groups(self) -> bool:
        """Whether they may set up groups, and so facilitate them."""
        return self.holds(GrantRole.FACILITATOR)

    @property
    def operates(self) -> bool:
        """Whether they keep the system running, without reading it."""
        return self.holds(GrantRole.OPERATOR)


class DoNotWrite(Base):
    """An address whose owner asked never to be offered a place again; only its index is kept."""

    __tablename__ = "do_not_write"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    email_index: Mapped[Belongs[str]] = mapped_column(unique=True)
    asked_at: Mapped[Technical[datetime]]
