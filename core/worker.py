"""Jobs: what runs regularly, run once or by the clock, and when each last went well.

A job finds what is due in our rows, so a second run is harmless and a missed one is caught up.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Technical, db
from core.encryption import damaged_lately
from core.errors import NotSetUp, Unreachable
from core.transaction import AWAY, transaction

log = logging.getLogger(__name__)

#: Under this name it is noted that stored text cannot be read.
DAMAGED = "stored text"
DAMAGED_WORDS = "Can’t be opened with this key ring: "
A_DAY = timedelta(days=1)

#: Set when this process must end: long work finishes its current step and returns.
LEAVING = threading.Event()

Item = TypeVar("Item")


@dataclass(frozen=True)
class Job:
    """Something that is done regularly. ``run`` takes the time and returns how many things it did;
    ``words`` say what those are. ``at_once`` is how many runs there may be at the same time.
    """

    name: str
    words: str
    every: timedelta
    run: Callable[[datetime], int]
    at_once: int = 1


@dataclass(frozen=True)
class Outcome:
    """What came of one run: a number of things done, or the trouble in words."""

    job: Job
    done: int
    trouble: str | None = None


class JobRun(Base):
    """The heartbeat of one job: when it last began, when it last went well, and any trouble."""

    __tablename__ = "job_run"

    name: Mapped[Technical[str]] = mapped_column(primary_key=True)
    started_at: Mapped[Technical[datetime]]
    #: The last time it went well; a run that met trouble leaves it as it was.
    finished_at: Mapped[Technical[datetime | None]]
    done: Mapped[Technical[int]] = mapped_column(default=0)
    trouble: Mapped[Technical[str | None]]


def run_job(job: Job, now: datetime, *, quietly: bool = False) -> Outcome:
    """Run one job and note how it went; trouble is recorded and never raised.

    ``quietly`` notes a run only if it did something or met trouble.
    """
    db.session.rollback()
    begun = monotonic()
    try:
        outcome = Outcome(job, job.run(now))
    except KeyboardInterrupt:
        raise
    except (Unreachable, NotSetUp) as error:
        outcome = Outcome(job, 0, str(error))
    except BaseException as error:  # noqa: BLE001 - the clock must go on with the other jobs
        # The class alone: the message of an error can carry a name or an address.
        outcome = Outcome(job, 0, type(error).__name__)
        log.error("the job %s met %s", job.name, type(error).__name__)
    db.session.rollback()
    note_damaged(now)
    if quietly and not outcome.done and outcome.trouble is None:
        return outcome
    try:
        _note(outcome, now, now + timedelta(seconds=monotonic() - begun))
    except (SQLAlchemyError, NotSetUp) as error:
        # A full disk, or a database that is down or not ours; the next run notes its own state.
        log.error("the heartbeat of %s met %s", job.name, type(error).__name__)
    return outcome


def _note(outcome: Outcome, started_at: datetime, finished_at: datetime) -> None:
    with transaction():
        row = _row(outcome.job.name, started_at)
        row.started_at = started_at
        if outcome.trouble is None:
            row.finished_at = finished_at
        row.done, row.trouble = outcome.done, outcome.trouble


def _row(name: str, started_at: datetime) -> JobRun:
    row = db.session.get(JobRun, name)
    if row is None:
        row = JobRun(name=name, started_at=started_at)
        db.session.add(row)
    return row


def note_trouble(name: str, words: str | None, now: datetime) -> None:
    """Note trouble beside a job's heartbeat, or under a name that is not a job's; without words,
    forget what was noted under that name.
    """
    with transaction():
        if words is None:
            db.session.execute(delete(JobRun).where(JobRun.name == name))
        else:
            _row(name, now).trouble = words


def note_damaged(now: datetime) -> None:
    """Note which kinds of stored text could not be read lately, once a day each; never whose.

    Trouble with noting it is logged and never raised: whatever met the damage has gone on.
    """
    seen = damaged_lately()
    if not seen:
        return
    try:
        with transaction():
            row = _row(DAMAGED, now)
            known = (row.trouble or "").removeprefix(DAMAGED_WORDS).split(", ")
            if row.started_at < now - A_DAY:
                known, row.started_at = [], now
            row.trouble = DAMAGED_WORDS + ", ".join(sorted({*filter(None, known), *seen}))
    except (*AWAY, NotSetUp) as error:
        log.warning("damaged text was not noted: %s", type(error).__name__)


def forget_damaged(now: datetime) -> None:
    """Forget damage that was noted more than a day ago: what is still there is met again."""
    row = heartbeat(DAMAGED)
    if row is not None and row.started_at < now - A_DAY:
        note_trouble(DAMAGED, None, now)


def one_by_one(items: Iterable[Item], act: Callable[[Item], int]) -> int:
    """Act on every item, each in a transaction of its own; returns the sum of what was done.

    Trouble with one does not hold up the others; the first trouble is raised in the end.
    """
    done, troubles = 0, list[Exception]()
    for item in items:
        try:
            with transaction():
                done += act(item)
        except Exception as error:  # noqa: BLE001 - one bad row must not hold up the others
            troubles.append(error)
    if troubles:
        raise troubles[0]
    return done


def run_once(jobs: Sequence[Job], now: datetime) -> list[Outcome]:
    """Run every job once, in the order of the table."""
    return [run_job(job, now) for job in jobs]


def heartbeat(name: str) -> JobRun | None:
    """Return the last run of one job, if it has ever run."""
    return db.session.get(JobRun, name)


def heartbeats() -> dict[str, JobRun]:
    """Return the last run of each job that has ever run."""
    return {run.name: run for run in db.session.scalars(select(JobRun))}
