"""PostgreSQL stopped in the middle of everything, and started again; a disk with no room left."""

import resource
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from app import create_app
from core.db import db
from tests.conftest import settings
from tests.faults.under_load import asking
from tests.postgres import cluster_or_skip
from tests.serving import Answer, Site, calendar_in, serving

pytestmark = pytest.mark.any_database


def no_empty_calendar(answers: list[Answer]) -> bool:
    """Return whether each is the whole calendar, or says to come back and holds none."""
    return all(
        answer.body.count(b"BEGIN:VEVENT") == 1
        if answer.status == 200
        else answer.status == 503 and b"VCALENDAR" not in answer.body
        for answer in answers
    )


def until_well(site: Site, path: str, within: float) -> None:
    """Ask until it is answered with 200; fail when it has not been so many seconds later."""
    until = time.monotonic() + within
    while site.ask(path).status != 200:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_r8_every_connection_to_postgresql_is_ended_again_and_again(
    tmp_path: Path, key_ring_file: Path
) -> None:
    with cluster_or_skip() as cluster:
        url = cluster.empty_database()
        app = create_app(settings(tmp_path, key_ring_file, url))
        with app.app_context():
            db.create_all()
            feed = calendar_in(app)
        with serving(app, tmp_path / "served") as site:
            form = site.form()
            with (
                asking(lambda: site.ask(feed), threads=2, pause=0.05) as feeds,
                asking(lambda: site.ask("/health"), threads=2, pause=0.05) as health,
                asking(lambda: form.send("/sign-out"), threads=2, pause=0.05) as writes,
                psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other,
            ):
                for _ in range(20):
                    other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                    )
                    time.sleep(0.5)
            for path in (feed, "/health"):
                until_well(site, path, within=5)

    assert no_empty_calendar(feeds.answers)
    assert feeds.statuses | health.statuses <= {200, 503}
    assert writes.statuses <= {303, 503}
    assert not feeds.errors + health.errors + writes.errors


def test_r8_postgresql_is_gone_and_comes_back(tmp_path: Path, key_ring_file: Path) -> None:
    with cluster_or_skip() as cluster:
        url = cluster.empty_database()
        app = create_app(settings(tmp_path, key_ring_file, url))
        with app.app_context():
            db.create_all()
            feed = calendar_in(app)
        with serving(app, tmp_path / "served") as site:
            until_well(site, feed, within=10)
            with (
                asking(lambda: site.ask(feed), threads=2, pause=0.05) as feeds,
                asking(lambda: site.ask("/health"), threads=1, pause=0.05) as health,
            ):
                cluster.restart(seconds=3)
                time.sleep(1)
            for path in (feed, "/health"):
                until_well(site, path, within=5)

    assert no_empty_calendar(feeds.answers)
    assert (feeds.statuses, health.statuses) == ({200, 503}, {200, 503})
    assert not feeds.errors + health.errors


def test_r5_a_database_that_may_not_grow_is_read_and_refuses_writes(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app()
    with app.app_context():
        feed = calendar_in(app)
    room = tmp_path / "served"
    with serving(app, room) as site:
        form = site.form()
        until_well(site, feed, within=10)
        # The log may grow no further: every write of these processes meets the end of the disk.
        limit = (tmp_path / "alcove.db-wal").stat().st_size
        for pid in processes_of(site):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        reads = [site.ask(path) for path in (feed, "/sign-in", "/health") for _ in range(5)]
        writes = [form.send("/sign-in", address=f"a{n}@example.org") for n in range(10)]
        after = [site.ask(path) for path in (feed, "/sign-in", "/health") for _ in range(5)]

    assert {answer.status for answer in reads + after} == {200}
    assert {answer.status for answer in writes} == {503}
    assert max(answer.seconds for answer in writes) < 3
    with closing(sqlite3.connect(tmp_path / "alcove.db")) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def processes_of(site: Site) -> list[int]:
    """Return the process that serves and those it started."""
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text()
    return [site.process.pid, *map(int, children.split())]
