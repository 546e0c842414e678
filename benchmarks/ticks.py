"""A tick of the clock when nothing is due, however many letters the past holds."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.installation import installation
from benchmarks.report import Row, limited
from benchmarks.world import fill_quickly
from core.db import db, public_id
from core.delivery import deliver_due
from core.outbox import MailState, OutgoingMail, Promise
from core.outbox_statements import ANYTHING_TO_DO
from core.retention import purge
from scheduling.alerts import alert_due
from scheduling.jobs import JOBS
from scheduling.retention import RULES

CALLS = 200
ROUNDS = 7
MILLISECONDS = 1000
LETTER_RULES = tuple(rule for rule in RULES if rule.name.startswith("letter"))


def measure(
    folder: Path, letters: int, now: datetime, limit: float, database_url: str | None = None
) -> list[Row]:
    """Fill the outbox with letters that were sent in the last 90 days, and let the jobs look."""
    where = "PostgreSQL" if database_url else "SQLite"
    with installation(folder, database_url):
        fill_quickly(OutgoingMail, _past(letters, now))
        _analyse()
        looks: list[tuple[str, Callable[[], object]]] = [
            ("posting what is due", lambda: deliver_due(now)),
            ("whether the operator is needed", lambda: alert_due(now, JOBS)),
            ("what is to be forgotten", lambda: purge(LETTER_RULES, now)),
        ]
        times = {name: [_each(look) for _ in range(ROUNDS)] for name, look in looks}
        plan = _plan(now)
    words = f"A tick with {letters:,} past letters and nothing due, on {where}"
    first, *others = times.items()
    return [
        limited(words, first[1], limit, "ms", at_least=False),
        Row(f"Its plan on {where}", "its index", plan, met="ix_outgoing_mail_due" in plan),
        *(_reported(f"Job on {where}: {name}", values) for name, values in others),
    ]


def _past(letters: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(letters):
        # Its words were blanked a day after it left.
        sent_at = (now - timedelta(days=1, seconds=number * 7)).replace(microsecond=0)
        name = public_id()
        yield {
            "public_id": name,
            "key": f"invitation:{name}@alcove.example:0:20261121T090000Z",
            "kind": "invitation",
            "promise": Promise.MUST_ARRIVE,
            "state": MailState.SENT,
            "message_id_sealed": name.encode(),
            "message_index": name,
            "topic": f"group {number % 1000}",
            "addressee": f"member {number % 10_000}",
            "thread": f"session:{number // 12}:{number % 12}",
            "created_at": sent_at,
            "due_at": sent_at,
            "attempts": 1,
            "final_at": sent_at,
        }


def _each(look: Callable[[], object]) -> float:
    """Return the milliseconds one look takes, on the clock and so with the database's share."""
    begun = perf_counter()
    for _ in range(CALLS):
        look()
        db.session.rollback()
    return (perf_counter() - begun) / CALLS * MILLISECONDS


def _analyse() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _plan(now: datetime) -> str:
    """Return how the database goes about the look for what is due."""
    dialect = db.engine.dialect
    literal = ANYTHING_TO_DO.params(now=now).compile(
        dialect=dialect, compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    rows = db.session.connection().exec_driver_sql(f"{explain} {literal}").all()
    steps = [str(row[-1]).strip() for row in rows]
    return "; ".join(step for step in steps if "outgoing_mail" in step)


def _reported(words: str, values: list[float]) -> Row:
    middle = sorted(values)[len(values) // 2]
    spread = f"{min(values):.3g} to {max(values):.3g}"
    return Row(words, "reported", f"{middle:.3g} ms", spread)
