"""Forgetting on time: rules that say what is kept for how long, and the job that applies them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select

from core.db import db
from core.transaction import transaction

BATCH = 500


@dataclass(frozen=True)
class Rule:
    """One line of the retention table.

    ``due`` selects the ids of what has been kept long enough at a moment; ``forget`` deletes or
    blanks them. ``words`` stand on the privacy page and in the dry run.
    """

    name: str
    words: str
    due: Callable[[datetime], Select[int]]
    forget: Callable[[list[int]], None]


def purge(rules: Sequence[Rule], now: datetime, *, dry_run: bool = False) -> dict[str, int]:
    """Apply every rule, a batch to a transaction; returns how many rows each one met.

    A dry run counts and changes nothing.
    """
    counts = {rule.name: _apply(rule, now, dry_run) for rule in rules}
    if not dry_run and any(counts.values()):
        _empty_log()
    return counts


def _apply(rule: Rule, now: datetime, dry_run: bool) -> int:
    if dry_run:
        return len(db.session.scalars(rule.due(now)).all())
    total = 0
    while True:
        with transaction():
            ids = list(db.session.scalars(rule.due(now).limit(BATCH)))
            if not ids:
                return total
            rule.forget(ids)
        total += len(ids)


def _empty_log() -> None:
    # Deleted text stays readable in SQLite's write-ahead log until it is truncated.
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.rollback()
            driver = connection.connection.dbapi_connection
            if driver is not None:
                driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
