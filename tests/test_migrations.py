"""Migrations give the tables that the models describe, lose nothing, and leave a copy behind."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from icalendar import Calendar
from sqlalchemy import func, inspect, select, text

from app import create_app
from core.db import Base, db
from core.encryption import index_of
from core.installation import look
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups import accounts
from groups.models import Cohort, Membership, Person, SignIn
from scheduling.feeds import contents
from scheduling.models import Feed, Invitation, PeerSession
from tests.build import a_cohort, a_feed, a_member, a_person, a_series, a_session
from tests.conftest import settings
from tests.postgres import Cluster, cluster_or_skip
from tests.scheduling.changed import note_dates_changed

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
#: The last release in which a yes from a letter proved an address.
BEFORE_REACHED = "0002"
#: The last release whose feeds told the moments of changes themselves.
BEFORE_STAMPS = "0008"
#: The last release that kept the identifiers of invitations and letters as they are.
BEFORE_SEALED = "0011"
SEALED = ("invitation", "outgoing_mail")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def made(folder: Path, key_ring: Path, url: str) -> Iterator[Flask]:
    """Yield an app on a database without tables, its context open."""
    app = create_app(settings(folder, key_ring, url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def fresh(tmp_path: Path, key_ring_file: Path) -> Iterator[Flask]:
    """An app on a new SQLite file."""
    yield from made(tmp_path, key_ring_file, f"sqlite:///{tmp_path / 'alcove.db'}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL for migrations, whichever database the other tests run on."""
    with cluster_or_skip() as cluster:
        yield cluster


@pytest.fixture
def fresh_on_postgres(tmp_path: Path, key_ring_file: Path, postgres: Cluster) -> Iterator[Flask]:
    """An app on a new PostgreSQL database."""
    yield from made(tmp_path, key_ring_file, postgres.empty_database())


