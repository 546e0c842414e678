"""The cast that most tests share, each made when a test asks for them and not before.

Amara facilitates a group; Amina belongs to it; it has a run with one session, on Thursday 10
December. A test that needs them otherwise says how by asking for one more fixture, or changes what
it was given.
"""

import pytest
from flask import Flask

from groups.models import Cohort, Membership, Person
from scheduling.models import Feed, KeptBy, PeerSession, Series
from tests import build
from tests.scheduling.post import kept_by


@pytest.fixture
def amara(app: Flask) -> Person:
    """Who facilitates."""
    return build.a_facilitator()


@pytest.fixture
def amara_keeps_no_calendar(amara: Person) -> None:
    """Amara uses neither calendar, so that letters are the member's."""
    kept_by(amara, KeptBy.NEITHER)


@pytest.fixture
def cohort(amara: Person) -> Cohort:
    """Her group, open."""
    return build.a_cohort(amara)


@pytest.fixture
def amina(cohort: Cohort) -> Membership:
    """Amina's place in it."""
    return build.a_member(cohort)


@pytest.fixture
def member(amina: Membership) -> Membership:
    """The member whom a test is about."""
    return amina


@pytest.fixture
def series(cohort: Cohort) -> Series:
    """The group's run on second Thursdays, still without sessions."""
    return build.a_series(cohort)


@pytest.fixture
def session(series: Series) -> PeerSession:
    """The first session of the group's run, Thursday 10 December at 6pm, and the only one."""
    return build.a_session(series)


@pytest.fixture
def feed(member: Membership) -> Feed:
    """The private link of the member."""
    return build.a_feed(member.person)[0]
