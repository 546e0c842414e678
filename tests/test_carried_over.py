"""An installation that release fe5023e made is brought up to date: nothing its people hold breaks.

``tests/carried_over`` says how it was made. It is loaded into SQLite and into PostgreSQL, each by
the statements that its own tools wrote.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from icalendar import Calendar
from sqlalchemy import select

from app import create_app
from core.config import EXTENSION, Config
from core.db import db
from core.transaction import transaction
from groups import accounts
from groups.models import Cohort, Grant, Person
from scheduling.dates.recurrence import EveryWeeks
from scheduling.letters.bulk_invitations import issue_due
from scheduling.models import Invitation, PeerSession, Reply, Series
from scheduling.runs.series import renew
from scheduling.runs.set_up import SetUp
from tests import build
from tests.page import PageClient, words
from tests.postgres import Cluster, cluster_or_skip
from tests.test_migrations import MIGRATIONS, differences

MADE = Path(__file__).parent / "carried_over"
#: The moment of its facts, within half an hour of the sign-in.
NOW = datetime(2026, 11, 21, 9, 10, tzinfo=UTC)
BEFORE_THE_OFFER_ENDS = datetime(2026, 11, 14, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Carried:
    """The installation as it is now, and what its people held before."""

    app: Flask
    facts: dict[str, Any]

    def browser(self) -> PageClient:
        """Return a browser that nobody is signed in to."""
        made = self.app.test_client()
        assert isinstance(made, PageClient)
        return made

    def entries(self) -> list[list[Any]]:
        """Return what the old private link gives: UID, SEQUENCE, start and title of each entry."""
        answer = self.browser().get(f"/cal/{self.facts['feed']}/calendar.ics")
        assert answer.status_code == 200
        read: Any = Calendar.from_ical(answer.get_data())
        return [
            [str(one["UID"]), one["SEQUENCE"], one["DTSTART"].dt.isoformat(), str(one["SUMMARY"])]
            for one in read.events
        ]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of this file's own, whichever database the other tests run on."""
    with cluster_or_skip() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def carried(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Carried]:
    """The old installation, its tables brought up to date by all migrations."""
    folder = tmp_path / "instance"
    shutil.copytree(MADE / request.param, folder)
    statements = (folder / "database.sql").read_text()
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'alcove.db'}"
        with sqlite3.connect(folder / "alcove.db") as connection:
            connection.executescript(statements)
        connection.close()
    else:
        url = request.getfixturevalue("postgres").empty_database()
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
            server.execute(statements.encode())
    with time_machine.travel(NOW, tick=False):
        app = create_app(Config.load(folder, {"DATABASE_URL": url}))
        app.test_client_class = PageClient
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            upgrade(directory=MIGRATIONS)
            yield Carried(app, json.loads((folder / "facts.json").read_text()))
            db.session.remove()
            db.engine.dispose()


def test_its_tables_are_those_of_today_and_nobody_is_lost(carried: Carried) -> None:
    names = {person.name for person in db.session.scalars(select(Person))}

    assert differences() == []
    assert names == {"Amara Osei", "Sol Reyes", "Amina", "Dev"}
    assert {(one.name, one.kind) for one in db.session.scalars(select(Cohort))} == {
        ("Thursday evenings", "group")
    }


def test_the_old_private_link_gives_the_same_entries_and_no_number_falls(carried: Carried) -> None:
    before, after = carried.facts["entries"], carried.entries()

    assert [[one[0], *one[2:]] for one in after] == [[one[0], *one[2:]] for one in before]
    assert [new[1] >= old[1] for old, new in zip(before, after, strict=True)] == [True] * 4


