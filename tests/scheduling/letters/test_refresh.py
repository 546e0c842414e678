"""Other words for one's own entries: they change for their owner, and for nobody else."""

from datetime import datetime, timedelta

import pytest

from core.db import db
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.calendars.ical import Entry
from scheduling.feeds import contents
from scheduling.keeping import diaries
from scheduling.letters.refresh import refresh_due
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession
from tests import build
from tests.scheduling.changed import move
from tests.scheduling.post import all_left, invite, letters, only, sequence, told

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

PAUSE = timedelta(minutes=10)
DAY = timedelta(days=1)
FULL = {"detail": Detail.FULL}
WORDS = {"words": "Evening class"}
FREE = {"busy": False}


def choose(person: Person, now: datetime, **changes: object) -> None:
    """Choose something else about this person's diary, and leave the rest."""
    with transaction():
        diary = db.session.query(Diary).filter_by(person_id=person.id).one()
        chosen = {
            "kept_by": diary.kept_by,
            "detail": diary.detail,
            "words": diary.words or "",
            "busy": diary.busy,
            "reminders": diary.reminders,
        }
        diaries.choose(diary, **{**chosen, **changes}, now=now)  # type: ignore[arg-type]  # a mixture of its own types


def entry(person: Person, now: datetime) -> Entry:
    """The one entry of this person's feed."""
    diary = db.session.query(Diary).filter_by(person_id=person.id).one()
    [found] = contents.entries(diary, now=now)
    return found


def body(person: Person, now: datetime) -> bytes:
    """The bytes of this person's feed."""
    feed, _ = build.a_feed(person) if not _feeds(person) else (_feeds(person)[0], "")
    return contents.read(feed, now=now).body


def _feeds(person: Person) -> list[Feed]:
    return db.session.query(Diary).filter_by(person_id=person.id).one().feeds


@pytest.mark.parametrize("change", [FULL, WORDS, FREE])
def test_f10_a_choice_raises_the_owners_entries_and_nobody_elses(
    session: PeerSession, member: Membership, now: datetime, change: dict[str, object]
) -> None:
    dev = build.a_member(member.cohort, build.a_person("Dev"))
    before, other = entry(member.person, now), body(dev.person, now)

    choose(member.person, now + DAY, **change)

    after = entry(member.person, now + DAY)
    assert after.sequence > before.sequence
    assert after.changed_at > before.changed_at
    assert (after.uid, after.starts_at) == (before.uid, before.starts_at)
    assert body(dev.person, now + DAY) == other


@pytest.mark.parametrize("change", [FULL, WORDS, FREE])
def test_i6_a_choice_updates_the_invitations_that_stand(
    session: PeerSession, member: Membership, now: datetime, change: dict[str, object]
) -> None:
    invite(session, member, now)
    choose(member.person, now + DAY, **change)

    updated = refresh_due(now + DAY + PAUSE)

    letter = only("rewritten", member=member)
    assert (updated, letter.method, sequence(letter)) == (1, "REQUEST", 1)
    assert letter.subject == "Updated: Thursday 10 December"
    assert told(member) == [(1, 1, "REQUEST")]


def test_the_update_says_what_was_chosen(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    choose(member.person, now, **FULL)
    invite(session, member, now)
    [before] = letters("invitation", waiting=False)
    choose(member.person, now + DAY, detail=Detail.DISCREET, words="Evening class")

    refresh_due(now + DAY + PAUSE)

    after = only("rewritten", member=member)
    assert before.event["SUMMARY"] == "Thursday evenings"
    assert (after.event["SUMMARY"], "LOCATION" in after.event) == ("Evening class", False)
    assert "Thursday evenings" not in after.text + after.html


def test_trying_things_out_sends_nothing(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    choose(member.person, now + DAY, **WORDS)
    early = refresh_due(now + DAY + PAUSE - timedelta(seconds=1))
    choose(member.person, now + DAY + PAUSE, **FULL)

    assert (early, refresh_due(now + DAY + PAUSE)) == (0, 0)
    assert refresh_due(now + DAY + 2 * PAUSE) == 1


def test_an_update_is_sent_once(session: PeerSession, member: Membership, now: datetime) -> None:
    invite(session, member, now)
    choose(member.person, now + DAY, **WORDS)

    updates = []
    for hours in range(1, 4):
        updates.append(refresh_due(now + DAY + timedelta(hours=hours)))
        all_left(now + DAY + timedelta(hours=hours))

    assert updates == [1, 0, 0]


@pytest.mark.parametrize("change", [{"kept_by": KeptBy.FEED}, {"reminders": False}])
def test_a_choice_that_shows_nowhere_updates_nothing(
    session: PeerSession, member: Membership, now: datetime, change: dict[str, object]
) -> None:
    invite(session, member, now)
    before = entry(member.person, now)

    choose(member.person, now + DAY, **change)

    assert refresh_due(now + DAY + PAUSE) == 0
    assert entry(member.person, now + DAY) == before


def test_an_update_waits_for_a_move_that_can_still_be_undone(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    choose(member.person, now, **WORDS)
    later = session.planned_on + timedelta(days=7)
    with transaction():
        move(
            session,
            on=later,
            starts=build.series_of(session).starts,
            ends=build.series_of(session).ends,
            by=member.cohort.memberships[0].person,
            now=now + PAUSE - timedelta(minutes=1),
        )

    waiting = refresh_due(now + PAUSE)
    all_left(now + 2 * PAUSE)

    assert waiting == 0
    # The letter about the move was written after the choice, and says it already.
    assert refresh_due(now + 2 * PAUSE) == 0
    [moved] = letters("moved", to=member.person, waiting=False)
    assert moved.event["SUMMARY"] == "Evening class"


def test_nothing_is_updated_that_is_over_cancelled_or_left(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    choose(member.person, now + DAY, **WORDS)

    assert refresh_due(session.starts_at) == 0
    with transaction():
        session.state = "cancelled"
    assert refresh_due(now + 2 * DAY) == 0
