"""Every form that changes something, sent thirty times at the same moment."""

import pytest

from core.form_keys import ONCE
from tests.scheduling import test_sent_twice as twice
from tests.scheduling.unsafe_forms import FORMS

empty_database, kept_world = twice.empty_database, twice.kept_world
world, stage = twice.world, twice.stage

TIMES = 30


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_a_form_sent_thirty_times_at_once_does_what_it_does_once(
    stage: twice.Stage, endpoint: str
) -> None:
    once = twice.outcome(stage, endpoint, times=1)

    often = twice.outcome(stage, endpoint, times=TIMES)

    assert often.rows == once.rows
    assert often.says <= once.says | {ONCE, FORMS[endpoint].second or ONCE}
    assert often.undos == TIMES * once.undos
