"""``transaction()``: the only commit in the code base, and its plain sister for sending mail."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from core.db import db


@contextmanager
def transaction() -> Iterator[None]:
    """Open one unit of work; commit when the block ends, roll back when it raises.

    What was read before is let go and read again inside, under the write lock on SQLite
    (``BEGIN IMMEDIATE``), so nothing is decided on a stale copy. Verbs never open one; pages,
    jobs and commands do.

    Raises ``RuntimeError`` if rows were changed before the block, as those changes would be lost.
    """
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside a transaction")
    session.rollback()
    session.connection(execution_options={"writes": True})
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def without_objects() -> Iterator[Connection]:
    """Give a connection of its own to ``core.outbox_queue``, which runs a few statements for each
    of many letters: a transaction of the session would cost several times as much as they do.

    Each block of a transaction begun on it is one unit of work, as ``transaction()`` is.
    """
    with db.engine.connect() as connection:
        yield connection
