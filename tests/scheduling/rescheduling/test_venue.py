"""Where sessions meet: one of them, the following ones, or the whole run."""

from datetime import datetime

import pytest

from core.errors import DomainError
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.attendance import answers
from scheduling.models import Answer, PeerSession, PlaceKind, Series
from scheduling.rescheduling.apply import Change
from scheduling.rescheduling.change_plan import Scope
from tests.scheduling import changed
from tests.scheduling.made_runs import sessions_of, undo
from tests.scheduling.post import full, invite, letters

HIGH_STREET = "12 High Street"


def meet_at_high_street(
    which: Series | PeerSession,
    now: datetime,
    by: Person,
    scope: Scope = Scope.ONE,
    kind: PlaceKind = PlaceKind.IN_PERSON,
) -> Change:
    with transaction():
        return changed.change_place(
            which,
            place_kind=kind,
            place=HIGH_STREET,
            room=None,
            now=now,
            by=by,
            scope=scope,
        )


def places(series: Series) -> list[str]:
    return [one.where or "" for one in sessions_of(series)]


def test_one_session_may_meet_another_way_than_its_run(
    series: Series, amara: Person, now: datetime
) -> None:
    second = sessions_of(series)[1]

    meet_at_high_street(second, now, amara)

    assert [one.meets for one in sessions_of(series)[:3]] == [
        PlaceKind.ONLINE,
        PlaceKind.IN_PERSON,
        PlaceKind.ONLINE,
    ]
    assert (second.where, second.room) == (HIGH_STREET, "")
    assert series.place_kind == PlaceKind.ONLINE


def test_one_session_on_line_elsewhere_keeps_the_kind_of_its_run(
    series: Series, amara: Person, now: datetime
) -> None:
    second = sessions_of(series)[1]

    meet_at_high_street(second, now, amara, kind=PlaceKind.ONLINE)

    assert (second.place_kind, second.room) == (None, None)


def test_the_following_meet_elsewhere_and_the_earlier_stay(
    series: Series, amara: Person, now: datetime
) -> None:
    third = sessions_of(series)[2]

    meet_at_high_street(third, now, amara, Scope.FOLLOWING)

    assert places(series) == ["Online"] * 2 + [HIGH_STREET] * 4
    kinds = [one.meets for one in sessions_of(series)]
    assert kinds == [PlaceKind.ONLINE] * 2 + [PlaceKind.IN_PERSON] * 4


def test_a_session_with_a_place_of_its_own_keeps_it(
    series: Series, amara: Person, now: datetime
) -> None:
    fourth = sessions_of(series)[3]
    with transaction():
        fourth.place = "Room 4"

    meet_at_high_street(sessions_of(series)[2], now, amara, Scope.FOLLOWING)

    assert places(series)[3] == "Room 4"


def test_undoing_gives_everybody_the_former_place_back(
    series: Series, amara: Person, now: datetime
) -> None:
    stood = [(one.place, one.room, one.place_kind) for one in sessions_of(series)]

    done = meet_at_high_street(sessions_of(series)[2], now, amara, Scope.FOLLOWING)
    undo(done, series, by=amara, now=now)

    assert places(series) == ["Online"] * 6
    assert [(one.place, one.room, one.place_kind) for one in sessions_of(series)] == stood


def test_i8_another_place_asks_nobody_anew(
    series: Series, amina: Membership, amara: Person, now: datetime
) -> None:
    first = sessions_of(series)[0]
    with transaction():
        answers.give(first, amina, Answer.COMING, now=now)

    meet_at_high_street(series, now, amara)

    assert (answers.count(first, now=now).coming, first.asked_anew_at) == (1, None)


def test_letters_speak_of_the_first_session_that_is_elsewhere(
    series: Series, amina: Membership, amara: Person, now: datetime
) -> None:
    full(amina.person)
    rows = sessions_of(series)
    for session in rows[:4]:
        invite(session, amina, now)

    done = meet_at_high_street(rows[2], now, amara, Scope.FOLLOWING)

    to_member = letters(to=amina.person)
    assert sorted(one.event.start for one in to_member) == [one.starts_at for one in rows[2:4]]
    assert {one.event["LOCATION"] for one in to_member} == {HIGH_STREET}
    assert [one.subject for one in letters(to=amara)] == ["News about Thursday 11 February 2027"]
    assert done.letters == 3


def test_f10_another_room_in_the_same_place_leaves_feeds_alone(
    series: Series, amara: Person, now: datetime
) -> None:
    changed_at = [one.details_changed_at for one in sessions_of(series)]

    with transaction():
        changed.change_place(
            series,
            place_kind=PlaceKind.ONLINE,
            place="Online",
            room="https://rooms.example/another",
            now=now,
            by=amara,
        )

    assert [one.details_changed_at for one in sessions_of(series)] == changed_at


def test_the_place_that_is_there_already_is_refused(
    series: Series, amara: Person, now: datetime
) -> None:
    second = sessions_of(series)[1]
    meet_at_high_street(second, now, amara)

    with pytest.raises(DomainError, match="already"):
        meet_at_high_street(second, now, amara)
