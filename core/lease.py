"""Time for leases, which every sender of one database shares and no sender's clock can shift.

PostgreSQL gives its own time. With SQLite all processes are on one machine and share its monotonic
clock, which nobody can set and which restarts with the machine.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, event, literal_column, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from core.db import UTCDateTime

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
