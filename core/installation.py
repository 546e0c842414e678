"""What ties a database, its key ring and the release of this software together.

One row says which installation this is, sealed with its key ring. ``core.guard`` checks every
connection against it. So with another installation's key ring, another release's tables or no
database, people get an explanation, and not an empty site or rows that nobody can read.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import CheckConstraint, Connection, insert, inspect, text
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.local import LocalProxy

from core import config, encryption
from core.db import Base, Technical, db, public_id
from core.encryption import KeyRing, Unreadable
from core.errors import NotSetUp

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
_REVISION: Final = re.compile(r"^revision = [\"'](\w+)[\"']$", re.MULTILINE)
_DOWN_REVISION: Final = re.compile(r"^down_revision = [\"'](\w+)[\"']$", re.MULTILINE)
#: How many rows of each kind to try with a key ring that may belong to another database.
TRIED: Final = 5

NO_TABLES: Final = (
    "The database has no tables. If it had any, restore your backup. "
    "On a new machine run: flask init"
)
NO_TRIGGERS: Final = (
    "Triggers are missing from the database, so calendars would not be told of changes. "
    "Run: flask db upgrade"
)
OLDER: Final = "The tables are from an older release. Run: flask db upgrade"
NEWER: Final = (
    "The tables were made by a newer release than this one. Install that release again, or "
    "restore the copy of the database from before the update."
)
NOT_MARKED: Final = (
    "The database does not say which installation it belongs to. Run: flask db upgrade"
)
STRANGE: Final = (
    "The key ring at {path} is not the one of this database. Nothing was changed. Put the key "
    "ring and the database of the same installation together, or set KEY_RING and DATABASE_URL "
    "to where they are."
)


#: For each kind of database: how to ask for the names of triggers, and those there have to be.
TRIGGERS: Final[dict[str, tuple[str, frozenset[str]]]] = {}


class Installation(Base):
    """The one row that says which installation this database belongs to."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    #: The id sealed with a sealing key: a properly rotated ring still opens it.
    check_sealed: Mapped[Technical[bytes]]
    #: Made with the keys for look-up and for links, which never change.
    ring_mark: Mapped[Technical[str]]


@dataclass(frozen=True)
class Found:
    """What a database says about itself: its revision and the row, if it has them, and whether it
    has every trigger.
    """

    revision: str | None
    row: tuple[str, bytes, str] | None
    whole: bool = True


def look(connection: Any, dialect: str) -> Found:
    """Return what a database says about itself, over a driver's connection; raises its errors."""
    cursor = connection.cursor()
    try:
        cursor.execute(_TABLES[dialect])
        tables = {row[0] for row in cursor.fetchall()}
        revision = row = None
        question, wanted = TRIGGERS.get(dialect, ("SELECT NULL WHERE false", frozenset()))
        cursor.execute(question)
        whole = wanted <= {name for name, *_ in cursor.fetchall()}
        if "alembic_version" in tables:
            cursor.execute("SELECT version_num FROM alembic_version")
            found = cursor.fetchone()
            revision = found[0] if found else None
        if Installation.__tablename__ in tables:
            cursor.execute("SELECT public_id, check_sealed, ring_mark FROM installation")
            found = cursor.fetchone()
            row = (found[0], bytes(found[1]), found[2]) if found else None
    finally:
        cursor.close()
        if dialect != "sqlite":
            connection.rollback()
    return Found(revision, row, whole)


_TABLES: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'"
    " AND name IN ('alembic_version', 'installation')",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false))"
    " AND tablename IN ('alembic_version', 'installation')",
}


def trouble_with(found: Found, app: Flask) -> str | None:
    """Return why this database cannot be used, and how to mend it; ``None`` if it can be."""
    return trouble_with_tables(found) or trouble_with_ring(found, app)


def trouble_with_tables(found: Found) -> str | None:
    """Return what is wrong with the tables' release and how to mend it, or ``None``."""
    head, known = revisions()
    if found.revision is None:
        return NO_TABLES
    if found.revision == head:
        return None if found.whole else NO_TRIGGERS
    return OLDER if found.revision in known else NEWER


