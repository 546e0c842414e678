"""Which calendar fits which machine, and what each is given."""

from urllib.parse import unquote

import pytest

from scheduling.calendars.subscribing import HOW_SOON, OTHERS, Machine, machine_of, ways, webcal_of
from tests.scheduling.devices import ANDROID, CHROMEBOOK, IPHONE, LINUX, MAC, WINDOWS

URL = "https://alcove.example/cal/s3cret-token/calendar.ics"


@pytest.mark.parametrize(
    ("user_agent", "machine"),
    [
        (IPHONE, Machine.APPLE),
        (MAC, Machine.APPLE),
        (ANDROID, Machine.ANDROID),
        (CHROMEBOOK, Machine.ANDROID),
        (WINDOWS, Machine.WINDOWS),
        (LINUX, Machine.OTHER),
        ("", Machine.OTHER),
    ],
)
def test_a_machine_is_known_by_what_its_browser_says(user_agent: str, machine: Machine) -> None:
    assert machine_of(user_agent) == machine


@pytest.mark.parametrize(
    ("platform", "machine"),
    [
        ('"Windows"', Machine.WINDOWS),
        ('"macOS"', Machine.APPLE),
        ('"Android"', Machine.ANDROID),
        ('"Chrome OS"', Machine.ANDROID),
        ('"Linux"', Machine.OTHER),
    ],
)
def test_the_plainer_header_is_asked_first(platform: str, machine: Machine) -> None:
    assert machine_of("", platform) == machine
    assert machine_of(WINDOWS, '"macOS"') == Machine.APPLE


@pytest.mark.parametrize(
    ("machine", "keys"),
    [
        (Machine.APPLE, ["apple", "google", "outlook", "outlook-work"]),
        (Machine.ANDROID, ["google", "apple", "outlook", "outlook-work"]),
        (Machine.WINDOWS, ["outlook", "apple", "google", "outlook-work"]),
        (Machine.OTHER, ["apple", "google", "outlook", "outlook-work"]),
    ],
)
def test_the_link_that_fits_the_machine_comes_first(machine: Machine, keys: list[str]) -> None:
    assert [way.key for way in ways(URL, machine, reachable=True)] == keys


def test_every_link_leads_to_the_same_feed() -> None:
    addresses = {way.key: unquote(way.url) for way in ways(URL, Machine.APPLE, reachable=True)}

    assert addresses == {
        "apple": webcal_of(URL),
        "google": f"https://calendar.google.com/calendar/r?cid={webcal_of(URL)}",
        "outlook": f"https://outlook.live.com/calendar/0/addfromweb?url={URL}&name=Calendar",
        "outlook-work": f"https://outlook.office.com/calendar/0/addfromweb?url={URL}&name=Calendar",
    }
    assert webcal_of(URL) == "webcal://alcove.example/cal/s3cret-token/calendar.ics"


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (Machine.APPLE, "Add to Apple Calendar"),
        (Machine.WINDOWS, "Add to a calendar app here"),
        (Machine.ANDROID, "Add to a calendar app here"),
    ],
)
def test_where_nobody_can_come_only_the_machine_itself_is_offered(
    machine: Machine, words: str
) -> None:
    (way,) = ways(URL, machine, reachable=False)

    assert (way.words, way.url) == (words, webcal_of(URL))


def test_the_programs_people_ask_about_have_a_line_each() -> None:
    assert [program.name for program in HOW_SOON] == ["Apple", "Outlook", "Google"]
    assert [program.name for program in OTHERS[:3]] == [
        "Thunderbird",
        "Proton Calendar",
        "Nextcloud",
    ]
