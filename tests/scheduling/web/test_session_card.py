"""What pages show of a session, in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from core.transaction import transaction
from scheduling.attendance.answers import Said
from scheduling.models import Answer, PeerSession, PlaceKind, Series, SessionState
from scheduling.web.home.pages.words import say_facilitators, say_members, say_readers
from scheduling.web.session_card import (
    NO_LINK,
    PromptCard,
    YearCell,
    card,
    change_lines,
    prompt_card,
    year_cells,
)
from tests.build import a_cohort, a_facilitator, a_prompt, a_series, a_session

FEBRUARY = date(2027, 2, 18)


def test_a_link_that_cannot_be_read_is_said_and_not_linked_to(session: PeerSession) -> None:
    with transaction():
        assert session.series is not None
        session.series.room_sealed = b"1\x02k1" + b"x" * 40

    shown = card(session, now=session.starts_at, room=session.room_link)

    assert shown.room_url is None
    assert shown.place_words == NO_LINK


def test_the_next_session_says_when_where_and_how_far_off(
    session: PeerSession, now: datetime
) -> None:
    shown = card(session, now=now)

    assert (shown.state, shown.date_words, shown.times_words, shown.until_words) == (
        "next",
        "Thursday 10 December",
        "6pm to 7:30pm, UK time",
        "in 19 days",
    )
    assert (shown.place_words, shown.room_words, shown.room_url) == (
        "Online",
        "from 5:50pm",
        None,
    )


def test_the_room_is_only_on_a_page_that_was_given_it(session: PeerSession) -> None:
    url = session.room_link

    assert card(session, now=session.starts_at, room=url).room_url == url
    assert card(session, now=session.starts_at).room_url is None


def test_a_reader_who_may_not_know_the_place_gets_none(session: PeerSession) -> None:
    for now in (session.starts_at, session.starts_at - timedelta(days=1)):
        shown = card(session, now=now, places=False)

        assert (shown.place_words, shown.room_url, shown.room_words) == (None, None, None)


def test_a_session_can_have_a_place_of_its_own(series: Series, now: datetime) -> None:
    session = a_session(series, place="The other room", room="https://rooms.example/other")

    assert card(session, now=now).place_words == "Online: The other room"
    assert session.room_link == "https://rooms.example/other"


def test_a_room_with_a_door_has_no_link(app: Flask) -> None:
    series = a_series(a_cohort(), place_kind=PlaceKind.IN_PERSON, place="Room 4")

    session = a_session(series)

    shown = card(session, now=session.starts_at, room=session.room_link)

    assert (shown.place_words, shown.room_words, shown.room_url) == ("Room 4", None, None)


def test_a_session_held_another_way_than_its_run_says_so(app: Flask) -> None:
    behind_a_door = a_series(a_cohort(), place_kind=PlaceKind.IN_PERSON, place="Room 4")
    own: dict[str, Any] = {"place": "Gray’s Inn", "room": "https://rooms.example/other"}
    online = a_session(behind_a_door, place_kind=PlaceKind.ONLINE, **own)
    on_line = a_series(a_cohort(a_facilitator("Tom")))
    in_person = a_session(on_line, place_kind=PlaceKind.IN_PERSON, **own)

    there = card(online, now=online.starts_at, room=online.room_link)
    behind = card(in_person, now=in_person.starts_at, room=in_person.room_link)

    assert (there.place_words, there.room_url) == ("Online: Gray’s Inn", own["room"])
    assert (behind.place_words, behind.room_url) == ("Gray’s Inn", None)


def test_a_moved_session_says_from_which_day(series: Series, now: datetime) -> None:
    before = datetime(2027, 2, 11, 18, 0, tzinfo=UTC)
    session = a_session(series, FEBRUARY, moved_from_at=before)

    shown = card(session, now=now)

    assert (shown.state, shown.date_words) == ("moved", "Thursday 18 February 2027")
    assert shown.moved_words == "Moved from Thursday 11 February 2027."


def test_a_session_moved_within_its_day_says_from_which_time(
    session: PeerSession, now: datetime
) -> None:
    with transaction():
        session.moved_from_at = session.starts_at - timedelta(hours=1)

    assert card(session, now=now).moved_words == "Moved from 5pm."


def test_a_session_moved_back_is_not_moved(session: PeerSession, now: datetime) -> None:
    with transaction():
        session.moved_from_at = session.starts_at

    assert (card(session, now=now).state, card(session, now=now).moved_words) == ("next", None)


def test_states_follow_the_clock_and_the_facilitator(session: PeerSession) -> None:
    ten_in_the_morning = session.starts_at - timedelta(hours=8)

    assert card(session, now=ten_in_the_morning).state == "today"
    assert card(session, now=session.ends_at).state == "past"
    with transaction():
        session.state = SessionState.CANCELLED
    assert card(session, now=ten_in_the_morning).state == "cancelled"


def test_the_clocks_are_mentioned_around_the_day_on_which_they_change(series: Series) -> None:
    session = a_session(series, date(2027, 4, 1))

    assert card(session, now=datetime(2027, 3, 24, 9, 0, tzinfo=UTC)).clock_note == (
        "The clocks go forward on Sunday 28 March. "
        "It is 6pm, UK time, by the clock before and after."
    )
    away = a_session(series, date(2027, 2, 11), number=2)
    assert card(away, now=datetime(2027, 2, 1, 9, 0, tzinfo=UTC)).clock_note is None


def test_a_reader_in_another_zone_sees_their_own_time_as_well(
    session: PeerSession, now: datetime
) -> None:
    shown = card(session, now=now, reader_zone="America/New_York")

    assert shown.times_words == "6pm to 7:30pm, UK time (1pm your time)"
    assert (shown.room_words, shown.zone_name) == ("from 5:50pm, UK time", "")
    assert card(session, now=now, reader_zone="Europe/London").zone_name == "Europe/London"


def test_an_answer_shows_what_was_said(session: PeerSession, now: datetime) -> None:
    assert card(session, now=now, answered=Said(Answer.UNSURE)).answer == "unsure"
    assert card(session, now=now).answer is None


def test_an_answer_to_an_earlier_time_is_said_and_pressed_nowhere(
    session: PeerSession, now: datetime
) -> None:
    shown = card(session, now=now, answered=Said(earlier=Answer.UNSURE))

    assert (shown.answer, shown.earlier_words) == (
        None,
        "You were not sure about the earlier time.",
    )


def test_the_year_marks_what_is_over_next_moved_and_cancelled(series: Series) -> None:
    sessions = [
        a_session(series, date(2026, 12, 10)),
        a_session(series, date(2027, 1, 14), state=SessionState.CANCELLED),
        a_session(series, date(2027, 1, 21)),
        a_session(series, FEBRUARY, moved_from_at=datetime(2027, 2, 11, 18, 0, tzinfo=UTC)),
        a_session(series, date(2027, 3, 11)),
    ]

    assert year_cells(sessions, now=datetime(2027, 1, 2, 9, 0, tzinfo=UTC)) == [
        YearCell("Dec", "10", "past"),
        YearCell("Jan", "14", "cancelled"),
        YearCell("Jan", "21", "next"),
        YearCell("Feb", "18", "moved", "Moved from Thursday 11 February"),
        YearCell("Mar", "11"),
    ]


def test_changes_to_come_are_said_one_by_one(series: Series, now: datetime) -> None:
    sessions = [
        a_session(series, FEBRUARY, moved_from_at=datetime(2027, 2, 11, 18, 0, tzinfo=UTC)),
        a_session(series, date(2027, 3, 11)),
        a_session(series, date(2027, 4, 8), state=SessionState.CANCELLED),
    ]

    assert change_lines(sessions, now=now) == [
        "Thursday 18 February 2027 was moved from Thursday 11 February 2027.",
        "Thursday 8 April 2027 is cancelled.",
    ]


def test_prompts_are_shown_with_their_theme_once_they_can_be_seen(
    session: PeerSession, now: datetime
) -> None:
    with transaction():
        session.theme = "collective-care"
    a_prompt(session, "Who carried you this month?")
    hidden = prompt_card(session)
    with transaction():
        session.prompts_shown_at = now

    assert hidden == PromptCard()
    assert prompt_card(session).words == ("Who carried you this month?",)
    assert prompt_card(session).title


def test_prompts_of_a_theme_nobody_knows_have_no_title(app: Flask, now: datetime) -> None:
    session = a_session(a_series(a_cohort()), theme="gone", prompts_shown_at=now)
    a_prompt(session, "Who carried you this month?")

    assert prompt_card(session) == PromptCard(None, ("Who carried you this month?",))


@pytest.mark.parametrize(
    ("names", "words", "readers"),
    [
        ([], "", "Only facilitators see your answer"),
        (["Amara"], "Amara facilitates.", "Only Amara sees your answer"),
        (["Amara", "Tom"], "Amara and Tom facilitate.", "Only Amara and Tom see your answer"),
    ],
)
def test_facilitators_are_named_as_people_say_it(
    names: list[str], words: str, readers: str
) -> None:
    assert (say_facilitators(names), say_readers(names)) == (words, readers)


@pytest.mark.parametrize(
    ("members", "pqe_most", "words"),
    [
        (0, 10, "No members yet."),
        (1, 10, "One member, within ten years of qualifying."),
        (7, 10, "Seven members, all within ten years of qualifying."),
        (7, 1, "Seven members, all within one year of qualifying."),
        (14, 15, "14 members, all within 15 years of qualifying."),
        (7, None, "Seven members."),
    ],
)
def test_the_size_of_a_group_is_said_in_words(
    members: int, pqe_most: int | None, words: str
) -> None:
    assert say_members(members, pqe_most) == words
