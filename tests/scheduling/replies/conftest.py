"""Sam, whose address the messages of calendar programs come from."""

import pytest

from groups.models import Cohort, Membership
from tests import build
from tests.scheduling.answered import SAM


@pytest.fixture
def member(cohort: Cohort) -> Membership:
    """Sam, who belongs to the group."""
    return build.a_member(cohort, build.a_person("Sam", SAM))
