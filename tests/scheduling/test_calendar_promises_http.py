"""What is kept, and what is not, of somebody who reads a feed."""

import logging
from datetime import datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from core.db import db
from core.transaction import transaction
from groups.models import Membership
from scheduling.models import Feed, KeptFeed, PeerSession
from tests import build


@pytest.fixture
def member(client: FlaskClient, member: Membership, session: PeerSession) -> Membership:
    """Somebody with one session ahead."""
    return member


@pytest.fixture
def token(member: Membership) -> str:
    """The secret of that member's private link."""
    return build.a_feed(member.person)[1]


@pytest.fixture
def url(token: str) -> str:
    """Where a calendar program finds it."""
    return f"/cal/{token}/calendar.ics"


def everything() -> str:
    """Every row of every table, as text."""
    db.session.rollback()
    rows = [db.session.execute(table.select()).all() for table in db.metadata.sorted_tables]
    return repr(rows)


def test_h2_the_secret_is_in_no_row_and_no_log(
    client: FlaskClient, token: str, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        statuses = [
            client.get(url).status_code,
            client.get(url[:-1]).status_code,
            client.post(url).status_code,
            client.get(f"/cal/{token}x/calendar.ics").status_code,
        ]
        with transaction():
            db.session.connection().exec_driver_sql("ALTER TABLE feed RENAME TO feed_away")
        statuses.append(client.get(url).status_code)
        with transaction():
            db.session.connection().exec_driver_sql("ALTER TABLE feed_away RENAME TO feed")

    assert statuses == [200, 404, 405, 404, 503]
    assert len(token) * 6 >= 128
    assert token not in caplog.text
    assert token not in everything()


def test_h15_of_a_reading_only_the_day_is_kept(
    client: FlaskClient, url: str, now: datetime
) -> None:
    before = everything()

    with time_machine.travel(now, tick=False):
        client.get(url, headers={"User-Agent": "Canaryagent/1.0"})
        client.get(url, headers={"User-Agent": "Canaryagent/1.0"})

    assert "Canaryagent" not in everything()
    with transaction():
        # What the calendar gave says nothing of who has read it.
        row = db.session.query(KeptFeed).one()
        assert f"{now:%H:%M}" not in f"{row.made_of} {row.etag} {row.last_modified}"
        db.session.delete(row)
    after = everything()
    assert after.replace(repr(now.date()), "None") == before
    assert db.session.query(Feed).filter_by(last_read_on=now.date()).count() == 1
