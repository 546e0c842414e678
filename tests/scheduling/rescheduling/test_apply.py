"""Changes of a run as people and calendars are told of them, and undone."""

from datetime import date, datetime, time, timedelta

import pytest

from core.db import db
from core.errors import DomainError
from core.outbox import OutgoingMail, Promise
from core.transaction import transaction
from groups.models import Membership, MembershipState, Person
from scheduling.attendance import answers
from scheduling.dates.recurrence import EveryWeeks, MonthlyByWeekday
from scheduling.feeds import contents
from scheduling.letters.bulk_invitations import issue_due
from scheduling.models import Answer, Invitation, PeerSession, Reply, Reversal, Series
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.apply import apply
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from scheduling.rescheduling.preview import preview
from scheduling.rescheduling.session_plans import conflicts_with
from tests import build
from tests.scheduling.made_runs import a_run, change, days, everything, sessions_of, undo, welcomed
from tests.scheduling.post import Opened, all_left, full, letters, only, sequence, told
from tests.scheduling.queries import counted

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

PAUSE = timedelta(minutes=11)
SIX, HALF_PAST_SEVEN = time(18), time(19, 30)


def joined(series: Series, at: datetime) -> Membership:
    """Dev, who has come while a change can still be undone, and has got his letters."""
    return welcomed(series, "Dev", at, joined_at=at)


def read(letter: Opened) -> str:
    return letter.text.replace("\r\n", "\n")


def a_week_later(series: Series, now: datetime) -> ChangePlan:
    return session_plans.shift_days(sessions_of(series)[0], Scope.ALL, 7, now=now)


def say(session: PeerSession, membership: Membership, now: datetime) -> None:
    with transaction():
        answers.give(session, membership, Answer.COMING, now=now)


