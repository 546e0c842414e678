"""What the operator's page asks the database: never anything of the letters that have left."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select

from groups.models import Person
from scheduling.operating import counts, oldest_due, parked_seen_by
from tests.conftest import NOW
from tests.plans import steps_of

#: Each holds the letters of one state and no others.
PARTIAL = (
    *("ix_outgoing_mail_due", "ix_outgoing_mail_lane"),
    *("ix_outgoing_mail_sending", "ix_outgoing_mail_parked"),
)
READS = re.compile(r"(SEARCH|SCAN|Scan) .*outgoing_mail")


@pytest.mark.parametrize(
    ("asked", "reads"),
    [(counts(), 3), (oldest_due(NOW), 1), (parked_seen_by(Person(id=1)).limit(50), 1)],
    ids=["how many", "since when", "set aside"],
)
def test_what_has_left_is_never_gone_through(app: Flask, asked: Select[Any], reads: int) -> None:
    steps = steps_of(asked)

    about_letters = [step for step in steps if READS.search(step)]
    by_index = [step for step in about_letters if any(name in step for name in PARTIAL)]
    assert (by_index, len(by_index)) == (about_letters, reads), steps
