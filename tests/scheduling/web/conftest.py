"""A group that Amara and Tom facilitate, and the browsers of who visits its pages."""

from collections.abc import Callable

import pytest

from groups.models import Cohort, Membership, Person, Role
from tests.build import a_member, a_person
from tests.page import PageClient
from tests.scheduling.web.runs import Run, a_run

Browser = Callable[[Person], PageClient]


@pytest.fixture
def tom(cohort: Cohort) -> Membership:
    """Tom's place in the group, which he facilitates too."""
    return a_member(cohort, a_person("Tom"), Role.CO_FACILITATOR)


@pytest.fixture
def member(tom: Membership, amina: Membership) -> Membership:
    """Amina, in a group that Amara and Tom facilitate."""
    return amina


@pytest.fixture
def visitor(clock: object, member: Membership, signed_in: Browser) -> PageClient:
    """The browser of that member."""
    return signed_in(member.person)


@pytest.fixture
def amaras_browser(amara: Person, signed_in: Browser) -> PageClient:
    """The browser of who facilitates."""
    return signed_in(amara)


@pytest.fixture
def run(amara: Person) -> Run:
    """Amara's group with two members and six sessions to come."""
    return a_run(amara)
