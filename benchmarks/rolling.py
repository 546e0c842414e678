"""Rolling runs forward: 10 000 groups that go on, a year at a time."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.installation import installation
from benchmarks.report import Row, limited
from benchmarks.world import cohort_row, fill
from core.db import public_id
from core.encryption import key_ring
from groups.models import Cohort
from scheduling.dates.closures import Division, LeaveOuts
from scheduling.models import Series
from scheduling.runs.rolling import roll_forward_due

YEAR = timedelta(days=365)
YEARS = 3
HOURS = 6


def measure(
    folder: Path, groups: int, now: datetime, limit: float, database_url: str | None = None
) -> list[Row]:
    """Plan so many groups for their first 15 months, and then roll them forward year by year."""
    with installation(folder, database_url):
        ring = key_ring()
        fill(Cohort, (cohort_row(ring, number, now) for number in range(1, groups + 1)))
        fill(Series, _runs(groups, now))
        roll_forward_due(now)
        seconds, added = [], 0
        for year in range(1, YEARS + 1):
            begun = process_time()
            added = roll_forward_due(now + year * YEAR)
            seconds.append(process_time() - begun)
        begun = process_time()
        again = roll_forward_due(now + YEARS * YEAR)
        idle = process_time() - begun
    where = "PostgreSQL" if database_url else "SQLite"
    words = f"Rolling {groups:,} groups forward 12 months on {where}"
    return [
        limited(words, seconds, limit, "s of processor time", at_least=False),
        Row(
            f"The same once more, on {where}",
            "0 rows",
            f"{again} rows after {added:,}, in {idle:.3f} s",
            met=again == 0,
        ),
    ]


def _runs(groups: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield monthly runs on every weekday of every week, at six hours, some without August."""
    for number in range(1, groups + 1):
        starts = time(15 + number % HOURS, 30 * (number % 2))
        pattern = {
            "kind": "monthly",
            "weekday": number % 5,
            "nth": (1, 2, 3, 4, -1)[number // 5 % 5],
        }
        leave_outs = LeaveOuts(Division.ENGLAND_AND_WALES, august=number % 3 == 0)
        yield {
            "id": number,
            "public_id": public_id(),
            "cohort_id": number,
            "pattern": pattern,
            "first_on": now.date() + timedelta(days=1 + number % 28),
            "starts": starts,
            "ends": starts.replace(hour=starts.hour + 1),
            "time_zone": "Europe/London",
            "leave_outs": leave_outs.to_json(),
            "exceptions": {},
            "created_at": now,
        }
