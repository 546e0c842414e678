"""The commands that run jobs: all of them once, by the clock, and forgetting on its own."""

import signal
import threading
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from core import clock, config, guard
from core.moment import now
from core.retention import purge
from core.worker import Outcome, run_once
from scheduling.jobs import JOBS, RULES
from scheduling.operating import Heartbeat, heartbeats_in_words


@click.command()
@with_appcontext
def tick() -> None:
    """Run every job once and say what was done.

    For a machine whose own clock (cron, a timer) starts the jobs. Ends with 1 if a job met
    trouble, else with 0.
    """
    guard.verify()
    outcomes = run_once(JOBS, now())
    for outcome in outcomes:
        click.echo(_line(outcome))
    if any(outcome.trouble for outcome in outcomes):
        raise SystemExit(1)


def _line(outcome: Outcome) -> str:
    result = f"trouble: {outcome.trouble}" if outcome.trouble else str(outcome.done)
    return f"{outcome.job.name:<14} {outcome.job.words:<38} {result}"


@click.command()
@with_appcontext
def worker() -> None:
    """Run the jobs by the clock until stopped (Ctrl-C, or SIGTERM).

    If another process on this machine has the clock, wait and take over when it ends.
    """
    guard.verify()
    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, leave)
    click.echo("The clock is running. Stop it with Ctrl-C.")
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the app behind the proxy, for the threads of the clock
    clock.run_until(app, JOBS, config.current().instance / clock.LOCK, stop)
    click.echo("The clock has stopped.")


@click.command()
@with_appcontext
def status() -> None:
    """Show whether every job runs on time, for a person or a monitoring program.

    Ends with 1 if a job is late or in trouble, otherwise with 0.
    """
    told = heartbeats_in_words(now())
    for beat in told:
        click.echo(f"{'✗' if beat.late or beat.trouble else '✓'} {beat.name:<14} {_state(beat)}")
    if any(beat.late or beat.trouble for beat in told):
        raise SystemExit(1)


def _state(beat: Heartbeat) -> str:
    return f"{beat.last_words}." + (f" Trouble: {beat.trouble}" if beat.trouble else "")


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Count what would be forgotten; change nothing.")
@with_appcontext
def purge_now(*, dry_run: bool) -> None:
    """Forget what has been kept long enough, now rather than within a day."""
    counts = purge(RULES, now(), dry_run=dry_run)
    for rule in RULES:
        click.echo(f"{counts[rule.name]:>6}  {rule.words}")
