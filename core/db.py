"""The database: our declarative base, UTC date-times, opaque ids, and SQLite made safe.

What a row *means* is not here; that is the business of ``groups`` and ``scheduling``.
"""

import secrets
import sqlite3
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # FULL costs under half a millisecond and keeps the last commits through a power cut.
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    # A deleted name is overwritten, not merely unlinked.
    "secure_delete=ON",
)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware date-time, stored and returned in UTC; refuses naive values with ``ValueError``."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a date-time without a zone cannot be stored")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def public_id() -> str:
    """Return a new opaque id for URLs: 128 random bits, which names a row and opens nothing."""
    return secrets.token_urlsafe(16)


class Base(DeclarativeBase):
    """The base of every table. A row that has a ``public_id`` is given one before anything else,
    because sealed columns are bound to it (see ``core.encryption``).
    """

    registry: ClassVar = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UTCDateTime},
    )

    def __init__(self, **values: Any) -> None:
        if hasattr(type(self), "public_id"):
            values = {"public_id": values.pop("public_id", None) or public_id(), **values}
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no column {name!r}")
            setattr(self, name, value)


db = SQLAlchemy(model_class=Base)


@event.listens_for(Engine, "connect")
def _make_sqlite_safe(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver must not open transactions by itself: by default it runs SELECT outside of
        # them, and a read followed by a write then loses updates.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
