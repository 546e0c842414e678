"""What time it is: for a page, a command or a job, and for leases.

Every sender of one database shares the time of leases, and no sender's clock can shift it:
PostgreSQL gives its own. With SQLite all processes are on one machine and share its monotonic
clock, which nobody can set and which restarts with the machine.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, event, literal_column, or_, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from core.db import UTCDateTime, db

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def now_for_jobs() -> datetime:
    """Return this moment, aware, in UTC, from the database if it has a clock of its own: then a
    machine whose clock is wrong sends nothing that is not due.
    """
    if db.engine.dialect.name != "postgresql":
        return now()
    try:
        with db.engine.connect() as connection:
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    except SQLAlchemyError:
        # The job meets the same trouble, and says so.
        return now()
    return moment.astimezone(UTC)


class lease_time(FunctionElement[datetime]):  # noqa: N801 - it is written like the function of SQL that it is
    """A moment this many seconds from now, as an SQL expression, in the time of leases."""

    type = UTCDateTime()
    name = "lease_time"
    inherit_cache = True

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(literal_column(f"{seconds:.3f}"))


def is_over(until: Any, longest: timedelta) -> ColumnElement[bool]:
    """Return whether a lease that ends at ``until``, given for at most ``longest``, has expired.
    One that ends later than it could is from before the machine restarted.
    """
    return or_(until <= lease_time(), until > lease_time(longest.total_seconds()))


@compiles(lease_time, "postgresql")
def _ask_the_server(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    seconds = compiler.process(element.clauses, **given)
    # Not now(), which stays the same throughout a transaction.
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(lease_time, "sqlite")
def _ask_this_machine(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    return f"lease_time({compiler.process(element.clauses, **given)})"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("lease_time", 1, _on_this_machine)


def _on_this_machine(seconds: float) -> str:
    moment = _BEGINNING + timedelta(seconds=monotonic() + seconds)
    # The way SQLAlchemy writes date-times in SQLite.
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
