"""The table of jobs, the commands that run it, and the word to the operator."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core import moment
from core.db import db
from core.doctor import examine
from core.outbox import MailState
from core.transaction import transaction
from core.worker import Job, JobRun, heartbeats, run_once
from scheduling.jobs import JOBS, RULES, alert_operator_due
from tests import build
from tests.core.letters import a_mail, states
from tests.core.test_clock import wait_until
from tests.scheduling.post import letters
from tests.serving import let_belong

ROOT = Path(__file__).parents[2]


def park(now: datetime) -> None:
    row = a_mail(now)
    with transaction():
        row.state, row.final_at = MailState.PARKED, now


def beat(trouble: str | None, *, went_well: datetime | None, now: datetime) -> None:
    with transaction():
        run = JobRun(name="deliver", started_at=now, finished_at=went_well, trouble=trouble)
        db.session.add(run)


def test_jobs_and_rules_have_names_of_their_own() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_round_of_all_jobs_on_an_empty_installation_does_nothing(app: Flask, now: datetime) -> None:
    outcomes = run_once(JOBS, now)

    assert [(o.job.name, o.done, o.trouble) for o in outcomes] == [
        (job.name, 0, None) for job in JOBS
    ]
    assert set(heartbeats()) == {job.name for job in JOBS}


def test_one_round_invites_and_delivers(make_app: Callable[..., Flask], now: datetime) -> None:
    with make_app(demo=True).app_context():
        cohort = build.a_cohort()
        build.a_member(cohort)
        build.a_session(build.a_series(cohort, count=1))

        done = {o.job.name: o.done for o in run_once(JOBS, now)}

        assert (done["invite"], done["deliver"]) == (2, 2)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("ago", "expected"), [(timedelta(minutes=14), 0), (timedelta(minutes=16), 1)]
)
def test_alert_when_a_job_keeps_meeting_trouble(
    app: Flask, now: datetime, ago: timedelta, expected: int
) -> None:
    beat("We couldn’t reach the mail server.", went_well=now - ago, now=now)

    count = alert_operator_due(now)

    assert (count, len(letters("alert"))) == (expected, expected)


def all_jobs_ran(at: datetime, *, but: str = "") -> None:
    """Leave a heartbeat of every job, but one."""
    with transaction():
        for job in JOBS:
            if job.name != but:
                db.session.add(JobRun(name=job.name, started_at=at, finished_at=at))


def test_alert_when_a_job_does_not_run(app: Flask, now: datetime) -> None:
    all_jobs_ran(now, but="deliver")

    alert_operator_due(now)

    [letter] = letters("alert")
    assert "deliver: it has never run properly." in letter.text


def test_alert_when_jobs_ran_at_a_time_that_has_not_come_yet(app: Flask, now: datetime) -> None:
    all_jobs_ran(now + timedelta(hours=3))

    alert_operator_due(now)

    [letter] = letters("alert")
    assert "deliver: it last ran at a time in the future." in letter.text


def test_no_alert_about_jobs_that_are_about_to_have_their_turn(app: Flask, now: datetime) -> None:
    all_jobs_ran(now - timedelta(days=4))

    assert alert_operator_due(now) == 0


def test_alert_about_parked_letters_names_nobody(app: Flask, now: datetime) -> None:
    park(now)

    alert_operator_due(now)

    [letter] = letters("alert")
    assert letter.to == "sol@operators.example"
    assert "waiting for you: one message" in letter.text
    assert "amina" not in letter.text + letter.html


def test_alert_is_sent_at_most_once_a_day(app: Flask, now: datetime) -> None:
    park(now)

    counts = [alert_operator_due(now + timedelta(hours=hours)) for hours in (0, 1, 24)]

    assert counts == [1, 0, 1]


def test_no_alert_when_all_is_well_or_nobody_looks_after_it(
    make_app: Callable[..., Flask], app: Flask, now: datetime
) -> None:
    well = alert_operator_due(now)
    park(now)
    with make_app(operator_address="").app_context():
        alone = alert_operator_due(now)
        db.session.remove()
        db.engine.dispose()

    assert (well, alone) == (0, 0)


def test_tick_says_what_was_done(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["tick"])

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == [job.name for job in JOBS]
    assert all(line.endswith(" 0") for line in lines)


def test_tick_ends_with_1_when_mail_cannot_be_sent(app: Flask) -> None:
    a_mail(datetime(2026, 1, 1, tzinfo=UTC))

    result = app.test_cli_runner().invoke(args=["tick"])

    assert result.exit_code == 1
    assert "trouble: No mail server is set up. Set SMTP_URL" in result.output
    assert states()["one"] == MailState.DUE


def test_status_ends_with_0_only_while_every_job_runs_in_time(app: Flask) -> None:
    def status() -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["status"])
        return result.exit_code, result.output

    never = status()
    all_jobs_ran(moment.now())
    well = status()
    with transaction():
        db.session.get_one(JobRun, "remind").finished_at = moment.now() - timedelta(minutes=6)
    late = status()

    assert (never[0], never[1].count("Hasn’t run yet.")) == (1, len(JOBS))
    assert (well[0], well[1].count("✓"), well[1].count("Ran just now.")) == (0, *[len(JOBS)] * 2)
    assert (late[0], [line for line in late[1].splitlines() if line.startswith("✗")]) == (
        1,
        ["✗ remind         Ran six minutes ago."],
    )


def clock_findings(now: datetime) -> list[tuple[bool | None, str]]:
    return [(one.ok, one.words) for one in examine(now, JOBS) if one.name == "Clock"]


def test_doctor_says_that_the_clock_has_never_run_once_somebody_waits(
    app: Flask, now: datetime
) -> None:
    fresh = clock_findings(now)
    a_mail(now - timedelta(minutes=6))

    assert (fresh, clock_findings(now)) == (
        [(None, "it has never run")],
        [(False, "it has never run")],
    )


def test_doctor_names_each_job_that_does_not_run_in_time(app: Flask, now: datetime) -> None:
    all_jobs_ran(now, but="deliver")
    one_missing = clock_findings(now)
    stopped = clock_findings(now + timedelta(days=10))
    ahead = clock_findings(now - timedelta(hours=3))

    assert one_missing == [(False, "deliver hasn’t run yet")]
    assert ahead[1] == (False, "roll-forward last ran at a time in the future")
    assert {ok for ok, _ in stopped} == {False}


def test_purge_with_dry_run_counts_and_keeps(app: Flask) -> None:
    row = a_mail(datetime(2026, 1, 1, tzinfo=UTC))
    with transaction():
        row.state, row.final_at = MailState.SENT, row.created_at

    dry = app.test_cli_runner().invoke(args=["purge", "--dry-run"])
    kept = states()
    app.test_cli_runner().invoke(args=["purge"])

    assert "     1  That a message was sent: deleted 90 days after it left" in dry.output
    assert (kept, states()) == ({"one": "sent"}, {})


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_worker_ticks_until_it_is_told_to_stop(
    app: Flask, tmp_path: Path, name: signal.Signals
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("Needs SQLite: the process opens the database file.")
    process = start_worker(app, tmp_path)
    try:
        ticked = wait_until(lambda: "deliver" in fresh_heartbeats(), 30)
        process.send_signal(name)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()

    assert (ticked, process.returncode) == (True, 0)
    assert output.decode().splitlines()[-1] == "The clock has stopped."


def start_worker(app: Flask, folder: Path) -> "subprocess.Popen[bytes]":
    """Start ``flask worker`` on this test's own database."""
    settings: Any = app.extensions["alcove.config"]
    let_belong(app)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "ALCOVE_TEST_DATABASE": settings.database_url,
        "ALCOVE_TEST_KEY_RING": str(settings.key_ring),
        "ALCOVE_TEST_INSTANCE": str(folder),
    }
    command = [sys.executable, "-m", "flask", "--app", "tests.scheduling.served:make", "worker"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)  # noqa: S603 - our own command


def fresh_heartbeats() -> dict[str, JobRun]:
    """What the other process has noted by now."""
    db.session.rollback()
    return heartbeats()


def test_every_job_says_in_words_what_it_counts() -> None:
    assert [job.words for job in JOBS if not isinstance(job, Job) or not job.words] == []
