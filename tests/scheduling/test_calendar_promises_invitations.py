"""Invitations as they really leave: a member's calendar is told, and told again, by RFC 5546."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.transaction import transaction
from groups.models import Membership
from scheduling.attendance import answers
from scheduling.letters import resend
from scheduling.models import Answer, PeerSession, PlaceKind
from scheduling.places import departures
from scheduling.places.readdressing import change_address
from scheduling.reflection import prompts
from tests import build
from tests.scheduling import changed
from tests.scheduling.post import Opened, all_left, full, invite, letters, only

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

HOUR = timedelta(hours=1)


@pytest.fixture
def session(session: PeerSession, member: Membership, now: datetime) -> PeerSession:
    """A session that stands in the member's calendar."""
    invite(session, member, now)
    return session


def change(session: PeerSession, verb: Any, now: datetime, **values: Any) -> None:
    """Let the facilitator change something and tell everybody."""
    with transaction():
        verb(session, **values, now=now, by=session.cohort.memberships[0].person)


def move(session: PeerSession, on: date, now: datetime) -> None:
    """Move the session to another day."""
    hours = {"starts": build.series_of(session).starts, "ends": build.series_of(session).ends}
    change(session, changed.move, now, on=on, **hours)


def place(session: PeerSession, where: str, now: datetime) -> None:
    """Let the session meet elsewhere."""
    kind = PlaceKind.ONLINE
    change(session, changed.change_place, now, place_kind=kind, place=where, room=None)


def say(member: Membership, session: PeerSession, answer: Answer, now: datetime) -> None:
    """Answer on the page."""
    with transaction():
        answers.give(session, member, answer, now=now)


def told_of(letter: Opened) -> tuple[str | None, int]:
    """Method and SEQUENCE of a letter's calendar part."""
    return letter.method, int(letter.event["SEQUENCE"])


def every_part(member: Membership) -> list[Opened]:
    """Every letter with a calendar part that was ever posted to this member."""
    return [one for one in letters(to=member.person, waiting=False) if one.method is not None]


