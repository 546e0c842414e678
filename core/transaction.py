"""``transaction()``: the only commit in the code base."""

from collections.abc import Iterator
from contextlib import contextmanager

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
