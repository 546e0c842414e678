"""Rehearsals: the very letters of an act, nothing that stays, and nobody who has to wait."""

from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import text

from core.db import db
from core.mail import Mailbox
from core.outbox import MailState, OutgoingMail
from core.transaction import rehearsal, transaction
from groups.models import Cohort, PlaceOffer
from scheduling.dates.recurrence import EveryWeeks
from scheduling.models import Diary, KeptBy, PeerSession, PlaceKind, Series
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.apply import apply
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from scheduling.rescheduling.preview import LIMITS, NO_SECRET, SECRET, look_again_at, preview
from tests import build
from tests.scheduling import changed, invitations
from tests.scheduling.changed import end_group
from tests.scheduling.made_runs import a_run, everything, sessions_of
from tests.scheduling.post import all_left, full, kept_by, opened

#: An act on a run whose sessions are given, earliest first.
Act = Callable[[Series, list[PeerSession], datetime], object]
#: What is told to whom: the kind of a letter, its address, and its words but for secret links.
Told = list[tuple[str, str, str]]
SIX, SEVEN = time(18), time(19)


@pytest.fixture
def series(app: Flask, now: datetime) -> Series:
    """Six dates that four people keep in four ways, one of whom has no diary yet."""
    cohort = build.a_cohort()
    for name in ("Amina", "Dev", "Gita"):
        build.a_member(cohort, build.a_person(name))
    people = {place.person.name: place.person for place in cohort.memberships}
    full(people["Dev"])
    kept_by(people["Gita"], KeptBy.FEED)
    made = a_run(cohort)
    for place in cohort.memberships:
        with transaction():
            invitations.welcome(place, now=now)
    all_left(now)
    with transaction():
        db.session.delete(db.session.query(Diary).filter_by(person_id=people["Amara"].id).one())
    return made


def planned(work_out: Callable[[Series, list[PeerSession], datetime], ChangePlan]) -> Act:
    """Return the act of making a plan."""

    def act(series: Series, rows: list[PeerSession], now: datetime) -> object:
        plan, by = work_out(series, rows, now), series.cohort.memberships[0].person
        return apply(plan, by=by, now=now)

    return act


def _end(series: Series, _rows: list[PeerSession], now: datetime) -> object:
    return end_group(series.cohort, now=now, by=series.cohort.memberships[0].person)


def _move(series: Series, rows: list[PeerSession], now: datetime) -> object:
    on, by = date(2026, 12, 9), series.cohort.memberships[0].person
    return changed.move(rows[0], on=on, starts=SIX, ends=SEVEN, now=now, by=by)


def _place(series: Series, _rows: list[PeerSession], now: datetime) -> object:
    by = series.cohort.memberships[0].person
    where = {"place_kind": PlaceKind.IN_PERSON, "place": "The library", "room": None}
    return changed.change_place(series, **where, now=now, by=by)  # type: ignore[arg-type]  # one type a name


def _invite(series: Series, _rows: list[PeerSession], now: datetime) -> object:
    boxes = [Mailbox("", f"{name}@people.example") for name in ("one", "two")]
    return changed.invite(series.cohort, boxes, now=now)


ACTS = {
    "all a week later": planned(
        lambda _, rows, now: session_plans.shift_days(rows[0], Scope.ALL, 7, now=now)
    ),
    "one a day later": planned(
        lambda _, rows, now: session_plans.shift_days(rows[1], Scope.ONE, 1, now=now)
    ),
    "another rhythm": planned(
        lambda _, rows, now: series_plans.set_pattern(rows[1], EveryWeeks(2), now=now)
    ),
    "cancelled from the second on": planned(
        lambda _, rows, now: session_plans.cancel(rows[1], Scope.FOLLOWING, now=now)
    ),
    "three more": planned(lambda series, _, now: series_plans.extend(series, more=3, now=now)),
    "going on": planned(lambda series, _, now: series_plans.extend(series, more=None, now=now)),
    "a break": planned(
        lambda series, _, now: series_plans.pause(
            series, from_on=date(2027, 1, 1), until_on=date(2027, 2, 28), make_up=True, now=now
        )
    ),
    "an extra date": planned(
        lambda series, _, now: session_plans.add_date(
            series, on=date(2027, 1, 5), starts=SIX, ends=SEVEN, now=now
        )
    ),
    "the last but one is the last": planned(
        lambda _, rows, now: series_plans.end_after(rows[4], now=now)
    ),
    "moved by itself": _move,
    "another place": _place,
    "ended": _end,
    "two more people": _invite,
}


