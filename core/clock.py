"""The clock: APScheduler, in memory, and an election so that only one process has it.

On one machine any number of web workers may start a clock; the one that holds the lock file runs
the jobs, and when it dies the kernel frees the lock and another takes over.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from core.worker import Job, run_job

log = logging.getLogger(__name__)
# It would log two lines for every run of every job; ``run_job`` says what went wrong.
logging.getLogger("apscheduler").setLevel(logging.WARNING)

#: How often a process that lost the election asks again, in seconds.
ASK_AGAIN = 5.0


def scheduler(app: Flask, jobs: Sequence[Job]) -> BackgroundScheduler:
    """Return a scheduler of these jobs, not started. Late runs are made up for once, and a job
    never runs beside itself.
    """
    clock = BackgroundScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for position, job in enumerate(jobs):
        clock.add_job(
            _tick,
            "interval",
            seconds=job.every.total_seconds(),
            args=[app, job],
            id=job.name,
            name=job.words,
            # At once after a start, so that nothing waits a day for a daily job; one after
            # another, in the order of the table.
            next_run_time=datetime.now(UTC) + timedelta(seconds=position),
        )
    return clock


def _tick(app: Flask, job: Job) -> None:
    with app.app_context():
        run_job(job, datetime.now(UTC))


class Election:
    """Holds a lock file for as long as this process is the one with the clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def won(self) -> bool:
        """Try to take the lock; the kernel frees it however the process ends."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def resign(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def start(app: Flask, jobs: Sequence[Job], lock: Path) -> threading.Event:
    """Run the clock in the background of this process as soon as it wins the election.

    Returns an event; setting it stops the clock.
    """
    stop = threading.Event()
    threading.Thread(
        target=run_until, args=(app, jobs, lock, stop), name="clock", daemon=True
    ).start()
    return stop


def run_until(app: Flask, jobs: Sequence[Job], lock: Path, stop: threading.Event) -> None:
    """Wait for the election, then run the jobs until ``stop`` is set."""
    election = Election(lock)
    while not election.won():
        if stop.wait(ASK_AGAIN):
            return
    clock = scheduler(app, jobs)
    clock.start()
    log.info("this process has the clock")
    stop.wait()
    clock.shutdown(wait=True)
    election.resign()