def test_i2_two_members_get_two_events_that_know_nothing_of_each_other(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    other = build.a_member(member.cohort, build.a_person("Dev"))
    invite(session, other, now)

    [mine], [theirs] = every_part(member), every_part(other)

    assert str(mine.event["UID"]) != str(theirs.event["UID"])
    assert str(mine.event["ATTENDEE"]) == f"mailto:{mine.to}"
    assert str(theirs.event["ATTENDEE"]) == f"mailto:{theirs.to}"
    assert theirs.to.encode() not in mine.row.body + mine.event.to_ical()


def test_i3_every_message_about_one_event_has_the_same_organiser(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    move(session, date(2026, 12, 11), now)
    all_left(now)
    change(session, changed.cancel, now)

    told = every_part(member)

    assert [told_of(one) for one in told] == [("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2)]
    assert {str(one.event["ORGANIZER"]) for one in told} == {"mailto:hello@alcove.example"}
    assert len({str(one.event["UID"]) for one in told}) == 1


def test_i4_an_update_that_leaves_the_time_carries_the_answer(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    full(member.person)
    say(member, session, Answer.COMING, now)

    place(session, "Room 9", now)

    updated = only("place", member=member)
    assert told_of(updated) == ("REQUEST", 1)
    assert updated.event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_i5_stamps_rise_with_every_message_even_within_a_second(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    for day in (11, 12, 14):
        move(session, date(2026, 12, day), now)
        all_left(now)

    stamps = [one.event["DTSTAMP"].dt for one in every_part(member)]

    assert stamps == sorted(set(stamps))
    assert len(stamps) == 4


def test_i6_new_times_place_and_state_each_raise_the_sequence_by_one(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    full(member.person)
    move(session, date(2026, 12, 11), now)
    all_left(now)
    place(session, "Room 9", now)
    all_left(now)
    change(session, changed.cancel, now)

    sequences = [int(one.event["SEQUENCE"]) for one in every_part(member)]

    assert sequences == [0, 1, 2, 3]


def test_i6_sending_again_after_a_change_keeps_its_sequence(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    move(session, date(2026, 12, 11), now)
    all_left(now)

    with transaction():
        assert resend.send_again(session, member, now=now + HOUR)

    *_, moved, again = every_part(member)
    assert told_of(moved) == told_of(again) == ("REQUEST", 1)
    assert moved.event["DTSTAMP"].dt < again.event["DTSTAMP"].dt
    assert moved.event["DTSTART"].dt == again.event["DTSTART"].dt


def test_i7_another_prompt_alone_is_mailed_to_nobody(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    full(member.person)
    with transaction():
        session.prompts_shown_at = now
        prompts.add_prompt(session, "What carried you?", now=now)

    assert letters() == []


def test_i8_a_new_time_asks_anew_and_a_new_place_does_not(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    full(member.person)
    say(member, session, Answer.COMING, now)
    place(session, "Room 9", now)
    all_left(now)
    assert answers.said(session, member, now=now).answer == Answer.COMING

    move(session, date(2026, 12, 11), now)

    asked = only("moved", member=member).event["ATTENDEE"].params
    said = answers.said(session, member, now=now)
    assert (asked["PARTSTAT"], asked["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    assert (said.answer, said.earlier) == (None, Answer.COMING)
    assert answers.count(session, now=now).coming == 0


@pytest.mark.parametrize("how", ["cancelled", "left", "removed", "paused"])
def test_i9_whoever_has_the_event_is_told_that_it_is_off(
    session: PeerSession, member: Membership, now: datetime, how: str
) -> None:
    move(session, date(2026, 12, 11), now)
    all_left(now)
    going = {"left": departures.depart, "removed": changed.remove, "paused": departures.pause}

    if how == "cancelled":
        change(session, changed.cancel, now)
    else:
        with transaction():
            going[how](member, now=now)

    first, moved, off = every_part(member)
    assert told_of(off) == ("CANCEL", 2)
    assert str(off.event["STATUS"]) == "CANCELLED"
    for name in ("UID", "ORGANIZER", "ATTENDEE"):
        assert str(off.event[name]) == str(first.event[name])
    for name in ("DTSTART", "DTEND"):
        assert off.event[name].dt == moved.event[name].dt
    assert off.event.subcomponents == []


def test_i9_leaving_tells_nobody_elses_calendar(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    other = build.a_member(member.cohort, build.a_person("Dev"))
    invite(session, other, now)

    with transaction():
        departures.depart(member, now=now)

    assert [one.to for one in letters()] == [member.person.email]


def test_i10_what_is_put_back_has_another_identifier_and_begins_at_0(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    change(session, changed.cancel, now)
    all_left(now)

    change(session, changed.reinstate, now)

    first, off, back = every_part(member)
    assert (told_of(off), told_of(back)) == (("CANCEL", 1), ("REQUEST", 0))
    assert str(first.event["UID"]) == str(off.event["UID"]) != str(back.event["UID"])


def test_i11_another_address_gets_events_of_its_own(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    former = member.person.email
    with transaction():
        change_address(member.person, "amina@elsewhere.example", tell_former=True, now=now)

    [off] = letters("withdrawn")
    [there] = letters("invitation")
    assert (off.to, told_of(off)) == (former, ("CANCEL", 1))
    assert (there.to, told_of(there)) == ("amina@elsewhere.example", ("REQUEST", 0))
    assert str(off.event["UID"]) != str(there.event["UID"])
    assert str(there.event["ATTENDEE"]) == "mailto:amina@elsewhere.example"


def test_i13_events_end_and_never_last(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    change(session, changed.cancel, now)

    for one in every_part(member):
        assert one.event["DTEND"].dt - one.event["DTSTART"].dt == timedelta(minutes=90)
        assert "DURATION" not in one.event


def test_i14_messages_about_one_event_are_one_thread_in_the_order_they_were_written(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        assert resend.send_again(session, member, now=now)
    change(session, changed.cancel, now + timedelta(seconds=1))

    told = [one.row for one in every_part(member)]

    assert len({row.thread for row in told}) == 1
    assert [row.id for row in told] == sorted(row.id for row in told)
