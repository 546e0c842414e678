"""A person, known by one e-mail address, and the addresses that asked us never to write."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.encryption import Sealed


class Person(Base):
    """Somebody with an account. What they are to a group is a ``Membership``."""

    __tablename__ = "person"
    __data_class__: ClassVar = {
        "id": "technical",
        "public_id": "technical",
        "name_sealed": "belongs",
        "email_sealed": "belongs",
        "email_index": "belongs",
        "time_zone": "technical",
        "theme": "technical",
        "opens_groups": "technical",
        "operates": "technical",
        "created_at": "technical",
        "reached_at": "technical",
        "proved_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    #: What others call them; need not be their legal name. Empty until they say.
    name_sealed: Mapped[bytes | None]
    name = Sealed()
    email_sealed: Mapped[bytes]
    email = Sealed()
    #: Keyed look-up of the address; see ``core.encryption.blind_index``.
    email_index: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str] = mapped_column(default="Europe/London")
    #: How pages look: ``system``, ``light`` or ``dark``.
    theme: Mapped[str] = mapped_column(default="system")
    #: May set up groups, and so facilitate them.
    opens_groups: Mapped[bool] = mapped_column(default=False)
    #: Keeps the system running, without reading it.
    operates: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    #: When someone first said yes from a letter to this address, or proved it. From then on we
    #: may write to it, and answers from those letters count.
    reached_at: Mapped[datetime | None]
    #: When the address was proved by a code typed into a browser. Until then nothing is shown.
    proved_at: Mapped[datetime | None]


class DoNotWrite(Base):
    """An address whose owner asked never to be offered a place again; only its index is kept."""

    __tablename__ = "do_not_write"
    __data_class__: ClassVar = {
        "id": "technical",
        "email_index": "belongs",
        "asked_at": "technical",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    email_index: Mapped[str] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
