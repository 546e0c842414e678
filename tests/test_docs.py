"""What documents say about the code is what the code says."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from core import config
from docs import tables
from scheduling.jobs import JOBS

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
#: Documents that name files of ours; what is recorded of the past may name what has gone.
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "benchmarks" / "README.md",
]
NAMED = re.compile(
    r"`((?:core|groups|scheduling|templates|static|migrations|tests|docs|benchmarks)/[\w./-]*)`"
)
OF_THE_PAST = {"names.md"}


def test_operations_has_the_tables_that_the_code_makes() -> None:
    assert tables.written(OPERATIONS) == OPERATIONS, "run: make docs"
    assert OPERATIONS.count(": written by make docs -->") == len(tables.TABLES)


def test_tables_name_every_setting_and_every_job() -> None:
    settings, jobs = "\n".join(tables.settings()), "\n".join(tables.jobs())

    assert re.findall(r"^\| `(\w+)`", settings, re.MULTILINE) == list(config.SETTINGS)
    assert re.findall(r"^\| `([\w-]+)`", jobs, re.MULTILINE) == [job.name for job in JOBS]


def test_a_stale_table_is_written_anew() -> None:
    stale = "before\n<!-- jobs: written by make docs -->\nold\n<!-- end -->\nafter\n"

    assert tables.written(stale).startswith("before\n<!-- jobs: written by make docs -->\n| Job |")
    assert tables.written(stale).endswith("|\n<!-- end -->\nafter\n")


@pytest.mark.parametrize(
    ("every", "words"),
    [
        (timedelta(seconds=0.5), "twice a second"),
        (timedelta(seconds=5), "every 5 seconds"),
        (timedelta(minutes=1), "every minute"),
        (timedelta(minutes=90), "every 90 minutes"),
        (timedelta(hours=1), "every hour"),
        (timedelta(days=1), "every day"),
    ],
)
def test_intervals_in_words(every: timedelta, words: str) -> None:
    assert tables.how_often(every) == words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_files_that_are_there(document: Path) -> None:
    named = NAMED.findall(document.read_text()) if document.name not in OF_THE_PAST else []

    assert [path for path in named if not (ROOT / path).exists()] == []
