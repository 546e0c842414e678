"""The made-up data: every state is on show, whenever they are loaded, and nothing is lost."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Person
from scheduling.dates.recurrence import MonthlyByWeekday
from scheduling.demo import runs as demo_runs
from scheduling.demo import story as demo_story
from scheduling.demo import world as demo
from scheduling.demo.mail import deliver, read, send_now
from scheduling.models import PeerSession, SessionState
from tests.conftest import NOW


def described() -> dict[str, Any]:
    """Return what a program is told about the demo."""
    return demo.describe(NOW)


def states_of(group: str) -> list[str]:
    """Return the states of the sessions of a group in order."""
    found = next(one for one in described()["groups"] if one["name"] == group)
    return [session["status"] for session in found["sessions"]]


@pytest.mark.usefixtures("demo_app")
def test_three_groups_show_every_state() -> None:
    assert states_of("Thursday evenings") == (
        ["held"] * 3 + ["planned", "moved", "cancelled"] + ["planned"] * 6
    )
    assert states_of("Wednesday early") == ["planned"] * 6
    assert states_of("Tuesday lunchtimes")[:4] == ["held", "held", "held", "planned"]
    assert len(states_of("Tuesday lunchtimes")) >= 15


@pytest.mark.usefixtures("demo_app")
def test_the_next_session_is_about_nineteen_days_away() -> None:
    found = next(one for one in described()["groups"] if one["name"] == "Thursday evenings")

    assert found["sessions"][3] == {
        "starts_at": "2026-12-10T18:00:00Z",
        "ends_at": "2026-12-10T19:30:00Z",
        "status": "planned",
    }


@pytest.mark.usefixtures("demo_app")
def test_everybody_who_can_be_tried_is_described() -> None:
    people = described()["people"]

    roles = {person["name"]: person["roles"] for person in people}
    assert len(people) == 23
    assert set(people[0]) == {"name", "email", "roles", "sign_in_path", "feed_paths"}
    assert roles["Amara"] == ["facilitator"]
    assert roles["Tom"] == ["co-facilitator"]
    assert roles["Amina"] == ["member"]
    assert roles["Sol"] == ["operator"]
    assert roles["Noor"] == ["invited"]
    assert json.loads(json.dumps(described())) == described()


@pytest.mark.usefixtures("demo_app")
def test_one_letter_came_back_and_one_waits() -> None:
    found = Counter((letter.recipient, letter.state) for letter in demo.mailbox())

    assert found["kit@people.example", "refused"] == 1
    assert found["theo@people.example", "waiting"] == 1
    assert {state for _, state in found} == {"left", "refused", "waiting"}


@pytest.mark.usefixtures("demo_app")
def test_letters_hold_calendar_parts_that_can_be_read() -> None:
    moved = next(
        letter
        for letter in demo.mailbox("amina@people.example")
        if letter.kind == "moved" and letter.state == "left"
    )

    reading = read(moved.raw, now=NOW)

    assert message_from_bytes(moved.raw)["To"] == "amina@people.example"
    assert [part.method for part in reading.calendars] == ["REQUEST"]
    assert reading.calendars[0].words[:2] == (
        "REQUEST: asks for an answer",
        "Private appointment, Wednesday 13 January 2027, 6pm to 7:30pm, UK time",
    )


@pytest.mark.usefixtures("demo_app")
def test_sending_now_lets_a_letter_leave_before_its_pause_is_over() -> None:
    waiting = next(letter for letter in demo.mailbox() if letter.waits)

    with transaction():
        send_now(waiting.public_id, now=NOW)
    deliver(NOW)

    states = {letter.public_id: letter.state for letter in demo.mailbox()}
    assert states[waiting.public_id] == "left"


@pytest.mark.usefixtures("demo_app")
def test_loading_again_keeps_what_is_there_and_afresh_begins_again() -> None:
    before = set(db.session.scalars(select(Person.public_id)))

    kept = demo.load(NOW, afresh=False)
    same = set(db.session.scalars(select(Person.public_id)))
    loaded = demo.load(NOW + timedelta(days=1), afresh=True)

    after = set(db.session.scalars(select(Person.public_id)))
    assert (kept, loaded) == (False, True)
    assert same == before
    assert len(after) == len(before)
    assert not after & before


@pytest.mark.usefixtures("demo_app")
def test_the_demo_knows_how_old_its_dates_are() -> None:
    assert demo.age(NOW + timedelta(days=3)) == timedelta(days=3)


@pytest.mark.usefixtures("demo_app")
def test_what_happened_is_what_the_clock_would_have_made() -> None:
    # A second round of all jobs at the same moment has nothing left to do.
    with time_machine.travel(NOW, tick=False):
        letters = db.session.scalar(select(func.count(OutgoingMail.id)))
        demo_story.run_jobs(NOW)

    assert db.session.scalar(select(func.count(OutgoingMail.id))) == letters
    under_way = select(func.count()).where(OutgoingMail.state == MailState.DUE)
    assert db.session.scalar(under_way) == 1


@pytest.mark.parametrize(
    "now",
    [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=offset) for offset in range(0, 730, 9)],
    ids=lambda now: f"{now:%Y-%m-%d}",
)
def test_runs_have_three_sessions_behind_them_whatever_the_day(now: datetime) -> None:
    for set_up, days_ahead in ((demo_runs.thursday(now), 19), (demo_runs.tuesday(now), 10)):
        over = [held for held in demo_runs.sessions_until(set_up, now) if held.ends_at < now]
        coming = demo_runs.sessions_until(set_up, now + timedelta(days=40))[len(over)]

        assert isinstance(set_up.pattern, MonthlyByWeekday)
        assert len(over) == 3
        assert abs((coming.starts_at - now).days - days_ahead) <= 10


@pytest.mark.usefixtures("demo_app")
def test_a_cancelled_session_stays_to_be_seen(demo_app: Flask) -> None:
    cancelled = select(PeerSession).where(PeerSession.state == SessionState.CANCELLED)

    assert [one.number for one in db.session.scalars(cancelled)] == [6]


@pytest.mark.usefixtures("demo_app")
def test_a_yes_from_a_letter_can_be_seen_and_signs_nobody_in() -> None:
    [nia] = [person for person in described()["people"] if person["name"] == "Nia"]

    assert nia["roles"] == ["yes, from the e-mail"]
    assert nia["sign_in_path"].startswith("/i/")
    assert nia["feed_paths"] == []
