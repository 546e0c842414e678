"""The clock runs jobs inside the app, in one process at a time, and survives its holder."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app

from core import clock
from core.db import db
from core.election import Election, lock_trouble
from core.locks import elsewhere
from core.worker import Job, JobRun, heartbeats

PROCESS = Path(__file__).with_name("clock_process.py")
ROOT = Path(__file__).parents[2]


def wait_until(happened: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait for something; returns whether it happened in time."""
    end = monotonic() + seconds
    while not happened() and monotonic() < end:
        sleep(0.05)
    return happened()


def ticks(folder: Path) -> list[int]:
    file = folder / "ticks"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


@contextmanager
def clock_processes(
    app: Flask, folder: Path, count: int
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start processes that all want the clock; kill what is left of them."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    command = [sys.executable, str(PROCESS), str(folder), url]
    started = [
        subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})  # noqa: S603 - our own file
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_clock_runs_a_job_in_the_app_and_notes_it(app: Flask, tmp_path: Path) -> None:
    seen: list[str] = []

    def run(_now: datetime) -> int:
        seen.append(current_app.name)
        return 1

    job = Job("seen", "apps seen", timedelta(seconds=0.1), run)
    stop = threading.Event()
    thread = threading.Thread(
        target=clock.run_until, args=(app, [job], tmp_path / "clock.lock", stop)
    )
    thread.start()
    ran = wait_until(lambda: len(seen) >= 2)
    stop.set()
    thread.join(10)

    assert (ran, set(seen), thread.is_alive()) == (True, {app.name}, False)
    assert heartbeats()["seen"].done == 1


def test_election_has_one_winner_until_it_resigns(tmp_path: Path) -> None:
    first, second = Election(tmp_path / "lock"), Election(tmp_path / "lock")

    assert (first.won(), second.won()) == (True, False)
    first.resign()
    assert second.won()
    second.resign()


def test_loser_of_the_election_stops_when_asked(app: Flask, tmp_path: Path) -> None:
    holder = Election(tmp_path / "clock.lock")
    assert holder.won()
    stop = clock.start(app, [], tmp_path / "clock.lock")

    stop.set()

    waiting = [thread for thread in threading.enumerate() if thread.name == "clock"]
    for thread in waiting:
        thread.join(10)
    assert not any(thread.is_alive() for thread in waiting)
    holder.resign()


def test_one_process_ticks_and_another_takes_over_when_it_is_killed(
    app: Flask, tmp_path: Path
) -> None:
    with clock_processes(app, tmp_path, 2) as processes:
        assert wait_until(lambda: len(ticks(tmp_path)) >= 4)
        leaders = set(ticks(tmp_path))
        leader = next(process for process in processes if process.pid in leaders)
        leader.kill()
        leader.wait()
        heir = next(process for process in processes if process is not leader)
        took_over = wait_until(lambda: heir.pid in ticks(tmp_path))

    assert (len(leaders), took_over) == (1, True)


def test_a_volume_without_file_locks_is_told_and_the_clock_has_one_holder(tmp_path: Path) -> None:
    # A file in the place of a folder refuses every lock in it, as such a volume does.
    (tmp_path / "volume").write_text("")
    path = tmp_path / "volume" / "clock.lock"
    first, second = Election(path), Election(path)

    assert (first.won(), second.won()) == (True, False)
    assert first.trouble == f"{path} cannot be locked, so {elsewhere(path)} is used instead."
    first.resign()
    assert second.won()
    second.resign()
    assert lock_trouble(path) is not None
    assert lock_trouble(tmp_path / "clock.lock") is None


def test_without_any_file_locks_the_clock_runs_nevertheless(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "volume").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "volume" / "temporary"))
    path, ran = tmp_path / "volume" / "clock.lock", threading.Event()
    job = Job("one", "things", timedelta(seconds=0.1), lambda _now: ran.set() or 0)  # type: ignore[func-returns-value]  # it returns nothing

    with the_clock(app, [job], path):
        assert ran.wait(15)
        assert wait_until(lambda: "clock" in fresh())

    assert "more than one process may run the jobs" in (fresh()["clock"].trouble or "")


def test_whatever_a_job_raises_is_noted_and_the_others_go_on(app: Flask, tmp_path: Path) -> None:
    def leave(_now: datetime) -> int:
        raise SystemExit("somebody@people.example")

    good: list[int] = []
    jobs = [
        Job("leaves", "things", timedelta(seconds=0.1), leave),
        Job("good", "things", timedelta(seconds=0.1), lambda _now: good.append(1) or 1),  # type: ignore[func-returns-value]  # it returns nothing
    ]

    with the_clock(app, jobs, tmp_path / "clock.lock"):
        assert wait_until(lambda: len(good) >= 3)

    assert fresh()["leaves"].trouble == "SystemExit"


def test_a_clock_whose_thread_has_ended_starts_again(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    job = Job("one", "things", timedelta(seconds=0.1), lambda _now: runs.append(1) or 0)  # type: ignore[func-returns-value]  # it returns nothing
    monkeypatch.setattr(clock, "ASK_AGAIN", 0.1)
    seen: list[BackgroundScheduler] = []

    def scheduler(*given: Any) -> BackgroundScheduler:
        seen.append(made(*given))
        return seen[-1]

    made = clock.scheduler
    monkeypatch.setattr(clock, "scheduler", scheduler)
    with the_clock(app, [job], tmp_path / "clock.lock"):
        assert wait_until(lambda: bool(runs))
        # Its thread leaves its loop, as one would that met what it does not expect.
        seen[0]._main_loop = None
        seen[0].state, before = 0, len(runs)
        seen[0].wakeup()
        assert wait_until(lambda: len(seen) > 1 and len(runs) > before)


def test_a_run_that_does_not_end_is_told(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "STUCK_AFTER", 0.2)
    monkeypatch.setattr(clock, "SAY_AGAIN", 0.1)
    goes_on = threading.Event()
    job = Job("stuck", "things", timedelta(seconds=0.1), lambda _now: int(goes_on.wait(30)))

    with the_clock(app, [job], tmp_path / "clock.lock"):
        told = wait_until(lambda: "stuck" in fresh() and fresh()["stuck"].trouble is not None)
        goes_on.set()

    assert told


def test_a_gap_of_a_year_is_made_up_for_once() -> None:
    trigger, then = clock.Every(timedelta(seconds=0.5)), datetime(2026, 11, 21, tzinfo=UTC)

    assert trigger.get_next_fire_time(None, then) == then + timedelta(seconds=0.5)
    later = then + timedelta(days=365)
    assert trigger.get_next_fire_time(then, later) == later + timedelta(seconds=0.5)


@contextmanager
def the_clock(app: Flask, jobs: list[Job], lock: Path) -> Iterator[None]:
    """Run the clock in a thread until the end of the block."""
    stop = threading.Event()
    thread = threading.Thread(target=clock.run_until, args=(app, jobs, lock, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def fresh() -> dict[str, JobRun]:
    """What has been noted by now."""
    db.session.rollback()
    return heartbeats()
