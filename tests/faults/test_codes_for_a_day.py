"""A whole day on which a stranger asks and guesses, and Amina signs in ten times."""

from datetime import datetime, timedelta

from tests.groups.test_codes_under_attack import (
    Stranger,
    live_through,
    look_at_what_reached_her,
    stranger,
)

__all__ = ["stranger"]


def test_known_and_new_browsers_are_in_five_times_of_five(
    stranger: Stranger,
    now: datetime,
) -> None:
    waits = live_through(stranger, now, hours=24, every=5)

    assert waits[::2] == [timedelta(0)] * 5
    assert len(waits[1::2]) == 5
    assert max(waits) <= timedelta(minutes=15)
    look_at_what_reached_her(most_a_day=20)
