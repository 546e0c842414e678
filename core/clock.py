"""The clock: APScheduler, in memory, and an election so that only one process has it.

On one machine any number of web workers may start a clock; the one that wins the election runs
the jobs, and when it dies another takes over. APScheduler waits on wall time, which can be set;
so the process with the clock compares it with the monotonic clock, and when they differ it runs
every job at once.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, time
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from flask import Flask

from core.election import Election
from core.moment import now_for_jobs
from core.worker import LEAVING, Job, note_trouble, run_job

log = logging.getLogger(__name__)
# It would log two lines for every run of every job, and one for every run that has to wait for
# another; ``run_job`` and the watch below say what went wrong, without what an error may quote.
logging.getLogger("apscheduler").setLevel(logging.CRITICAL)

#: The file in the instance folder that the process with the clock holds.
LOCK: Final = "clock.lock"
#: How often a process that lost the election asks again, in seconds.
ASK_AGAIN = 5.0
#: How often the two clocks are compared, in seconds.
LOOK_AGAIN: Final = 1.0
#: Clocks that are corrected in small steps differ by less than this between two checks.
A_STEP: Final = 2.0
#: A run that takes longer than this, in seconds, is reported as stuck. Every job that asks another
#: server (such as mail) gives up long before.
STUCK_AFTER: Final = 30 * 60.0
#: How often that is said, in seconds.
SAY_AGAIN: Final = 60.0
#: Runs with nothing to do are noted at most this often, in seconds: some jobs look twice a second.
NOTE_AGAIN: Final = 15.0
#: What APScheduler calls the thread that waits for the next run.
THREAD: Final = "APScheduler"


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """A fixed time after the last run, and never in the past: missed runs are made up for once,
    without counting through them.
    """

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return when the job runs next; the library calls this."""
        planned = now if previous is None else previous + self._every
        return planned if planned > now else now + self._every


class Runs:
    """The runs in one process: which are under way and since when, and what was noted."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._under_way: dict[int, tuple[Job, float]] = {}
        self._noted: dict[str, float] = {}
        self._lock = threading.Lock()

    def run(self, job: Job) -> None:
        """Run a job once; no error it raises gets out."""
        number, begun = threading.get_ident(), monotonic()
        with self._lock:
            self._under_way[number] = (job, begun)
        try:
            with self._app.app_context():
                quiet = begun - self._noted.get(job.name, -NOTE_AGAIN) < NOTE_AGAIN
                outcome = run_job(job, now_for_jobs(), quietly=quiet)
                if outcome.trouble or not quiet:
                    self._noted[job.name] = -NOTE_AGAIN if outcome.trouble else begun
        except BaseException as error:  # noqa: BLE001 - the clock must go on with the other jobs
            log.error("the clock met %s in the job %s", type(error).__name__, job.name)
        finally:
            with self._lock:
                self._under_way.pop(number, None)

    def note_all_anew(self) -> None:
        """Note the next run of every job, whatever it does: earlier notes have a different time."""
        self._noted.clear()

    def say_what_is_stuck(self) -> None:
        """Note as trouble which runs take too long."""
        with self._lock:
            stuck = [
                (job, monotonic() - begun)
                for job, begun in self._under_way.values()
                if monotonic() - begun > STUCK_AFTER
            ]
        for job, seconds in stuck:
            words = f"One run has been going on for {int(seconds // 60)} minutes."
            self.note(job.name, words)

    def note(self, name: str, words: str | None) -> None:
        """Note trouble, or that there is none any more, under the name of a job."""
        try:
            with self._app.app_context():
                note_trouble(name, words, now_for_jobs())
        except Exception as error:  # noqa: BLE001 - a database that is away must not stop the clock
            log.error("what the clock had to say met %s", type(error).__name__)


def scheduler(runs: Runs, jobs: Sequence[Job]) -> BackgroundScheduler:
    """Return a scheduler of these jobs, not started. Late runs are made up for once, and a job
    only runs beside itself as far as it allows.
    """
    clock = BackgroundScheduler(
        timezone="UTC",
        # One thread for each possible run, so that none waits for another job.
        executors={
            "default": {"type": "threadpool", "max_workers": sum(job.at_once for job in jobs) or 1}
        },
        job_defaults={"coalesce": True, "misfire_grace_time": None},
    )
    for position, job in enumerate(jobs):
        clock.add_job(
            runs.run,
            Every(job.every),
            args=[job],
            id=job.name,
            name=job.words,
            max_instances=job.at_once,
            next_run_time=_in_turn(position),
        )
    return clock


def _in_turn(position: int) -> datetime:
    """At once, so that nothing waits a day for a daily job; one after another, in the order of the
    table.
    """
    return datetime.now(UTC) + timedelta(seconds=position)


class Comparison:
    """The wall clock beside the monotonic one, which nobody can set."""

    def __init__(self) -> None:
        self._apart = time() - monotonic()

    def step(self) -> float:
        """Return by how many seconds the wall clock was set since the last check."""
        before, self._apart = self._apart, time() - monotonic()
        return self._apart - before


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
    """Wait for the election, then run the jobs until ``stop`` is set. After any trouble of its own
    the clock starts again.
    """
    while not stop.is_set():
        election = Election(lock)
        try:
            _have_the_clock(Runs(app), jobs, election, stop)
        except BaseException as error:
            log.error("the clock met %s and starts again", type(error).__name__)
            if isinstance(error, KeyboardInterrupt):
                raise
            stop.wait(ASK_AGAIN)
        finally:
            election.resign()


def _have_the_clock(
    runs: Runs, jobs: Sequence[Job], election: Election, stop: threading.Event
) -> None:
    while not election.won():
        if stop.wait(ASK_AGAIN):
            return
    log.info("this process has the clock")
    runs.note("clock", election.trouble)
    clock, before = scheduler(runs, jobs), set(threading.enumerate())
    clock.start()
    threads = [one for one in threading.enumerate() if one not in before and one.name == THREAD]
    try:
        _watch(clock, threads, runs, jobs, stop)
    finally:
        if stop.is_set():
            LEAVING.set()
        clock.shutdown(wait=stop.is_set())
        LEAVING.clear()


def _watch(
    clock: BackgroundScheduler,
    threads: Sequence[threading.Thread],
    runs: Runs,
    jobs: Sequence[Job],
    stop: threading.Event,
) -> None:
    comparison, looked = Comparison(), monotonic()
    while not stop.wait(LOOK_AGAIN):
        step = comparison.step()
        if abs(step) > A_STEP:
            log.warning("the machine's clock was set by %+.0f seconds: every job runs now", step)
            runs.note_all_anew()
            for position, job in enumerate(jobs):
                clock.modify_job(job.name, next_run_time=_in_turn(position))
        if not any(thread.is_alive() for thread in threads):
            raise RuntimeError("the thread of the scheduler has ended")
        if monotonic() - looked > SAY_AGAIN:
            looked = monotonic()
            runs.say_what_is_stuck()
