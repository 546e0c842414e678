"""Whatever happens to a run, in whatever order: rows, feeds and mail say the same to everybody.

Lists of acts are made up, replayed, and looked at from outside. ``ALCOVE_EXAMPLES=500`` tries that
many new ones; without it the same few are tried each time.
"""

import os
from datetime import timedelta
from itertools import chain

import pytest
import time_machine
from flask import Flask, current_app
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.db import db
from core.errors import DomainError
from core.transaction import transaction
from groups.models import Person
from scheduling.keeping.diaries import feed_token
from scheduling.models import KeptBy
from tests.conftest import BASE_URL
from tests.scheduling.acts import Act, Move, OfAMember, Undo, Wait
from tests.scheduling.changing_world import RUNS, Seen, World, oracle
from tests.scheduling.mail_clients import Times, shown_in_feed, shown_in_feed_by_ics
from tests.scheduling.run_acts import ANY_ACT, Readdress

AHEAD = 3
MORE = os.environ.get("ALCOVE_EXAMPLES")
ANYTHING = settings(
    max_examples=int(MORE or 14),
    derandomize=MORE is None,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
runs = st.sampled_from(sorted(RUNS))
acts = st.lists(ANY_ACT, min_size=6, max_size=12)


@pytest.fixture(autouse=True)
def _in_an_app(app: Flask) -> None:
    """All examples share one database, emptied before each."""


def empty_database() -> None:
    """Forget everything that an earlier example did."""
    db.session.rollback()
    with transaction():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
    db.session.remove()


#: Once found by chance: an address that changes while a change of the dates can be undone.
READDRESSED = [Move(0, 1, 18), Readdress("Amina", True), Wait(timedelta(minutes=2)), Undo()]


@ANYTHING
@given(runs, acts)
@example("five months", READDRESSED)
def test_f15_i6_any_changes_leave_rows_feeds_and_mail_in_agreement(
    run: str, todo: list[Act | Wait]
) -> None:
    empty_database()
    world = World(run)

    seen = world.seen()
    for act in todo:
        seen = play(world, act, seen)
    world.settle()

    world.inboxes.assert_read_alike()
    for person in chain(world.people.values(), [world.leader]):
        feed_agrees(world, person)
        mail_agrees(world, person)
    for address, told in world.left_behind.items():
        assert not told or coming_by_mail(world, address) == []


def play(world: World, act: Act | Wait, before: dict[int, Seen]) -> dict[int, Seen]:
    """Let one thing happen, and look at what it did to everybody's feed and to the past.

    ``before`` is what the feeds showed until then; returns what they show now.
    """
    over, then, refused = world.over(), world.now, False
    if isinstance(act, Wait):
        world.wait(act.how_long)
    else:
        try:
            with transaction():
                act.do(world)
        except DomainError:
            refused = True
    after = world.seen()
    assert not refused or after == before, "what was refused changes nothing"
    assert world.over()[: len(over)] == over, "what is over never changes"
    for person_id, seen in after.items():
        assert_rises(before[person_id], seen, world.now - then)
    for person_id in untouched(world, act) & before.keys():
        assert after[person_id].body == before[person_id].body, "nobody else's feed changes"
    return after


def untouched(world: World, act: Act | Wait) -> set[int]:
    """Whose feed an act may not change by a single byte."""
    if isinstance(act, OfAMember):
        return set(world.feeds) - {act.person(world).id}
    # Old dates leave every feed as time passes.
    return set() if isinstance(act, Wait) else {world.outsider.id}


def assert_rises(before: Seen, after: Seen, passed: timedelta) -> None:
    """What programs compare rises with every change that can be seen, and never falls."""
    for uid in before.entries.keys() & after.entries.keys():
        old, new = before.entries[uid], after.entries[uid]
        assert (old.sequence, old.modified) <= (new.sequence, new.modified)
        if old.visible != new.visible:
            assert old.sequence < new.sequence
            assert old.modified < new.modified
    if before.body == after.body:
        assert before.changed_at <= after.changed_at
    elif passed >= timedelta(minutes=1):
        assert before.changed_at < after.changed_at


def feed_agrees(world: World, person: Person) -> None:
    """The feed shows what is in the rows, to libraries that did not write it, and goes over the
    wire byte for byte, however often it is asked for.
    """
    seen = world.seen_by(person)
    assert shown_in_feed(seen.body) == oracle(world, person)
    if person is world.people["Amina"]:
        assert shown_in_feed_by_ics(seen.body) == oracle(world, person)
    url = f"/cal/{feed_token(world.feeds[person.id])}/calendar.ics"
    with time_machine.travel(world.now, tick=False):
        answers = [current_app.test_client().get(url, base_url=BASE_URL) for _ in range(3)]
    assert {answer.data for answer in answers} == {seen.body}
    assert {answer.last_modified for answer in answers} == {seen.changed_at}
    assert len({answer.headers["ETag"] for answer in answers}) == 1


def coming_by_mail(world: World, address: str) -> list[Times]:
    """The coming dates that stand in the calendar of somebody who knows our mail alone."""
    held = world.inboxes.standing(address)
    return [one.times for one in held if one.starts_at > world.now]


def mail_agrees(world: World, person: Person) -> None:
    """The calendar that knows our mail alone has what is planned, each once, and nothing else."""
    held = coming_by_mail(world, person.email)
    planned = [(session.starts_at, session.ends_at) for session in world.coming()]
    if not world.is_active(person):
        assert held == []
        return
    assert [times for times in held if times not in planned] == []
    assert all(held.count(times) <= planned.count(times) for times in held)
    diary = world.feeds[person.id].diary
    if diary.kept_by == KeptBy.INVITATIONS:
        assert [times for times in planned[:AHEAD] if times not in held] == []
