"""Ten thousand pasted lists, each mixed from what several programs copy."""

from tests.core.pasting import look_at


def test_in_ten_thousand_mixtures_nobody_is_lost_and_nobody_renamed() -> None:
    look_at(range(10_000))
