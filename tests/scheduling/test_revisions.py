"""The database itself counts every change that a feed can show, whoever makes it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.db import db
from core.installation import Found, look, trouble_with_tables
from core.installation import revisions as newest
from core.transaction import transaction
from groups.models import Cohort, Membership
from scheduling.models import Diary, Feed, KeptFeed, PeerSession, revisions
from tests import build
from tests.conftest import NOW
from tests.scheduling.polling import ready_for_fast

#: What a repair by hand might do; none of it passes through our own code.
OF_THE_GROUP = {
    "a date": "UPDATE peer_session SET starts_at = ends_at",
    "a new date": "INSERT INTO peer_session (public_id, cohort_id, series_id, planned_on, number,"
    " starts_at, ends_at, by_hand, is_extra, state, prompts_drawn, dates_changed_at,"
    " details_changed_at) SELECT 'x', cohort_id, series_id, '2030-01-01', 9, starts_at, ends_at,"
    " by_hand, is_extra, state, prompts_drawn, dates_changed_at, details_changed_at"
    " FROM peer_session",
    "a date that goes": "DELETE FROM peer_session",
    "a prompt": "UPDATE session_prompt SET position = 7",
    "a prompt that goes": "DELETE FROM session_prompt",
    "the place of the run": "UPDATE series SET place_sealed = NULL",
    "the state of the group": "UPDATE cohort SET state = 'ended'",
}
OF_THE_DIARY = {
    "a place": "UPDATE membership SET state = 'left'",
    "a place that goes": "DELETE FROM membership",
    "a choice": "UPDATE diary SET detail = 'full'",
    "the end of a link": "UPDATE feed SET revoked_at = created_at",
    "a link that goes": "DELETE FROM feed",
}


@pytest.fixture
def kept(session: PeerSession, member: Membership, feed: Feed) -> Feed:
    """A link behind which a body is kept, of a group with a prompt."""
    build.a_prompt(session, "Who carried you?")
    ready_for_fast(feed)
    return feed


def counted() -> tuple[int, int]:
    """Return the revisions of the group and of the member's diary."""
    group = db.session.scalars(select(Cohort.revision)).one()
    diary = db.session.scalars(select(Diary.revision).join(Feed).limit(1)).one_or_none()
    return group, -1 if diary is None else diary


def by_hand(statement: str) -> None:
    """Run a statement as whoever repairs something would."""
    with transaction():
        db.session.execute(text(statement))


@pytest.mark.usefixtures("clock", "kept")
@pytest.mark.parametrize("what", OF_THE_GROUP)
def test_a_change_of_dates_raises_the_revision_of_the_group(what: str) -> None:
    group, diary = counted()

    by_hand(OF_THE_GROUP[what])

    assert counted()[0] > group
    assert counted()[1] == diary


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("what", OF_THE_DIARY)
def test_what_ends_or_changes_access_raises_that_of_the_diary_and_drops_what_was_kept(
    kept: Feed, what: str
) -> None:
    diary = db.session.scalars(select(Diary).where(Diary.id == kept.diary_id)).one()
    before = diary.revision
    assert db.session.scalars(select(KeptFeed.diary_id)).all() == [diary.id]

    by_hand(OF_THE_DIARY[what])

    db.session.refresh(diary)
    assert diary.revision > before
    assert db.session.scalars(select(KeptFeed.diary_id)).all() == []


@pytest.mark.usefixtures("clock")
def test_reading_a_link_changes_nothing(kept: Feed) -> None:
    before = counted()

    with transaction():
        kept.last_read_on = (NOW - timedelta(days=3)).date()

    assert counted() == before
    assert db.session.scalars(select(KeptFeed.diary_id)).all() == [kept.diary_id]


@pytest.mark.usefixtures("clock", "kept")
def test_missing_triggers_are_found_and_making_them_drops_what_was_kept() -> None:
    def trouble() -> str | None:
        driver = db.session.connection().connection.dbapi_connection
        found = look(driver, db.engine.dialect.name)
        db.session.rollback()
        return "triggers" if not found.whole else None

    assert trouble() is None
    with db.engine.begin() as connection:
        revisions.drop_triggers(connection)
    assert trouble() == "triggers"
    by_hand("UPDATE peer_session SET starts_at = ends_at")

    with db.engine.begin() as connection:
        revisions.make_triggers(connection)

    db.session.rollback()
    assert trouble() is None
    assert db.session.scalars(select(KeptFeed.diary_id)).all() == []


def test_doctor_and_start_say_that_triggers_are_missing() -> None:
    whole = Found(newest()[0], None)

    assert trouble_with_tables(whole) is None
    assert "flask db upgrade" in str(trouble_with_tables(replace(whole, whole=False)))
