"""The connection of the fast path, on which whoever cannot wait never does."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from flask import Flask

from core.db import db
from scheduling.feeds.rows import FeedRows, NotSure
from tests.scheduling.polling import fast_of


@pytest.fixture
def rows(app: Flask) -> FeedRows:
    """What the fast path asks, on a connection that is open."""
    rows = fast_of(app).rows
    rows.connection()
    return rows


@contextmanager
def held_up(rows: FeedRows) -> Iterator[None]:
    """Let the database answer nothing on this connection inside the block."""
    raw = rows.connection().raw
    if hasattr(raw, "set_trace_callback"):
        goes_on = Event()
        raw.set_trace_callback(lambda _: goes_on.wait(20))
        try:
            yield
        finally:
            goes_on.set()
        return
    server = raw.info.backend_pid
    os.kill(server, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server, signal.SIGCONT)


def asked_at_once(rows: FeedRows) -> str:
    """Ask as the event loop does; returns what came of it."""
    try:
        return repr(rows.find("nobody's", whole=False, waits=False))
    except NotSure:
        return "not sure"


def test_who_cannot_wait_is_answered_where_nobody_else_asks(rows: FeedRows) -> None:
    assert asked_at_once(rows) == "None"


def test_who_cannot_wait_neither_opens_a_connection_nor_closes_one(rows: FeedRows) -> None:
    connection = rows.connection()
    assert asked_at_once(rows) == "None"
    assert rows.connection() is connection

    rows.close()

    assert asked_at_once(rows) == "not sure"
    assert rows.connection() is not connection


def test_who_cannot_wait_does_not_while_somebody_else_is_kept_waiting(rows: FeedRows) -> None:
    with ThreadPoolExecutor(1) as pool, held_up(rows):
        other = pool.submit(rows.find, "nobody's", whole=False)
        while not rows._in_turn.locked():
            assert not other.done()
        told = asked_at_once(rows)
        assert not other.done()

    assert told == "not sure"


def test_a_server_that_has_stopped_is_not_waited_for_without_an_end(rows: FeedRows) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("needs --database postgresql")
    with held_up(rows), pytest.raises(TimeoutError):
        rows.find("nobody's", whole=False, waits=False)

    assert asked_at_once(rows) == "not sure"
    assert rows.find("nobody's", whole=False) is None
