"""Asking for private calendars as programs do, on the path of one's choice."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.test import Client, TestResponse

from core import config
from core.db import db
from core.transaction import transaction
from scheduling.feeds.contents import note_read, read
from scheduling.feeds.fast import FastFeeds
from scheduling.feeds.kept import keep
from scheduling.models import Feed
from tests.conftest import NOW

Answer = tuple[str, dict[str, str], bytes]


def fast_of(app: Flask) -> FastFeeds:
    """Return the fast path of an app."""
    assert isinstance(app.wsgi_app, FastFeeds)
    return app.wsgi_app


def leave_to_plain(app: Flask) -> None:
    """Take the fast path away."""
    app.wsgi_app = getattr(app.wsgi_app, "plain", app.wsgi_app)  # type: ignore[method-assign]  # as an app is wrapped


def ready_for_fast(feed: Feed) -> None:
    """Do what the plain path does at the first reading of a day."""
    with transaction():
        note_read(feed, now=NOW)
        keep(feed.diary, read(feed, now=NOW), now=NOW)


@contextmanager
def fast_alone(app: Flask) -> Iterator[None]:
    """Let nothing reach the plain path inside: what comes was answered by the fast one."""
    fast = fast_of(app)
    plain = fast.plain
    fast.plain = _refuse
    try:
        yield
    finally:
        fast.plain = plain


def _refuse(environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise AssertionError(f"the plain path was asked to {environ['REQUEST_METHOD']}")


def asked(application: Any, app: Flask, url: str, **request: Any) -> Answer:
    """Return what a WSGI application of this app answers: status, headers and body."""
    base_url = app.extensions[config.EXTENSION].base_url
    response: TestResponse = Client(application).open(url, **{"base_url": base_url, **request})
    headers = dict(response.headers)
    assert len(headers) == len(list(response.headers))
    return response.status, headers, response.data


def both(app: Flask, url: str, **request: Any) -> tuple[Answer, Answer]:
    """Return the answers of the plain and of the fast path, each left alone."""
    plain = asked(fast_of(app).plain, app, url, **request)
    db.session.rollback()
    with fast_alone(app):
        return plain, asked(app.wsgi_app, app, url, **request)