def test_a_date_that_changes_after_it_has_a_higher_number_and_its_uid(carried: Carried) -> None:
    before = carried.entries()
    session = db.session.scalars(select(PeerSession).order_by(PeerSession.starts_at)).all()[3]
    browser = carried.browser()
    browser.sign_in(db.session.scalars(select(Person).where(Person.id == 1)).one())
    at = f"/groups/{session.cohort.public_id}/sessions/{session.public_id}/move"

    typed = {"on": "2027-03-18", "starts": "6pm", "ends": "7:30pm", "confirmed": "yes"}
    with time_machine.travel(NOW, tick=False):
        assert browser.post(at, data=typed).status_code == 303
    after = carried.entries()

    assert [one[0] for one in after] == [one[0] for one in before]
    assert after[3][1] > before[3][1]
    assert after[:3] == before[:3]


def test_calendars_that_were_invited_are_known_and_not_invited_again(carried: Carried) -> None:
    told = db.session.scalars(select(Invitation).order_by(Invitation.id))
    found = [[one.membership.person.name, one.uid, one.sequence, one.method] for one in told]

    assert found == carried.facts["invitations"]
    assert issue_due(NOW) == 0


def test_answers_are_there(carried: Carried) -> None:
    replies = db.session.scalars(select(Reply).order_by(Reply.id))

    assert {(one.membership.person.name, one.answer) for one in replies} == {
        ("Dev", "coming"),
        ("Amina", "not_this_time"),
    }


def test_tasks_are_carried_over_as_rows(carried: Carried) -> None:
    grants = db.session.scalars(select(Grant).order_by(Grant.id))
    found = {(one.person.name, one.role, one.withdrawn_at) for one in grants}

    assert found >= {("Amara Osei", "facilitator", None), ("Sol Reyes", "operator", None)}
    assert {name for name, role, _ in found if role == "facilitator"} == {"Amara Osei"}


def test_who_was_signed_in_is_still_known_by_what_their_browser_holds(carried: Carried) -> None:
    browser = carried.browser()
    with browser.session_transaction() as held:
        accounts.remember(held, carried.facts["sign_in"], NOW)

    page = browser.get("/groups")

    assert page.status_code == 200
    assert "Thursday evenings" in words(page)


@pytest.mark.parametrize(
    ("link", "path", "says"),
    [
        ("offer", "/i/{}", "Thursday evenings"),
        ("answer", "/r/{}", "Thursday 10 December"),
        ("stop", "/stop/{}", "reminders"),
    ],
)
def test_links_in_old_letters_open(carried: Carried, link: str, path: str, says: str) -> None:
    with time_machine.travel(BEFORE_THE_OFFER_ENDS, tick=False):
        page = carried.browser().get(path.format(carried.facts[link]))

    assert page.status_code == 200
    assert says in words(page)


@pytest.mark.parametrize(
    "command",
    [
        ("tick",),
        ("purge",),
        ("grants",),
        ("add-facilitator", "Grace Bell", "grace@people.example"),
        ("add-operator", "Grace Bell", "grace@people.example"),
        ("db", "upgrade"),
    ],
    ids=" ".join,
)
def test_its_commands_go_on_working(carried: Carried, command: tuple[str, ...]) -> None:
    result = carried.app.test_cli_runner().invoke(args=command)

    assert (result.exit_code, "Traceback" in result.output) == (0, False), result.output


def test_its_settings_are_read_as_before(carried: Carried) -> None:
    settings = carried.app.extensions[EXTENSION]

    assert (settings.site_name, settings.base_url) == ("Thursdays", "https://thursdays.example")
    assert (settings.mail_from, settings.proxies) == ("hello@thursdays.example", 1)
    assert settings.operator_address == "amara@people.example"


def test_a_group_of_before_can_have_another_run_and_a_date_of_its_own(carried: Carried) -> None:
    before, run = carried.entries(), db.session.scalars(select(Series)).one()
    build.a_lone_session(run.cohort, date(2027, 5, 6))
    with transaction():
        tuesdays = SetUp(EveryWeeks(2), date(2027, 6, 1), time(12), time(13), sessions=2)
        renew(run.cohort, tuesdays, now=NOW)

    after = carried.entries()

    assert after[:4] == before
    assert [one[2][:10] for one in after[4:]] == ["2027-05-06", "2027-06-01", "2027-06-15"]
