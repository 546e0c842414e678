"""Opening the database: only with its own key ring and release, and never making one by accident.

Every connection is checked as it is opened, whether by a page, a job or a command. What is compared
is in ``core.installation``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from flask import Flask
from sqlalchemy import Connection, Dialect, Engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from core import config
from core.db import db
from core.errors import NotSetUp
from core.installation import (
    NEWER,
    NO_TABLES,
    look,
    trouble_with,
    trouble_with_ring,
    trouble_with_tables,
)
from core.locks import alone

NO_DATABASE: Final = (
    "There is no database at {where}. If there was one, restore it from your backup. "
    "On a new machine run: flask init"
)
#: The lock on which processes that change one PostgreSQL database's tables wait.
MIGRATION_LOCK: Final = 0x616C636F7665


class _Mode(Enum):
    """The rules by which this thread opens connections."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"
    MAKING = "making"


_mode: ContextVar[_Mode] = ContextVar("alcove_database_mode", default=_Mode.CHECKED)


def guard(app: Flask) -> None:
    """Check each of this app's connections against its key ring and release from now on, and never
    let one make a database.
    """
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "do_connect")
    def open_what_is_there(
        dialect: Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]
    ) -> Any:
        if dialect.name != "sqlite" or _mode.get() is _Mode.MAKING:
            return None
        path = Path(arguments[0])
        if not path.exists():
            raise NotSetUp(NO_DATABASE.format(where=path))
        return dialect.connect(f"file:{quote(str(path))}?mode=rw", **{**options, "uri": True})

    @event.listens_for(engine, "connect")
    def compare(connection: Any, _record: Any) -> None:
        if _mode.get() is not _Mode.CHECKED:
            return
        try:
            trouble = trouble_with(look(connection, engine.dialect.name), app)
            if trouble:
                raise NotSetUp(trouble)
        except BaseException:
            connection.close()
            raise


@contextmanager
def unchecked() -> Iterator[None]:
    """Let a block open a database that is not right, to say so or to mend it."""
    with _as(_mode.get() if _mode.get() is _Mode.MAKING else _Mode.UNCHECKED):
        yield


@contextmanager
def making() -> Iterator[None]:
    """Let a block make a database and its tables, which only setting up may do."""
    with _as(_Mode.MAKING):
        yield


@contextmanager
def _as(mode: _Mode) -> Iterator[None]:
    token = _mode.set(mode)
    # A connection opened under other rules is not used again.
    _forget_connections()
    try:
        yield
    finally:
        _forget_connections()
        _mode.reset(token)


def _forget_connections() -> None:
    db.session.remove()
    db.engine.dispose()


def verify() -> None:
    """Raise ``NotSetUp`` with the mend unless database, release and key ring belong together.

    A database that is down raises nothing here: it is checked as soon as it is back.
    """
    try:
        db.engine.connect().close()
    except OperationalError:
        return


def refuse_nothing_there(engine: Engine) -> None:
    """Raise ``NotSetUp`` if a SQLite file is missing and nobody is making it right now."""
    path = Path(engine.url.database or "")
    may_be_missing = _mode.get() is _Mode.MAKING or config.current().testing
    if engine.dialect.name == "sqlite" and not may_be_missing and not path.exists():
        raise NotSetUp(NO_DATABASE.format(where=path))


def is_empty() -> bool:
    """Return whether there is no database yet, or one without tables. It makes none."""
    engine = db.engine
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return True
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def refuse_to_migrate(connection: Connection, app: Flask) -> None:
    """Raise ``NotSetUp`` if this release and key ring must not change these tables."""
    driver = connection.connection.dbapi_connection
    found = look(driver, connection.dialect.name)
    if found.revision is None:
        if _mode.get() is not _Mode.MAKING and not app.extensions[config.EXTENSION].testing:
            raise NotSetUp(NO_TABLES)
        return
    if trouble_with_tables(found) == NEWER:
        raise NotSetUp(NEWER)
    trouble = trouble_with_ring(found, app) if found.row else None
    if trouble:
        raise NotSetUp(trouble)


@contextmanager
def one_at_a_time(engine: Engine) -> Iterator[None]:
    """Run a block that changes tables in one process at a time; others wait, and then find the work
    done. However a process ends, the next one gets its turn.
    """
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        with alone(path.with_name(f"{path.name}.migrating")):
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        wait_for_as_long_as_it_takes(connection)
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})


def wait_for_as_long_as_it_takes(connection: Connection) -> None:
    """Let statements over this PostgreSQL connection take longer than a page's may."""
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SET lock_timeout = 0"))
