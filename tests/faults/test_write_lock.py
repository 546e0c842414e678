"""The database's write lock held by another process, while people read and write."""

import itertools
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.under_load import asking
from tests.serving import Answer, Form, Site, calendar_in, serving

pytestmark = pytest.mark.any_database


@pytest.fixture
def site(make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Site]:
    """A site served as it is by default."""
    app = make_app()
    with app.app_context():
        feed = calendar_in(app)
    (tmp_path / "feed").write_text(feed)
    with serving(app, tmp_path / "served") as site:
        yield site


@contextmanager
def lock_held(database: Path) -> Iterator[None]:
    """Hold the write lock until the end of the block."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_r7_readers_do_not_notice_that_the_write_lock_is_held(site: Site, tmp_path: Path) -> None:
    feed, form = (tmp_path / "feed").read_text(), site.form()
    paths = itertools.cycle([feed, "/sign-in", "/health"])
    turn = threading.Lock()

    def read() -> Answer:
        with turn:
            path = next(paths)
        return site.ask(path)

    for _ in range(20):
        read()
    with asking(read, threads=3, pause=0.02) as rest:
        time.sleep(10)
    with (
        lock_held(tmp_path / "alcove.db"),
        asking(read, threads=3, pause=0.02) as reads,
        asking(lambda: form.send("/sign-out"), threads=20, pause=0.5) as writes,
        asking(lambda: site.ask("/leave", "POST"), threads=1, pause=0.5) as left,
    ):
        time.sleep(40)
    assert_writes_again(form, within=5)

    assert (reads.statuses, writes.statuses, left.statuses) == ({200}, {503}, {303})
    assert not reads.errors + writes.errors + left.errors
    assert reads.p95 < 2 * rest.p95
    assert all("retry-after" in answer.headers for answer in writes.answers)
    # A turn, and then the lock, are each waited for 5 seconds.
    assert writes.longest < 11
    assert left.longest < 2


def test_r7_a_short_wait_for_the_lock_costs_nobody_an_answer(site: Site, tmp_path: Path) -> None:
    form = site.form()
    with asking(lambda: form.send("/sign-out"), threads=10, pause=0.5) as writes:
        time.sleep(1)
        with lock_held(tmp_path / "alcove.db"):
            time.sleep(3)
        time.sleep(4)

    assert (writes.statuses, writes.errors) == ({303}, Counter())


def assert_writes_again(form: Form, *, within: float) -> None:
    """Write until it goes well; fail when it has not so many seconds later."""
    until = time.monotonic() + within
    while form.send("/sign-out").status != 303:
        assert time.monotonic() < until