def test_several_new_dates_are_one_letter_and_one_update_for_each_entry(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    done = change(lambda: a_week_later(series, now), by=amara)

    to_member = letters(to=member.person)
    assert [(one.kind, one.method) for one in to_member] == [
        ("new_dates", None),
        *[("moved", "REQUEST")] * 3,
    ]
    assert [one.kind for one in letters(to=amara)] == ["new_dates"]
    assert done.letters == 5
    assert {one.row.parcel for one in letters()} == {to_member[0].row.parcel}
    assert {one.row.due_at for one in letters()} == {done.leaves_at}


def test_the_letter_lists_what_was_and_what_is(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    change(lambda: a_week_later(series, now), by=amara)

    letter = only("new_dates", member=member)
    assert letter.subject == "New dates"
    assert (
        "Thursday 17 December, 6pm to 7:30pm, UK time\n"
        "  before: Thursday 10 December, 6pm to 7:30pm, UK time\n"
    ) in read(letter)
    assert letter.text.count("before:") == 6
    assert "Thursday evenings" not in letter.text + letter.html


def test_f15_i6_moved_entries_keep_their_uid_and_raise_their_sequence(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    uids = [row.uid for row in db.session.query(Invitation).order_by(Invitation.id)]

    change(lambda: a_week_later(series, now), by=amara)

    updates = letters("moved", to=member.person)
    assert [str(one.event["UID"]) for one in updates] == uids
    assert [sequence(one) for one in updates] == [1, 1, 1]
    assert [one.event.start for one in updates] == [
        session.starts_at for session in sessions_of(series)[:3]
    ]


def test_one_change_is_told_as_ever(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    second = sessions_of(series)[1]

    change(lambda: session_plans.shift_days(second, Scope.ONE, 1, now=now), by=amara)

    assert [(one.kind, one.method) for one in letters(to=member.person)] == [("moved", "REQUEST")]


def test_cancelling_several_takes_out_only_what_a_calendar_holds(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    change(lambda: session_plans.cancel(sessions_of(series)[2], Scope.FOLLOWING, now=now), by=amara)

    letter = only("new_dates", member=member)
    assert [one.method for one in letters("cancelled", to=member.person)] == ["CANCEL"]
    assert letter.text.count("UK time") == 4
    assert "Cancelled:\nThursday 11 February 2027" in read(letter)


def test_i10_sessions_put_back_come_under_a_new_uid(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    first, dead = sessions_of(series)[0], {row.uid for row in db.session.query(Invitation)}
    change(lambda: session_plans.cancel(first, Scope.ALL, now=now), by=amara)
    all_left(now)

    change(lambda: session_plans.reinstate(first, Scope.ALL, now=now), by=amara)

    back = letters("reinstated", to=member.person)
    assert [(one.method, sequence(one)) for one in back] == [("REQUEST", 0)] * 3
    assert dead.isdisjoint({str(one.event["UID"]) for one in back})
    assert told(member)[-1] == (2, 0, "REQUEST")


def test_an_added_date_is_invited_to_when_it_can_no_longer_be_undone(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    on = date(2026, 12, 3)
    change(
        lambda: session_plans.add_date(series, on=on, starts=SIX, ends=HALF_PAST_SEVEN, now=now),
        by=amara,
    )
    with transaction():
        at_once = issue_due(now)
    all_left(now)
    with transaction():
        later = issue_due(now + PAUSE)

    assert (at_once, later) == (0, 1)
    assert only("invitation", member=member).event.start.date() == on


def test_i8_another_time_keeps_the_old_answer_and_asks_anew(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    first = sessions_of(series)[0]
    say(first, member, now)

    change(lambda: a_week_later(series, now), by=amara)

    reply = db.session.query(Reply).one()
    assert (reply.answer, reply.is_earlier) == (Answer.COMING, True)
    assert first.asked_anew_at == now
    assert answers.count(first, now=now).coming == 0


def test_another_zone_that_changes_no_moment_asks_nobody_and_is_not_told(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    first = sessions_of(series)[0]
    say(first, member, now)
    changed_at = first.dates_changed_at

    def plan() -> ChangePlan:
        return session_plans.set_hours(
            first,
            Scope.ONE,
            starts=time(13),
            ends=time(14, 30),
            time_zone="America/New_York",
            now=now,
        )

    assert plan().matters is False
    done = change(plan, by=amara)

    assert (done.letters, letters()) == (0, [])
    assert (first.zone_name, first.dates_changed_at) == ("America/New_York", changed_at)
    assert answers.count(first, now=now).coming == 1


def test_undoing_puts_everything_back_and_keeps_every_letter_here(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    say(sessions_of(series)[0], member, now)
    stood, columns = everything(series), (series.pattern, series.first_on, series.sessions)

    done = change(lambda: a_week_later(series, now), by=amara)
    taken_back = undo(done, series, by=amara, now=now + timedelta(minutes=5))

    assert (taken_back, letters()) == (5, [])
    assert everything(series) == stood
    assert (series.pattern, series.first_on, series.sessions) == columns
    assert [reply.is_earlier for reply in db.session.query(Reply)] == [False]
    assert told(member) == [(1, 1, "REQUEST")] * 3


@pytest.mark.parametrize(
    "worked_out",
    [
        lambda rows, now: series_plans.set_pattern(
            rows[0], EveryWeeks(2), scope=Scope.ALL, now=now
        ),
        lambda rows, now: series_plans.set_pattern(rows[2], MonthlyByWeekday(1, 1), now=now),
        lambda rows, now: series_plans.end_after(rows[2], now=now),
        lambda rows, now: series_plans.extend(rows[0].series, more=3, now=now),
        lambda rows, now: series_plans.extend(rows[0].series, more=None, now=now),
        lambda rows, now: series_plans.pause(
            rows[0].series,
            from_on=date(2027, 1, 1),
            until_on=date(2027, 2, 28),
            make_up=True,
            now=now,
        ),
        lambda rows, now: session_plans.add_date(
            rows[0].series, on=date(2027, 1, 5), starts=SIX, ends=time(19), now=now
        ),
        lambda rows, now: session_plans.set_hours(
            rows[2], Scope.FOLLOWING, starts=SIX, ends=time(19), time_zone="UTC", now=now
        ),
    ],
)
def test_undoing_any_change_leaves_no_trace(  # type: ignore[no-untyped-def]  # a plan from rows
    series: Series, member: Membership, amara: Person, now: datetime, worked_out
) -> None:
    stood = everything(series)
    columns = (series.leave_outs, series.starts, series.time_zone, series.sessions)

    done = change(lambda: worked_out(sessions_of(series), now), by=amara)
    assert everything(series) != stood
    undo(done, series, by=amara)

    assert everything(series) == stood
    assert (series.leave_outs, series.starts, series.time_zone, series.sessions) == columns
    assert letters() == []
    assert db.session.query(Reversal).count() == 0


def test_h4_a_feed_says_it_changed_when_an_added_date_is_undone(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    feed, _ = build.a_feed(member.person)
    on = date(2027, 1, 5)
    done = change(
        lambda: session_plans.add_date(series, on=on, starts=SIX, ends=time(19), now=now), by=amara
    )
    with_it = contents.read(feed, now=now)

    later = now + timedelta(minutes=5)
    undo(done, series, by=amara, now=later)

    without = contents.read(feed, now=later)
    assert with_it.body != without.body
    assert without.changed_at > with_it.changed_at


def test_whoever_joined_in_between_is_told_what_the_dates_are_after_all(
    series: Series, amara: Person, now: datetime
) -> None:
    done = change(lambda: a_week_later(series, now), by=amara)
    dev = joined(series, now + timedelta(minutes=1))

    undo(done, series, by=amara, now=now + timedelta(minutes=2))

    kinds = [(one.kind, one.method) for one in letters()]
    assert kinds == [("new_dates", None), *[("moved", "REQUEST")] * 3]
    letter = only("new_dates", member=dev)
    assert "Thursday 10 December, 6pm to 7:30pm, UK time\n  before: Thursday 17" in read(letter)


def test_whoever_joined_in_between_loses_an_added_date_that_is_undone(
    series: Series, amara: Person, now: datetime
) -> None:
    on = date(2026, 12, 3)
    done = change(
        lambda: session_plans.add_date(series, on=on, starts=SIX, ends=time(19), now=now), by=amara
    )
    dev = joined(series, now + timedelta(minutes=1))

    undo(done, series, by=amara, now=now + timedelta(minutes=2))

    to_dev = letters(to=dev.person)
    assert [(one.kind, one.method) for one in to_dev] == [
        ("new_dates", None),
        ("cancelled", "CANCEL"),
    ]
    assert on not in days(series)


def test_applying_the_same_change_twice_is_refused_the_second_time(
    series: Series, amara: Person, now: datetime
) -> None:
    last = sessions_of(series)[2]
    change(lambda: series_plans.end_after(last, now=now), by=amara)

    with pytest.raises(DomainError, match="how it is already"), transaction():
        apply(series_plans.end_after(last, now=now), by=amara, now=now)


def test_a_second_change_replaces_the_updates_of_the_first(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    change(lambda: a_week_later(series, now), by=amara)

    change(lambda: a_week_later(series, now + timedelta(minutes=1)), by=amara)

    updates = letters("moved", to=member.person)
    assert [sequence(one) for one in updates] == [2, 2, 2]
    assert [one.event.start.date() for one in updates] == days(series)[:3]
    assert only("new_dates", member=member).text.count("before:") == 6


def test_a_rehearsal_shows_the_letter_and_changes_nothing(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    stood = everything(series)

    found = preview(lambda: apply(a_week_later(series, now), by=amara, now=now), series.cohort)

    assert found.letters == 5
    assert found.message is not None
    assert found.message.subject == "New dates"
    assert everything(series) == stood


def test_a_rehearsal_shows_nothing_that_somebody_else_posts_meanwhile(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    theirs = {
        "key": "theirs",
        "kind": "code",
        "promise": Promise.ONCE,
        "message_id": "<a@b>",
        "message_index": "a",
    }
    moments = {"created_at": now, "due_at": now}

    def act() -> None:
        # On PostgreSQL what others have committed is seen by every later statement.
        db.session.add(OutgoingMail(recipient="o@example.org", body=b"1", **theirs, **moments))
        db.session.flush()
        apply(a_week_later(series, now), by=amara, now=now)

    found = preview(act, series.cohort)

    assert found.letters == 5
    assert found.message is not None
    assert found.message.subject == "New dates"


def test_a_rehearsal_shows_whoever_looks_their_own_letter(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    with transaction():
        member.person.time_zone = "America/New_York"

    def shown_to(person: Person) -> str:
        found = preview(
            lambda: apply(a_week_later(series, now), by=amara, now=now),
            series.cohort,
            own=person.email,
        )
        return str(found.message)

    assert "your time" in shown_to(member.person)
    assert "your time" not in shown_to(amara)


def test_somebody_with_full_detail_reads_the_name_and_others_do_not(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    dev = welcomed(series, "Dev", now)
    full(dev.person)

    change(lambda: a_week_later(series, now), by=amara)

    assert "Thursday evenings" in only("new_dates", member=dev).text
    assert "Thursday evenings" not in only("new_dates", member=member).text


def test_somebody_who_is_paused_hears_nothing(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    with transaction():
        member.state = MembershipState.PAUSED

    change(lambda: a_week_later(series, now), by=amara)

    assert letters(to=member.person) == []


def test_clashes_come_from_own_groups_and_what_the_run_leaves_out(
    series: Series, member: Membership, amara: Person, now: datetime
) -> None:
    a_run(build.a_cohort(amara, name="Fridays"), first=date(2026, 12, 17), count=1, leave_outs={})
    secret = build.a_cohort(build.a_facilitator("Olga"), name="Secret")
    build.a_member(secret, member.person)
    a_run(secret, first=date(2026, 12, 17), count=1, leave_outs={})
    build.a_session(build.a_series(build.a_cohort(amara, name="Mondays")), date(2026, 12, 28))

    week = conflicts_with(a_week_later(series, now), series, amara)
    monday = session_plans.shift_days(sessions_of(series)[0], Scope.ONE, 18, now=now)

    assert week == []
    assert conflicts_with(monday, series, amara) == [
        "Monday 28 December is left out of this run: "
        "Boxing Day (substitute day) in England and Wales.",
        "You have Mondays at that time on Monday 28 December.",
    ]


def test_a_long_run_and_many_members_take_a_bounded_number_of_queries(
    now: datetime,
) -> None:
    every_second_week = {"kind": "weeks", "weeks": 2}
    olga = build.a_facilitator("Olga")
    series = a_run(build.a_cohort(olga), count=30, pattern=every_second_week, leave_outs={})
    for name in ("Amina", "Dev", "Gita", "Hana", "Ivo", "Jo", "Kit", "Lou"):
        welcomed(series, name, now)

    with counted() as statements:
        done = change(lambda: a_week_later(series, now), by=olga)

    pairs, people = 24, 9
    assert done.letters == pairs + people
    # Letters and updates cost their share; the 216 pairs no calendar holds cost nothing.
    assert len(statements) < 20 * done.letters + 4 * 30
