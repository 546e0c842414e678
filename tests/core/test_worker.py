"""Jobs run again and again; trouble with one is recorded and stops no other."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from core.db import db
from core.errors import NotSetUp, Unreachable
from core.transaction import transaction
from core.worker import Job, JobRun, heartbeats, one_by_one, run_job, run_once
from tests.core.letters import a_mail, states

HOURLY = timedelta(hours=1)


def a_job(name: str = "count", error: Exception | None = None) -> Job:
    def run(_now: datetime) -> int:
        if error is not None:
            raise error
        return 3

    return Job(name, "things done", HOURLY, run)


def test_run_is_noted_as_a_heartbeat(app: Flask, now: datetime) -> None:
    outcome = run_job(a_job(), now)

    beat = heartbeats()["count"]
    assert (outcome.done, outcome.trouble) == (3, None)
    assert (beat.started_at, beat.done, beat.trouble) == (now, 3, None)
    assert beat.finished_at is not None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unreachable("We couldn’t reach the mail server."), "We couldn’t reach the mail server."),
        (NotSetUp("Run: flask init"), "Run: flask init"),
        (ValueError("amina@people.example"), "ValueError"),
    ],
)
def test_trouble_is_recorded_without_what_could_name_somebody(
    app: Flask, now: datetime, error: Exception, words: str
) -> None:
    outcome = run_job(a_job(error=error), now)

    assert (outcome.done, outcome.trouble) == (0, words)
    assert heartbeats()["count"].trouble == words


def test_trouble_keeps_the_moment_when_it_last_went_well(app: Flask, now: datetime) -> None:
    run_job(a_job(), now)
    well = heartbeats()["count"].finished_at

    run_job(a_job(error=ValueError()), now + HOURLY)

    beat = heartbeats()["count"]
    assert (beat.started_at, beat.finished_at) == (now + HOURLY, well)


def test_round_goes_on_after_trouble(app: Flask, now: datetime) -> None:
    outcomes = run_once([a_job("bad", ValueError()), a_job("good")], now)

    assert [(o.job.name, o.done, o.trouble) for o in outcomes] == [
        ("bad", 0, "ValueError"),
        ("good", 3, None),
    ]


def test_database_that_is_away_does_not_end_the_round(app: Flask, now: datetime) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE job_run")

    outcomes = run_once([a_job(), a_job("next")], now)

    assert [outcome.done for outcome in outcomes] == [3, 3]
    # On PostgreSQL the next test is given the same database.
    db.session.rollback()
    db.create_all()


def test_one_bad_row_holds_up_no_other(app: Flask, now: datetime) -> None:
    def act(number: int) -> int:
        a_row = JobRun(name=str(number), started_at=now)
        db.session.add(a_row)
        if number == 2:
            raise ValueError("bad row")
        return 1

    with pytest.raises(ValueError, match="bad row"):
        one_by_one([1, 2, 3], act)

    assert sorted(heartbeats()) == ["1", "3"]


def test_one_by_one_returns_how_much_was_done(app: Flask) -> None:
    assert one_by_one([1, 2, 3], lambda number: number) == 6


def test_changes_left_behind_by_a_job_are_not_kept(app: Flask, now: datetime) -> None:
    mail = a_mail(now)

    def forget_the_transaction(_now: datetime) -> int:
        mail.state = "sent"
        return 1

    run_job(Job("careless", "things", HOURLY, forget_the_transaction), now)

    assert states() == {"one": "due"}
    with transaction():
        assert db.session.query(JobRun).count() == 1
