"""Somebody sets the machine's clock while Alcove runs: jobs go on, and a wrong clock is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask

from core.db import db
from core.doctor import examine
from core.pulse import Pulse, beats
from core.worker import JobRun, heartbeats
from scheduling.jobs import JOBS
from tests.core.letters import a_mail, states
from tests.core.mail_servers import Desk
from tests.core.mail_servers import serving as receiving
from tests.core.test_clock import wait_until
from tests.faults.processes import WallClock, working
from tests.serving import serving

HOUR = 3600
STEPS = (-3 * HOUR, 0, 24 * HOUR, 0)
#: Within this many seconds of any step every job has run again.
SOON = 60


@contextmanager
def running(kind: str, app: Flask, folder: Path, settings: dict[str, str]) -> Iterator[None]:
    if kind == "worker":
        with working(app, folder, settings):
            yield
    else:
        with serving(app, folder, settings=settings):
            yield


def taken_at(shift: int) -> datetime:
    """What a process takes for now: PostgreSQL's own time does not shift with a process."""
    own_time = db.engine.dialect.name == "postgresql"
    return datetime.now(UTC) + timedelta(seconds=0 if own_time else shift)


def all_ran_since(begun: datetime) -> bool:
    """Whether every job has noted a run since, and none that is yet to come."""
    db.session.rollback()
    runs = heartbeats()
    latest = begun + timedelta(seconds=2 * SOON)
    return all(job.name in runs and begun <= runs[job.name].started_at < latest for job in JOBS)


@pytest.mark.parametrize("kind", ["worker", "serve"])
def test_jobs_run_and_letters_leave_within_a_minute_of_any_step(
    app: Flask, tmp_path: Path, kind: str
) -> None:
    clock, desk, waits = WallClock(tmp_path / "clock"), Desk(), []
    with receiving(desk) as port:
        settings = {**clock.environment, "SMTP_URL": f"smtp://127.0.0.1:{port}"}
        with running(kind, app, tmp_path / "instance", settings):
            assert wait_until(lambda: all_ran_since(taken_at(0) - timedelta(minutes=1)), 90)
            for number, shift in enumerate(STEPS):
                clock.set(shift)
                stepped, begun = monotonic(), taken_at(shift)
                a_mail(begun, f"letter {number}")
                ran = wait_until(lambda since=begun: all_ran_since(since), SOON)  # type: ignore[misc]  # the default binds it
                left = wait_until(lambda key=f"letter {number}": states()[key] == "sent", SOON)  # type: ignore[misc]  # the default binds it
                waits.append((shift, round(monotonic() - stepped, 1), ran, left))

    print(f"\n{kind}: seconds until all jobs had run: {[(s, w) for s, w, _, _ in waits]}")  # noqa: T201 - what was measured
    assert [(ran, left) for _, _, ran, left in waits] == [(True, True)] * len(STEPS)
    assert len(desk.taken) == len(STEPS)


def test_heartbeats_of_a_clock_that_ran_ahead_are_told_when_nothing_runs(
    app: Flask, tmp_path: Path
) -> None:
    if db.engine.dialect.name == "postgresql":
        pytest.skip("Needs SQLite: on PostgreSQL heartbeats have the time of the database.")
    clock = WallClock(tmp_path / "clock")
    clock.set(24 * HOUR)
    with working(app, tmp_path / "instance", clock.environment):
        wait_until(lambda: len(fresh()) >= len(JOBS), 90)
    now = datetime.now(UTC)

    assert {beat.pulse for beat in beats(JOBS, now)} == {Pulse.AHEAD}
    found = [finding for finding in examine(now, JOBS) if finding.name == "Clock"]
    assert [finding.ok for finding in found][: len(JOBS)] == [False] * len(JOBS)
    status = app.test_cli_runner().invoke(args=["status"])
    assert status.exit_code == 1
    assert status.output.count("at a time in the future") == len(JOBS)


def fresh() -> dict[str, JobRun]:
    db.session.rollback()
    return heartbeats()
