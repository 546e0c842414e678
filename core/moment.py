"""The one place that reads the clock for a page, a command or a job."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.db import db


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def now_for_jobs() -> datetime:
    """Return this moment, aware, in UTC, from the database if it has a clock of its own: then a
    machine whose clock is wrong sends nothing that is not due.
    """
    if db.engine.dialect.name != "postgresql":
        return now()
    try:
        with db.engine.connect() as connection:
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    except SQLAlchemyError:
        # The job meets the same trouble, and says so.
        return now()
    return moment.astimezone(UTC)
