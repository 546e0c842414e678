"""Whatever is done within one pause: what leaves in the end says what is true, once, and no more.

Acts of the facilitator follow each other before anything can leave. Then everything leaves, and
each letter is compared with what its reader knew before and with what stands now.
``ALCOVE_EXAMPLES=500`` tries that many new lists.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Membership
from scheduling.dates.when import when
from scheduling.models import PeerSession
from scheduling.rescheduling.change_plan import Scope
from tests.scheduling.acts import Act, Cancel, Go, Move, MovePlace, PutBack, Undo
from tests.scheduling.changing_world import World
from tests.scheduling.post import opened
from tests.scheduling.run_acts import AddDate, CancelRun, ReinstateRun, Shift
from tests.scheduling.test_any_changes import empty_database

MORE = os.environ.get("ALCOVE_EXAMPLES")
ANYTHING = settings(
    max_examples=int(MORE or 12),
    derandomize=MORE is None,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
WHICH = st.integers(0, 2)
#: By the headings of a letter about several dates: whether what stands beneath takes place.
HEADINGS = {"Moved:": True, "Cancelled:": False, "On again:": True, "New:": True}
#: By the kind of a letter about one date: the same.
ALONE = {"moved": True, "reinstated": True, "cancelled": False, "place": True, "invitation": True}
ACTS = st.one_of(
    st.builds(Move, WHICH, st.sampled_from([-1, 1]), st.sampled_from([18, 9])),
    st.builds(Cancel, WHICH),
    st.builds(PutBack, WHICH),
    st.builds(MovePlace, WHICH, st.just("Room 4"), st.booleans()),
    st.builds(Shift, WHICH, st.just(Scope.ALL), st.sampled_from([-1, 1])),
    st.builds(CancelRun, WHICH, st.just(Scope.FOLLOWING)),
    st.builds(ReinstateRun, WHICH, st.just(Scope.FOLLOWING)),
    st.builds(AddDate, st.just(40), st.just(9)),
    st.builds(Go, st.just("Amina"), st.just("remove")),
    st.builds(Undo),
)


@pytest.fixture(autouse=True)
def _in_an_app(app: Flask) -> None:
    """All examples share one database, emptied before each."""


@dataclass(frozen=True)
class Said:
    """One date as a letter gives it, and whether it takes place."""

    words: str
    takes_place: bool


def lines_of(mail: OutgoingMail) -> Iterator[Said]:
    """Yield what one letter says of dates."""
    text = [line.strip() for line in opened(mail).text.splitlines()]
    if mail.kind == "new_dates":
        heading = None
        for line in text:
            heading = line if line in HEADINGS else None if not line else heading
            if heading and line != heading and not line.startswith("before:"):
                yield Said(line, HEADINGS[heading])
    elif mail.kind in ALONE:
        times = (" to ", "UK time")
        at = next(at for at, two in enumerate(text[1:]) if all(word in two for word in times))
        yield Said(f"{text[at]}, {text[at + 1]}", ALONE[mail.kind])


def words_of(session: PeerSession, mail: OutgoingMail) -> str:
    """A session as the reader of this letter is told of it."""
    told = when(
        session.starts_at, session.ends_at, session.zone_name, mail.created_at, "Europe/London"
    )
    return f"{told.date_words}, {told.times_words}"


def facts(world: World) -> dict[str, tuple[object, ...]]:
    """What everybody can know of each session."""
    return {one.public_id: (one.starts_at, one.ends_at, one.state) for one in world.sessions()}


def left_since(last: int, place: Membership) -> list[OutgoingMail]:
    """The letters to one person that have left since."""
    found = db.session.query(OutgoingMail).filter_by(
        addressee=place.public_id, state=MailState.SENT
    )
    return found.filter(OutgoingMail.id > last).order_by(OutgoingMail.id).all()


REMOVED_THEN_MOVED = [Move(0, 1, 18), Go("Amina", "remove"), Undo(), Undo()]


@ANYTHING
@given(st.lists(ACTS, min_size=2, max_size=4))
@example([Move(0, 1, 18), Move(0, -1, 18)])
@example([Move(0, 1, 18), Cancel(0), PutBack(0)])
@example([Shift(0, Scope.ALL, 1), Cancel(1)])
@example([AddDate(40, 9), CancelRun(0, Scope.FOLLOWING)])
@example([Cancel(0), Go("Amina", "remove"), Undo()])
@example(REMOVED_THEN_MOVED)
def test_what_leaves_after_any_acts_in_one_pause_is_true_and_said_once(acts: list[Act]) -> None:
    empty_database()
    world = World("five months")
    world.settle()
    known, last = facts(world), newest()

    for act in acts:
        world.now += timedelta(minutes=1)
        try:
            with transaction():
                act.do(world)
        except DomainError:
            continue
    world.settle()

    for name in ("Amina", "Dev"):
        place = world.place_of(world.people[name])
        assert place is not None
        if world.is_active(world.people[name]):
            is_consistent(world, known, left_since(last, place))


def newest() -> int:
    """The id of the newest letter."""
    return max(row.id for row in db.session.query(OutgoingMail))


def is_consistent(
    world: World, known: dict[str, tuple[object, ...]], mails: list[OutgoingMail]
) -> None:
    """No letter says what is not so, what its reader knew, or what another one says."""
    news = [mail for mail in mails if mail.kind in ("new_dates", *ALONE)]
    now = facts(world)
    about = Counter(mail.thread for mail in news)
    assert not about or max(about.values()) == 1, "one letter about one thing"
    for mail in news:
        planned = {words_of(one, mail): one for one in world.coming()}
        for said in lines_of(mail):
            session = planned.get(said.words)
            assert (session is not None) == said.takes_place, f"{mail.kind}: {said}"
            if session is not None and mail.kind not in ("place", "invitation"):
                assert known.get(session.public_id) != now[session.public_id], "they knew that"
