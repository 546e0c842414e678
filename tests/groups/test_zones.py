"""How time zones are called, and in which order they are offered."""

import pytest

from groups.zones import is_zone, say_zone, zone_groups


@pytest.mark.parametrize(
    ("zone_name", "said"),
    [
        ("Europe/London", "UK time"),
        ("Europe/Dublin", "Irish time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("Australia/Lord_Howe", "Lord Howe time"),
        ("Etc/UTC", "UTC"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_said_by_its_country_or_its_place(zone_name: str, said: str) -> None:
    assert say_zone(zone_name) == said


def test_zones_that_are_often_used_come_first() -> None:
    often, *others = zone_groups().items()

    assert (often[0], often[1][:2]) == (
        "Often used",
        (("Europe/London", "UK time"), ("Europe/Dublin", "Irish time")),
    )
    assert ("Asia/Kolkata", "Kolkata") in dict(others)["Asia"]


def test_no_zone_is_offered_twice() -> None:
    names = [name for zones in zone_groups().values() for name, _ in zones]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "known"),
    [("Asia/Kolkata", True), ("Mars/Olympus", False), ("", False), (None, False), ("GMT", False)],
)
def test_only_zones_named_after_places_can_be_picked(name: str | None, known: bool) -> None:
    assert is_zone(name) is known