def differences() -> list[object]:
    """Return what would have to change for the tables to be those of the models."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = compare_metadata(context, Base.metadata)
    return found


def copies(folder: Path) -> list[Path]:
    """Return the copies that migrations left beside the database."""
    return sorted(folder.glob("alcove.before-*.db"))


@pytest.mark.usefixtures("fresh")
def test_migrations_make_the_tables_of_the_models() -> None:
    upgrade(directory=MIGRATIONS)

    assert differences() == []


@pytest.mark.usefixtures("fresh_on_postgres")
def test_migrations_make_the_tables_of_the_models_on_postgresql() -> None:
    upgrade(directory=MIGRATIONS)

    assert differences() == []


@pytest.mark.usefixtures("fresh")
def test_a_table_that_differs_is_noticed() -> None:
    upgrade(directory=MIGRATIONS)
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE person DROP COLUMN theme"))

    assert [difference[0] for difference in differences()] == ["add_column"]  # type: ignore[index]  # alembic's tuples


@pytest.mark.usefixtures("fresh")
def test_a_fresh_installation_leaves_no_copy(tmp_path: Path) -> None:
    upgrade(directory=MIGRATIONS)

    assert copies(tmp_path) == []


@pytest.mark.usefixtures("fresh")
def test_upgrading_what_is_up_to_date_changes_and_copies_nothing(tmp_path: Path) -> None:
    upgrade(directory=MIGRATIONS)
    a_member(a_cohort())

    upgrade(directory=MIGRATIONS)

    assert copies(tmp_path) == []
    assert db.session.scalar(select(func.count(Membership.id))) == 2


@pytest.mark.usefixtures("fresh")
def test_a_migration_leaves_a_copy_of_what_was_there(tmp_path: Path) -> None:
    upgrade(directory=MIGRATIONS)
    a_member(a_cohort())
    db.session.rollback()

    downgrade(directory=MIGRATIONS, revision="base")

    [copy] = copies(tmp_path)
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM membership").fetchone() == (2,)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not inspect(db.engine).has_table("person")


@pytest.mark.usefixtures("fresh")
def test_foreign_keys_hold_again_after_a_migration() -> None:
    upgrade(directory=MIGRATIONS)

    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


@pytest.mark.usefixtures("fresh")
def test_a_migration_that_would_leave_rows_pointing_at_nothing_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    upgrade(directory=MIGRATIONS)
    a_member(a_cohort())
    db.session.rollback()
    with db.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute("PRAGMA foreign_keys=OFF")
        driver.cursor().execute("DELETE FROM cohort")
        driver.cursor().execute("PRAGMA foreign_keys=ON")

    # A migration ends the command that runs it, and says why.
    with pytest.raises(SystemExit):
        upgrade(directory=MIGRATIONS)

    assert "rows that point at nothing, in: agreement_version, membership" in caplog.text


def _rows_of_the_release_before() -> None:
    """Put in somebody whose yes signed them in, and somebody signed in by a code."""
    at, later = datetime(2026, 11, 1, 9, tzinfo=UTC), datetime(2026, 11, 1, 10, tzinfo=UTC)
    cohort = a_cohort()
    by_yes, by_code = a_member(cohort, a_person("Dev")), a_member(cohort, a_person("Amina"))
    with transaction():
        for membership, begun_at in ((by_yes, at), (by_code, later)):
            membership.agreed_at = at
            accounts.start_sign_in(membership.person, device=None, now=begun_at)


@pytest.mark.parametrize("which", ["fresh", "fresh_on_postgres"])
def test_accounts_stay_and_sign_ins_that_a_yes_began_end(
    which: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(which)
    upgrade(directory=MIGRATIONS)
    _rows_of_the_release_before()
    db.session.rollback()
    downgrade(directory=MIGRATIONS, revision=BEFORE_REACHED)

    upgrade(directory=MIGRATIONS)

    people = db.session.scalars(select(Person)).all()
    assert {person.reached_at == person.proved_at for person in people} == {True}
    ended = {
        one.person.name: one.ended_at is not None for one in db.session.scalars(select(SignIn))
    }
    assert ended == {"Dev": True, "Amina": False}


def _told(now: datetime) -> dict[str, tuple[int, str]]:
    """Return SEQUENCE and LAST-MODIFIED of each entry of the one calendar, by its identifier."""
    feed = db.session.query(Feed).one()
    events = Calendar.from_ical(contents.read(feed, now=now).body).walk("VEVENT")
    return {
        str(one["UID"]): (int(str(one["SEQUENCE"])), f"{one.last_modified:%Y%m%dT%H%M%SZ}")
        for one in events
    }


def _of_the_release_before(feed: Feed, now: datetime) -> dict[str, tuple[int, str]]:
    """Return what the release before told of the same entries: the moments themselves."""
    told = {}
    for session in contents.sessions_of(feed.diary, now=now):
        moment = max(session.dates_changed_at, feed.diary.changed_at)
        sequence = int((moment - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds())
        told[contents.uid_of(session, feed.diary)] = sequence, f"{moment:%Y%m%dT%H%M%SZ}"
    return told


@pytest.mark.parametrize("which", ["fresh", "fresh_on_postgres"])
@time_machine.travel(datetime(2026, 11, 10, 9, 0, tzinfo=UTC), tick=False)
def test_f10_what_feeds_told_never_falls_at_the_update(
    which: str, request: pytest.FixtureRequest
) -> None:
    # The clock stands still: the changes before and after lie as near to the update as they can.
    request.getfixturevalue(which)
    now = datetime.now(UTC)
    upgrade(directory=MIGRATIONS)
    series = a_series(a_cohort())
    feed = a_feed(a_member(series.cohort).person)[0]
    for number, minutes in enumerate((0, 1, 30, 59, 61, 119, 121, 10_000), start=1):
        on = now.date() + timedelta(days=7 * number)
        a_session(series, on, number=number, dates_changed_at=now - minutes * MINUTE)
    before = _of_the_release_before(feed, now)
    db.session.rollback()
    downgrade(directory=MIGRATIONS, revision=BEFORE_STAMPS)
    upgrade(directory=MIGRATIONS)

    at_once = _told(now)
    moments = [moment for _, moment in at_once.values()]
    with transaction():
        for session in db.session.query(PeerSession).all():
            note_dates_changed(session, now + 2 * SECOND)
    after = _told(now)

    assert all(at_once[uid] >= told for uid, told in before.items())
    assert max(moments) <= f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    fallen = {uid: (told, after[uid]) for uid, told in at_once.items() if after[uid] <= told}
    assert fallen == {}
    assert max(moment for _, moment in after.values()) <= f"{now + 3 * SECOND:%Y%m%dT%H%M%SZ}"


@pytest.mark.parametrize("which", ["fresh", "fresh_on_postgres"])
def test_after_a_migration_that_copies_tables_a_change_still_reaches_calendars(
    which: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(which)
    upgrade(directory=MIGRATIONS)
    a_session(a_series(a_cohort()))
    db.session.rollback()
    # Back to the first tables, most of which are copied on the way, and to these again.
    downgrade(directory=MIGRATIONS, revision="0002")
    upgrade(directory=MIGRATIONS)
    before = db.session.scalar(select(Cohort.revision))

    with transaction():
        db.session.query(PeerSession).one().starts_at += timedelta(hours=1)

    assert db.session.scalar(select(Cohort.revision)) == (before or 0) + 1
    assert look(db.session.connection().connection.dbapi_connection, db.engine.dialect.name).whole


def identifiers_of_before(count: int) -> None:
    """Invitations, and the letters that brought them, as the release before kept them."""
    session = a_session(a_series(a_cohort()))
    place, moment = session.cohort.memberships[0], "2026-11-21 09:00:00"
    ids = (session.id, place.id)
    db.session.rollback()
    downgrade(directory=MIGRATIONS, revision=BEFORE_SEALED)
    names = [f"Abc{number}@alcove.example" for number in range(count)]
    told = [
        {"session": ids[0], "place": ids[1], "one": number, "uid": uid, "at": moment}
        for number, uid in enumerate(names)
    ]
    letters = [
        {
            "name": f"m{number}",
            "letter": f"<m{number}@x>",
            "key": f"invitation:{uid}:2:20261121T090000Z",
            "at": moment,
        }
        for number, uid in enumerate(names)
    ]
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO invitation (session_id, membership_id, generation, uid, sequence, "
                "method, starts_at, ends_at, stamped_at) "
                "VALUES (:session, :place, :one, :uid, 0, 'REQUEST', :at, :at, :at)"
            ),
            told,
        )
        connection.execute(
            text(
                "INSERT INTO outgoing_mail (public_id, key, kind, promise, state, message_id, "
                "created_at, due_at, attempts) VALUES "
                "(:name, :key, 'invitation', 'must_arrive', 'sent', :letter, "
                ":at, :at, 1)"
            ),
            letters,
        )


def indexes_of_letters() -> set[tuple[str, ...]]:
    """The indexes of the outbox, each with the part of the table that it covers."""
    return {
        (str(one["name"]), *(str(part) for part in one.get("dialect_options", {}).values()))
        for one in inspect(db.engine).get_indexes("outgoing_mail")
    }


def identifiers_are_sealed_and_stay() -> None:
    """What was out before is found as it was, and nothing plain is left."""
    upgrade(directory=MIGRATIONS)
    indexes = indexes_of_letters()
    identifiers_of_before(501)

    upgrade(directory=MIGRATIONS)

    for number in (0, 500):
        uid = f"Abc{number}@alcove.example"
        told = db.session.query(Invitation).filter_by(uid_index=index_of(uid)).one()
        mail = (
            db.session.query(OutgoingMail).filter_by(message_index=index_of(f"<m{number}@x>")).one()
        )
        assert (told.uid, told.diary_changed_at) == (uid, told.stamped_at)
        assert mail.message_id == f"<m{number}@x>"
        assert mail.key == f"invitation:{told.uid_index}:2:20261121T090000Z"
    with db.engine.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in SEALED]  # noqa: S608 - two names of ours
    # Three letters alone would stand in some ciphertext by chance.
    plain = ["@alcove.example", *(f"Abc{number}" for number in range(100, 501))]
    stored = str(rows)
    assert [one for one in plain if one in stored] == []
    assert indexes_of_letters() == indexes

    db.session.rollback()
    downgrade(directory=MIGRATIONS, revision=BEFORE_SEALED)
    with db.engine.connect() as connection:
        keys = set(connection.scalars(text("SELECT key FROM outgoing_mail")))
        uids = set(connection.scalars(text("SELECT uid FROM invitation")))
    assert {f"invitation:{uid}:2:20261121T090000Z" for uid in uids} == keys


@pytest.mark.usefixtures("fresh")
def test_identifiers_that_are_out_are_sealed_and_stay() -> None:
    identifiers_are_sealed_and_stay()


@pytest.mark.usefixtures("fresh_on_postgres")
def test_identifiers_that_are_out_are_sealed_and_stay_on_postgresql() -> None:
    identifiers_are_sealed_and_stay()
