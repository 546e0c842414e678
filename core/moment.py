"""The one place that reads the clock for a page or a command."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)
