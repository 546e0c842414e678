"""How migrations run: one transaction, a backup before it on SQLite, and a check after it.

Altering a table on SQLite copies it and drops the original. With foreign keys on, dropping a
parent deletes its children without a word, so they are off here and checked afterwards.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, text

from core.db import Base, UTCDateTime

migrate_args: dict[str, Any] = current_app.extensions["migrate"].configure_args


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our own type as the plain one it is in the database."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def back_up(connection: Connection) -> None:
    """Copy a SQLite file that holds something beside itself, before anything is changed."""
    name = connection.engine.url.database
    tables = connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
    connection.rollback()
    if not name or name == ":memory:" or not tables:
        return
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = Path(name).with_suffix(f".before-{moment}.db")
    driver(connection).execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)


def driver(connection: Connection) -> Any:
    """Return the SQLite connection underneath."""
    return connection.connection.dbapi_connection


def check(connection: Connection) -> None:
    """Raise if a row now points at nothing."""
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise RuntimeError(f"the migration would leave rows that point at nothing, in: {tables}")


def changes(connection: Connection) -> bool:
    """Tell whether there is anything to change: a site that starts again needs no copy."""
    try:
        wanted = context.get_revision_argument()
    except KeyError:
        # Only the models and the tables are compared.
        return False
    present = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return bool(wanted != present)


def run() -> None:
    """Run the migrations that are asked for."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            migrate(connection)
            return
        if changes(connection):
            back_up(connection)
        driver(connection).execute("PRAGMA foreign_keys=OFF")
        try:
            migrate(connection.execution_options(writes=True), check)
        finally:
            driver(connection).execute("PRAGMA foreign_keys=ON")


def migrate(connection: Connection, then: Callable[[Connection], None] | None = None) -> None:
    """Run them in one transaction, which is taken back if anything in it raises."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        transactional_ddl=True,
        **migrate_args,
    )
    with context.begin_transaction():
        context.run_migrations()
        if then is not None:
            then(connection)


run()
