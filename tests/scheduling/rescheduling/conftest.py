"""A run of six sessions, with somebody whose calendar has the next three of them."""

from datetime import datetime

import pytest

from groups.models import Cohort, Membership
from scheduling.models import PeerSession, Series
from tests import build
from tests.scheduling.made_runs import a_run, welcomed


@pytest.fixture
def series(cohort: Cohort) -> Series:
    """Six second Thursdays from 10 December on."""
    return a_run(cohort)


@pytest.fixture
def member(series: Series, now: datetime) -> Membership:
    """Amina, whose calendar has the next three sessions."""
    return welcomed(series, "Amina", now)


@pytest.fixture
def session(cohort: Cohort, amina: Membership) -> PeerSession:
    """Thursday 10 December, of a run without other sessions; Amina belongs to the group."""
    return build.a_session(build.a_series(cohort))