def due() -> Told:
    """What waits to be told, in the order in which it was posted."""
    rows = db.session.query(OutgoingMail).filter_by(state=MailState.DUE).order_by(OutgoingMail.id)
    return [(one.kind, one.to, SECRET.sub(NO_SECRET, one.text)) for one in map(opened, rows)]


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_a_rehearsal_tells_exactly_what_the_act_then_tells(
    series: Series, now: datetime, act: Act
) -> None:
    rehearsed: Told = []

    def trying() -> None:
        act(series, sessions_now(series), now)
        rehearsed.extend(due())

    found = preview(trying, series.cohort)
    nothing_left = due()
    with transaction():
        act(series, sessions_now(series), now)

    assert nothing_left == []
    assert rehearsed != []
    assert found.letters == len(rehearsed)
    assert rehearsed == due()


def sessions_now(series: Series) -> list[PeerSession]:
    """Every session, read in the unit of work that is open."""
    found = db.session.query(PeerSession).filter_by(series_id=series.id)
    return found.order_by(PeerSession.starts_at).all()


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_while_something_is_rehearsed_others_can_write(
    series: Series, now: datetime, act: Act
) -> None:
    """A lock would be waited for, for ten seconds, and then this raises."""

    def meanwhile() -> None:
        act(series, sessions_now(series), now)
        db.session.flush()
        with db.engine.connect().execution_options(writes=True) as other:
            other.execute(text("DELETE FROM throttle"))
            other.commit()

    assert preview(meanwhile, series.cohort).letters > 0


def test_a_rehearsal_leaves_no_trace(series: Series, now: datetime) -> None:
    stood = everything(series)
    preview(lambda: ACTS["another rhythm"](series, sessions_now(series), now), series.cohort)

    assert everything(series) == stood
    assert db.session.query(Diary).count() == 3


def test_what_an_act_raises_ends_its_rehearsal(series: Series, now: datetime) -> None:
    def trouble() -> None:
        _end(series, [], now)
        raise LookupError

    with pytest.raises(LookupError):
        preview(trouble, series.cohort)

    with transaction():
        series.cohort.name = "Written where it stays"
    assert db.session.query(Cohort).one().name == "Written where it stays"


def test_new_rows_of_a_rehearsal_take_nobodys_number(series: Series, now: datetime) -> None:
    others = build.a_cohort(build.a_facilitator("Olga"), name="Elsewhere")
    elsewhere = sessions_of(a_run(others))
    known = {one.id for one in elsewhere}
    seen: list[int] = []

    def act() -> None:
        ACTS["three more"](series, sessions_now(series), now)
        seen.extend(one.id for one in sessions_now(series))

    preview(act, series.cohort)

    assert (len(seen), known.isdisjoint(seen)) == (9, True)


def test_changes_made_before_a_rehearsal_are_not_lost_silently(series: Series) -> None:
    series.cohort.name = "Changed outside"

    with pytest.raises(RuntimeError), rehearsal({PlaceOffer: db.select(PlaceOffer.id)}):
        pass


def test_somebody_who_looks_too_often_is_asked_to_wait(series: Series, now: datetime) -> None:
    person = series.cohort.memberships[0].person
    with transaction():
        waits = [look_again_at(person, now=now) for _ in range(LIMITS[0].most + 1)]

    assert waits == [None] * LIMITS[0].most + [now + LIMITS[0].within]
