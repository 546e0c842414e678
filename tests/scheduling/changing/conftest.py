"""A run of six sessions with somebody whose calendar has the next three of them."""

from datetime import datetime

import pytest

from groups.models import Cohort, Membership, Person
from scheduling.models import Series
from tests.scheduling.made_runs import a_run, welcomed


@pytest.fixture
def series(cohort: Cohort) -> Series:
    """Six second Thursdays, facilitated by somebody who keeps no calendar here."""
    return a_run(cohort)


@pytest.fixture
def amara(series: Series) -> Person:
    """Who facilitates."""
    return series.cohort.memberships[0].person


@pytest.fixture
def member(series: Series, now: datetime) -> Membership:
    """Amina, whose calendar has the next three sessions."""
    return welcomed(series, "Amina", now)
