"""``make docs``: write the tables of settings and jobs into operations.md, from the code.

Each stands between two comments, the first of which says its name. A test fails when what stands
there is not what the code says.
"""

import re
from datetime import timedelta
from pathlib import Path

from core.settings import MEANINGS
from scheduling.jobs import JOBS

OPERATIONS = Path(__file__).parent / "operations.md"
UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def settings() -> list[str]:
    """Return the table of settings, line by line."""
    rows = [f"| `{name}` | {words} |" for name, words in MEANINGS.items()]
    return ["| Setting | Meaning |", "| --- | --- |", *rows]


def jobs() -> list[str]:
    """Return the table of jobs, line by line, in the order in which ``flask tick`` runs them."""
    rows = [f"| `{job.name}` | {job.words} | {how_often(job.every)} |" for job in JOBS]
    return ["| Job | What it counts | How often |", "| --- | --- | --- |", *rows]


TABLES = {"settings": settings, "jobs": jobs}


def how_often(every: timedelta) -> str:
    """Say an interval in words: "every 5 minutes", "twice a second"."""
    for unit, length in UNITS:
        if every % length == timedelta(0):
            count = every // length
            return f"every {unit}" if count == 1 else f"every {count} {unit}s"
    if every == timedelta(seconds=0.5):
        return "twice a second"
    return f"every {every.total_seconds():g} seconds"


def written(text: str) -> str:
    """Return a document with each of its tables as the code has it; raises ``KeyError`` for the
    name of a table that nobody makes.
    """

    def table(match: re.Match[str]) -> str:
        lines = "\n".join(TABLES[match[2]]())
        return f"{match[1]}{lines}{match[3]}"

    marked = r"(<!-- (\w+): written by make docs -->\n).*?(\n<!-- end -->)"
    return re.sub(marked, table, text, flags=re.DOTALL)


def main() -> None:
    """Write the tables anew."""
    OPERATIONS.write_text(written(OPERATIONS.read_text()))


if __name__ == "__main__":
    main()
