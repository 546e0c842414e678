"""What the jobs' heartbeats show: which ran on time, and which did not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.worker import Job, JobRun, heartbeats

#: A job that has missed this many of its turns is late, but never sooner than this.
TURNS: Final = 3
LEAST_LATE: Final = timedelta(minutes=5)
#: If a heartbeat is further ahead than this, the machine's clock was wrong then or is now.
AHEAD: Final = timedelta(minutes=1)


class Pulse(StrEnum):
    """Whether a job runs on time."""

    WELL = "well"
    NEVER = "never"
    LATE = "late"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Beat:
    """One job, when it last ran properly, whether that is on time, and any trouble."""

    job: Job
    pulse: Pulse
    finished_at: datetime | None
    trouble: str | None


def beats(jobs: Sequence[Job], now: datetime) -> list[Beat]:
    """Return how each of these jobs is doing; ``now`` is aware, in UTC."""
    runs = heartbeats()
    return [_beat(job, runs.get(job.name), now) for job in jobs]


def pulse(job: Job, run: JobRun | None, now: datetime) -> Pulse:
    """Return whether a job runs on time, judged by its last run."""
    if run is not None and max(run.started_at, run.finished_at or now) > now + AHEAD:
        return Pulse.AHEAD
    if run is None or run.finished_at is None:
        return Pulse.NEVER
    late = now - run.finished_at > max(LEAST_LATE, job.every * TURNS)
    return Pulse.LATE if late else Pulse.WELL


def other_troubles(jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the trouble that the clock itself noted, which belongs to no job."""
    names = {job.name for job in jobs}
    for name, run in heartbeats().items():
        if name not in names and run.trouble:
            yield f"{name}: {run.trouble}"


def _beat(job: Job, run: JobRun | None, now: datetime) -> Beat:
    if run is None:
        return Beat(job, Pulse.NEVER, None, None)
    return Beat(job, pulse(job, run, now), run.finished_at, run.trouble)
