"""How fast this machine is now: what Flask's "hello" costs it without a server."""

from statistics import median
from time import process_time

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from benchmarks.apps import hello
from benchmarks.report import Row

CALLS, ROUNDS = 500, 9
MICROSECONDS = 1_000_000
#: What it cost where the goals in seconds were set.
THERE = 40


def measure() -> list[Row]:
    """Measure it; whoever reads goals in seconds can hold them against it."""
    app = hello()
    found = [_round(app) / CALLS * MICROSECONDS for _ in range(ROUNDS)]
    return [
        Row(
            "The pace of this machine: Flask's hello without a server",
            f"{THERE} µs where the goals in seconds were set",
            f"{median(found):.0f} µs",
            f"{min(found):.0f} to {max(found):.0f}",
        )
    ]


def _round(app: Flask) -> float:
    """Return the seconds of processor time of so many calls."""
    asked, begun = create_environ("/"), process_time()
    for _ in range(CALLS):
        # The app writes into what it is given, so each call has its own.
        run_wsgi_app(app, dict(asked))
    return process_time() - begun
