"""What the measured servers serve."""

from flask import Flask, Response

from benchmarks.naive import calendar_in_utc, calendar_with_zone
from core import moment
from core.rsgi import AT_ONCE, Served
from core.web import cookieless
from scheduling.feeds.contents import feed_with
from scheduling.models import Diary
from wsgi import create_app


def hello() -> Flask:
    """Return Flask at its fastest: one route without a database, a template or a cookie."""
    app = Flask(__name__)

    @app.get("/")
    def say() -> str:
        return "hello\n"

    return app


def alcove() -> Flask:
    """Return our own app, and beside its feeds the same calendars built the plain way."""
    app = create_app()

    @app.get("/naive/<token>")
    @cookieless
    def naive(token: str) -> Response:
        return _served(calendar_with_zone(_diary(token), moment.now()))

    @app.get("/naive-utc/<token>")
    @cookieless
    def naive_utc(token: str) -> Response:
        return _served(calendar_in_utc(_diary(token), moment.now()))

    return app


def served() -> Served:
    """Return our own app as ``flask serve`` serves it."""
    app = alcove()
    return Served(app, app.extensions.get(AT_ONCE))


def _diary(token: str) -> Diary:
    return feed_with(token, now=moment.now()).diary


def _served(body: bytes) -> Response:
    return Response(body, content_type="text/calendar; charset=utf-8")
