"""The clock runs jobs inside the app, in one process at a time, and survives its holder."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from flask import Flask, current_app

from core import clock
from core.election import Election
from core.worker import Job, heartbeats

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