def trouble_with_ring(found: Found, app: Flask) -> str | None:
    """Return what is wrong with the key ring for this database, or ``None``."""
    if found.row is None:
        return NOT_MARKED
    ring = app.extensions.get(encryption.EXTENSION)
    path = app.extensions[config.EXTENSION].key_ring
    if not isinstance(ring, KeyRing):
        return (
            f"There is no key ring at {path}. Put the one from your backup there: "
            "without it nothing in the database can be read."
        )
    return None if _fits(ring, found.row) else STRANGE.format(path=path)


def _fits(ring: KeyRing, row: tuple[str, bytes, str]) -> bool:
    name, sealed, mark = row
    try:
        opened = ring.unseal(sealed, _place(name))
    except (Unreadable, IndexError):
        return False
    return opened == name.encode() and hmac.compare_digest(mark, _mark(ring, name))


def _place(name: str) -> str:
    return f"installation.check_sealed:{name}"


def _mark(ring: KeyRing, name: str) -> str:
    """Return the mark that only the keys that never change can make from an installation's id."""
    made = [
        hmac.new(key, f"installation:{name}".encode(), hashlib.sha256)
        for key in (ring.index, ring.links)
    ]
    return hashlib.sha256(b"".join(one.digest() for one in made)).hexdigest()


@lru_cache(maxsize=1)
def revisions() -> tuple[str, frozenset[str]]:
    """Return this release's newest revision, and all the revisions it knows.

    Every process needs them, and few need Alembic, so they are read from the text of the
    migrations. Raises ``ValueError`` if those don't make one line with one end.
    """
    written = [path.read_text() for path in sorted((MIGRATIONS / "versions").glob("*.py"))]
    follows = {_named(_REVISION, one): _named(_DOWN_REVISION, one) for one in written}
    heads = follows.keys() - follows.values()
    if len(heads) != 1 or not follows.keys() >= set(follows.values()) - {None}:
        raise ValueError("The migrations do not make one line")
    return heads.pop() or "", frozenset(filter(None, follows))


def _named(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None


def init_migrations(app: Flask) -> None:
    """Let ``flask db`` and ``update_tables`` find what they need in an app, made when they ask."""

    def made() -> Any:
        # Alembic holds 11 MB, which no process has to that serves or runs jobs.
        from flask_migrate import Migrate  # noqa: PLC0415 - see above

        Migrate(app, db, str(MIGRATIONS))
        return app.extensions["migrate"]

    app.extensions["migrate"] = LocalProxy(made)


def update_tables() -> None:
    """Bring the tables of the current app's database to this release, making them if need be.

    Raises ``NotSetUp`` if they are not for this release and key ring to change.
    """
    from flask_migrate import upgrade  # noqa: PLC0415 - only who changes tables needs Alembic

    upgrade()


def mark(connection: Connection, app: Flask) -> None:
    """Write the row into a database that has none, in the caller's transaction.

    If there is data from before this row existed, the key ring must open some of it first;
    raises ``NotSetUp`` if it does not.
    """
    there = inspect(connection).has_table(Installation.__tablename__)
    if not there or connection.execute(text("SELECT 1 FROM installation")).first():
        return
    ring = app.extensions.get(encryption.EXTENSION)
    path = app.extensions[config.EXTENSION].key_ring
    if not isinstance(ring, KeyRing):
        raise NotSetUp(f"There is no key ring at {path}. Put the one from your backup there.")
    tried = [_opens(ring, *one) for one in _sealed(connection)]
    if tried and not any(tried):
        raise NotSetUp(STRANGE.format(path=path))
    name = public_id()
    values = {
        "id": 1,
        "public_id": name,
        "check_sealed": ring.seal(name.encode(), _place(name)),
        "ring_mark": _mark(ring, name),
    }
    connection.execute(insert(Installation).values(**values))


def _sealed(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Yield some sealed values of each kind, with the place each was sealed for."""
    tables = inspect(connection)
    for table in tables.get_table_names():
        columns = {column["name"] for column in tables.get_columns(table)}
        sealed = sorted(name for name in columns if name.endswith("_sealed"))
        for column in sealed if "public_id" in columns else ():
            statement = (
                f"SELECT public_id, {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {TRIED}"  # noqa: S608 - the names are those of our own tables
            )
            for row in connection.execute(text(statement)):
                yield f"{table}.{column}:{row[0]}", bytes(row[1])


def _opens(ring: KeyRing, place: str, envelope: bytes) -> bool:
    try:
        ring.unseal(envelope, place)
    except (Unreadable, IndexError):
        return False
    return True
