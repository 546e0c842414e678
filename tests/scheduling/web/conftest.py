"""A member of one group with one session, for the tests of the member's pages."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask

from groups.models import Membership, Person, Role
from scheduling.models import PeerSession
from tests.build import a_cohort, a_member, a_person, a_series, a_session
from tests.conftest import NOW
from tests.page import PageClient

Browser = Callable[[Person], PageClient]


@pytest.fixture
def frozen() -> Iterator[None]:
    """Let a test happen at one moment."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member(app: Flask) -> Membership:
    """Somebody with a place in a group that Amara and Tom facilitate."""
    cohort = a_cohort()
    a_member(cohort, a_person("Tom"), Role.CO_FACILITATOR)
    return a_member(cohort)


@pytest.fixture
def session(member: Membership) -> PeerSession:
    """The first session of that group."""
    return a_session(a_series(member.cohort))


@pytest.fixture
def visitor(frozen: None, member: Membership, signed_in: Browser) -> PageClient:
    """That person's browser."""
    return signed_in(member.person)
