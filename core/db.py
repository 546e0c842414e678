"""The database: our declarative base, UTC date-times, opaque ids, and SQLite made safe.

What a row *means* is not here; that is the business of ``groups`` and ``scheduling``.
"""

import logging
import secrets
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Column,
    ColumnDefault,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    event,
    insert,
)
from sqlalchemy.exc import (
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: How long a write waits for another, in milliseconds; and how long if nobody should wait.
BUSY_TIMEOUT = "busy_timeout=5000"
AT_ONCE = 250
#: How many bytes SQLite's write-ahead log may have before it is emptied.
LONG_LOG = 16 * 1024 * 1024

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # FULL costs under half a millisecond and keeps the last commits through a power cut.
    "synchronous=FULL",
    BUSY_TIMEOUT,
    # Once copied into the file, the log is cut to 32 MB.
    "journal_size_limit=33554432",
    "foreign_keys=ON",
    # A deleted name is overwritten, not merely unlinked.
    "secure_delete=ON",
    # 16 MB of pages a connection, where there are that many: writing many rows into a large table
    # otherwise takes twice as long.
    "cache_size=-16000",
    # What is copied for a while (``core.transaction.rehearsal``) stays in memory.
    "temp_store=MEMORY",
)


#: For each connection to PostgreSQL: seconds to connect, and milliseconds until a server that has
#: stopped answering counts as gone, a statement is given up, and a wait for a lock ends.
POSTGRESQL = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 30,
    "options": "-c statement_timeout=30000 -c lock_timeout=5000",
}

#: Faults of the database, or of the connection to it. Asking again may work.
AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout, PendingRollbackError)


_Value = TypeVar("_Value")
#: What a column holds: ``Technical`` tells nothing about anyone, ``Belongs`` shows that a person
#: belongs here, or who they are.
Technical = Annotated[_Value, mapped_column(info={"data_class": "technical"})]
Belongs = Annotated[_Value, mapped_column(info={"data_class": "belongs"})]


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
    return public_ids(1)[0]


def public_ids(count: int) -> list[str]:
    """Return so many of them, for many rows at once."""
    bits = secrets.token_bytes(16 * count)
    starts = range(0, len(bits), 16)
    return [urlsafe_b64encode(bits[at : at + 16])[:22].decode() for at in starts]


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


class Database(SQLAlchemy):
    """The extension, with one difference: if the database is gone when a request ends, the answer
    that has already been made is not lost.
    """

    def _teardown_session(self, exc: BaseException | None) -> None:
        try:
            super()._teardown_session(exc)
        except AWAY as error:
            log.warning("the database was gone when a request ended: %s", type(error).__name__)
            self.session.registry.clear()


db = Database(model_class=Base)


def is_away(error: BaseException) -> bool:
    """Return whether the database, or the connection to it, caused a statement's error, and not the
    statement itself.
    """
    return isinstance(error, AWAY) or type(error) is DatabaseError


def shorten_log() -> int:
    """Empty SQLite's write-ahead log if it has grown beyond ``LONG_LOG``; return 1 if it was.

    The database copies it into its file by itself, but only restarts it at a moment when nobody
    is reading, and a busy site may have none. This waits a second for such a moment.
    """
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return 0
    log_file = Path(url.database + "-wal")
    if not log_file.exists() or log_file.stat().st_size <= LONG_LOG:
        return 0
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=1000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchall()[0][0]
        cursor.execute(f"PRAGMA {BUSY_TIMEOUT}")
    finally:
        connection.close()
    return 0 if busy else 1


def engine_options(url: str) -> dict[str, Any]:
    """Return how to make an engine so that nobody waits for the database for ever."""
    options: dict[str, Any] = {"pool_timeout": 5}
    if url.startswith("postgresql"):
        # A connection that ended while nobody used it is noticed before it is used.
        options["pool_pre_ping"] = True
        options["connect_args"] = dict(POSTGRESQL)
        if "options=" in url:
            del options["connect_args"]["options"]
    return options


def insert_rows(rows: Sequence[Base]) -> None:
    """Insert rows of one table that were made and are not in the session, in one statement.

    A flush on SQLite takes a statement for each, because it asks for the id that each was given.
    What is to be used afterwards has to be read, and every column that is not empty given.
    """
    if rows:
        names = {column.name for column in type(rows[0]).__table__.columns} - {"id"}
        values = [{name: getattr(row, name) for name in names} for row in rows]
        db.session.execute(insert(type(rows[0])), values)


def insert_many(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, in one statement of the caller's transaction.

    For thousands of rows at a time: the library prepares every value of every row anew, which
    costs more than writing them, and here equal values of a column are prepared once. Defaults
    that are plain values are filled in.
    """
    insert_columns(model, {name: [row[name] for row in rows] for name in rows[0]} if rows else {})


def insert_columns(model: type[Base], columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows that are given column by column, all of the same length."""
    count = len(next(iter(columns.values()), ()))
    if not count:
        return
    table, connection = model.metadata.tables[model.__tablename__], db.session.connection()
    dialect = connection.dialect
    given = dict(columns)
    for column in table.columns:
        if column.name not in given and isinstance(column.default, ColumnDefault):
            given[column.name] = [column.default.arg] * count
    values = [_prepared(table.columns[name], some, dialect) for name, some in given.items()]
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    names, marks = ", ".join(given), ", ".join([mark] * len(given))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - the names are those of our own models
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


def _prepared(column: Column[Any], values: Sequence[Any], dialect: Dialect) -> list[Any]:
    """Return values as the driver takes them."""
    prepare = column.type.dialect_impl(dialect).bind_processor(dialect)
    if prepare is None:
        return list(values)
    known = {value: prepare(value) for value in set(values)}
    return [known[value] for value in values]


@event.listens_for(Engine, "connect")
def _make_sqlite_safe(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver must not open transactions by itself: by default it runs SELECT outside of
        # them, and a read followed by a write then loses updates.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes, at_once = options.get("writes", False), options.get("at_once", False)
    if connection.dialect.name != "sqlite":
        if at_once:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {AT_ONCE}")
    elif not writes:
        connection.exec_driver_sql("BEGIN")
    elif at_once:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={AT_ONCE}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA {BUSY_TIMEOUT}")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
