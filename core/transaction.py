"""``transaction()``: the only commit in the code base, its plain sister for sending mail,
``prepared()``, which reads and works out before it takes the lock, and ``rehearsal()``, of which
nothing stays.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from flask import g, has_request_context, request
from sqlalchemy import Connection, MetaData, Select, Table, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from core.db import AWAY as AWAY
from core.db import Base, db
from core.rsgi import NEVER_WAITS

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

#: The rows of each table that an act can change, as selects of their ids.
Touched = Mapping[type[Base], Select[int]]


class Claim:
    """What the first ``transaction()`` of a request takes in the same unit of work as its act.

    Put into ``g.claim``. When the block ends, the unit of work is held open until ``settle()``, so
    that the answer, which is made after it, can be written in the same one.
    """

    is_tried = False
    is_held = False
    is_settled = False

    def claim(self) -> None:
        """Take it, at the beginning of the unit of work; what this raises rolls everything back."""
        raise NotImplementedError

    def settle(self) -> None:
        """Commit what is held open."""
        self.is_held = False
        try:
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        self.is_settled = True

    def drop(self) -> None:
        """Roll back what is held open, if anything."""
        self.is_held = False
        db.session.rollback()


@contextmanager
def transaction() -> Iterator[None]:
    """Open one unit of work; commit when the block ends, roll back when it raises.

    Anything read before is dropped and read again inside, under the write lock on SQLite
    (``BEGIN IMMEDIATE``), so nothing is decided on a stale copy. Verbs never open one; pages,
    jobs and commands do.

    Requests that only read run on threads that never wait for the write lock (``core.rsgi``):
    their side notes are written at once or not at all.

    Raises ``RuntimeError`` if rows were changed before the block, as those changes would be lost,
    and an error of ``core.db.AWAY`` if it cannot get the lock in time.
    """
    session = db.session
    _let_go()
    at_once = has_request_context() and NEVER_WAITS in request.environ
    session.connection(execution_options={"writes": True, "at_once": at_once})
    claim = _claim()
    try:
        if claim is None or claim.is_tried:
            yield
            session.commit()
        else:
            claim.is_tried = True
            claim.claim()
            yield
            session.flush()
            claim.is_held = True
    except BaseException:
        session.rollback()
        raise


def writes() -> bool:
    """Return whether a ``transaction()`` is open, so that what is decided now can be written."""
    return bool(db.session.connection().get_execution_options().get("writes"))


def hold(row: Any) -> None:
    """Let nobody else change this row until the caller's transaction ends: what is decided on it,
    and on what hangs on it, still holds when it is written.

    SQLite has let in only one writer by now; PostgreSQL locks the row, and the second waits.
    """
    own = type(row)
    db.session.execute(select(own.id).where(own.id == row.id).with_for_update())


class Prepared(Protocol[Result_co]):
    """What was worked out from what was read, and is still to be written."""

    def still_holds(self) -> bool:
        """Return whether what it was worked out from is still so; takes the locks it needs."""

    def write(self) -> Result_co:
        """Write it, in the transaction that is open."""


class OnlyUnderLock(Exception):
    """What is to be worked out has to write something on the way."""


class _BeginAgain(Exception):
    """Something was changed between reading and writing."""


def prepared(work: Callable[[], Prepared[Result]]) -> Result:
    """Let ``work`` read and work out what is to be written while others can write; then take the
    write lock, compare, and write; or begin again. The third time it is worked out under the lock.

    Nothing that was decided before the lock is written unless it still holds under it.
    """
    for _ in range(2):
        try:
            found = work()
        except OnlyUnderLock:
            break
        except BaseException:
            # What was tried in memory is not what is there.
            db.session.rollback()
            raise
        try:
            with transaction():
                if not found.still_holds():
                    raise _BeginAgain
                return found.write()
        except _BeginAgain:
            claim = _claim()
            if claim is not None:
                claim.is_tried = False
    with transaction():
        return work().write()


def database_answers() -> bool:
    """Return whether the database answers a question about one of its tables within 2 seconds."""
    session = db.session
    try:
        if session.connection().dialect.name == "postgresql":
            session.execute(text("SET LOCAL statement_timeout = 2000"))
        session.execute(text("SELECT count(*) FROM job_run"))
    except (*AWAY, DBAPIError) as error:
        log.error("the database does not answer: %s", type(error).__name__)
        return False
    return True


@contextmanager
def without_objects() -> Iterator[Connection]:
    """Give a connection of its own to ``core.outbox_queue``, which runs a few statements for each
    of many letters: a transaction of the session would cost several times as much as they do.

    Each block of a transaction begun on it is one unit of work, as ``transaction()`` is.
    """
    with db.engine.connect() as connection:
        yield connection


@contextmanager
def rehearsal(touched: Touched) -> Iterator[None]:
    """Open a unit of work that is always rolled back, and for which nobody has to wait.

    SQLite lets one connection write at a time, so there ``touched`` is copied first into temporary
    tables. Of two tables of one name SQLite takes the temporary one: inside the block these rows
    are all there is of their tables, whatever changes them changes a copy, and everything else is
    read where it is. PostgreSQL holds up nobody but who changes the same rows, and needs no copy.

    Raises ``RuntimeError`` as ``transaction()`` does.
    """
    session = db.session
    _let_go()
    connection = session.connection()
    try:
        if connection.dialect.name == "sqlite":
            _copy(connection, touched)
        yield
    finally:
        session.rollback()


def _let_go() -> None:
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside a transaction")
    claim = _claim()
    if claim is not None and claim.is_held:
        claim.settle()
    session.rollback()


def _claim() -> Claim | None:
    found = g.get("claim") if has_request_context() else None
    return found if isinstance(found, Claim) else None


def _copy(connection: Connection, touched: Touched) -> None:
    # Every select is answered before the first copy can stand in for what it asks about.
    found = {
        model.metadata.tables[model.__tablename__]: list(connection.scalars(which))
        for model, which in touched.items()
    }
    for table, ids in found.items():
        _copy_table(connection, table, ids)


def _copy_table(connection: Connection, table: Table, ids: list[int]) -> None:
    """Cover a table with a temporary one that holds these of its rows, and its newest row too, so
    that no new row is given the id of another one.
    """
    alike = table.to_metadata(MetaData())
    made = str(CreateTable(alike, include_foreign_key_constraints=[]).compile(connection))
    connection.exec_driver_sql(made.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
    for index in sorted(alike.indexes, key=lambda one: str(one.name)):
        connection.execute(CreateIndex(index))
    names, whole = ", ".join(table.columns.keys()), f"main.{table.name}"
    connection.exec_driver_sql(
        f"INSERT INTO temp.{table.name} ({names}) SELECT {names} FROM {whole} WHERE id IN "  # noqa: S608 - the names are those of our own models
        f"(SELECT value FROM json_each(?)) OR id = (SELECT max(id) FROM {whole})",
        (json.dumps(ids),),
    )
