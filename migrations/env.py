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
from sqlalchemy.exc import OperationalError

from core import guard, installation
from core.db import Base, UTCDateTime
from core.errors import NotSetUp
from scheduling.models import revisions

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
    # Under its name only when it is whole: what a stopped process leaves is no copy.
    begun = copy.with_suffix(".part")
    driver(connection).execute("VACUUM INTO ?", (str(begun),))
    begun.chmod(0o600)
    begun.rename(copy)


def driver(connection: Connection) -> Any:
    """Return the SQLite connection underneath."""
    return connection.connection.dbapi_connection


def check(connection: Connection) -> None:
    """Raise if a row now points at nothing."""
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise RuntimeError(f"the migration would leave rows that point at nothing, in: {tables}")


def asked_for() -> bool:
    """Return whether a change of the tables is asked for, and not only what they are like."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def changes(connection: Connection) -> bool:
    """Return whether there is anything to change: a site that starts again needs no copy."""
    if not asked_for():
        return False
    present = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return bool(context.get_revision_argument() != present)


def run() -> None:
    """Run the migrations that are asked for, when no other process does; raises ``NotSetUp`` if
    the tables are not for this release and key ring to change, or cannot be reached.
    """
    engine = current_app.extensions["migrate"].db.engine
    try:
        with guard.unchecked():
            guard.refuse_nothing_there(engine)
            with guard.one_at_a_time(engine), engine.connect() as connection:
                if asked_for():
                    guard.refuse_to_migrate(connection, current_app)
                run_on(connection)
    except OperationalError as error:
        # The words of a driver tell hosts and names, and its traceback tells nobody anything.
        if error.statement is not None:
            # It answers, and one of the migrations is at fault.
            raise
        name = type(error.orig).__name__
        raise NotSetUp(
            f"The database does not answer ({name}). Start it, or set DATABASE_URL to where it is. "
            "Then run: flask doctor"
        ) from None


def run_on(connection: Connection) -> None:
    """Run the migrations over this connection."""
    if connection.dialect.name != "sqlite":
        guard.wait_for_as_long_as_it_takes(connection)
        connection.commit()
        migrate(connection, marked)
        return
    if changes(connection):
        back_up(connection)
    driver(connection).execute("PRAGMA foreign_keys=OFF")
    try:
        migrate(connection.execution_options(writes=True), checked)
    finally:
        driver(connection).execute("PRAGMA foreign_keys=ON")


def marked(connection: Connection) -> None:
    """Let the tables say which installation they belong to, where they do not yet."""
    if asked_for():
        installation.mark(connection, current_app)


def checked(connection: Connection) -> None:
    """Do the same, and look whether every row still points at something."""
    marked(connection)
    check(connection)


def migrate(connection: Connection, then: Callable[[Connection], None]) -> None:
    """Run them in one transaction, which is taken back if anything in it raises."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        transactional_ddl=True,
        **migrate_args,
    )
    with context.begin_transaction():
        if asked_for():
            revisions.drop_triggers(connection)
        context.run_migrations()
        if asked_for() and context.get_revision_argument() == context.script.get_current_head():
            revisions.make_triggers(connection)
        then(connection)


run()
