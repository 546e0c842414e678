"""The pages that facts and faults become: one sentence and one way on, never a trace or a name."""

import traceback
from types import TracebackType
from typing import Any

from flask import Flask, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from core import config, encryption
from core.db import is_away
from core.errors import NotFound, NotSetUp
from core.rsgi import REFUSED

TEMPLATES = {400: "400", 404: "404", 408: "408", 410: "410", 413: "400", 429: "429", 503: "503"}
#: How many seconds to wait after asking too often, or at a bad moment, if nothing else says how
#: long.
A_WHILE = "60"
#: How many seconds to wait after a request found the database down or locked.
AWAY_FOR = "30"


def init_error_pages(app: Flask) -> None:
    """Register the error pages, and the page of an installation that is not set up."""
    app.before_request_funcs.setdefault(None, [])[:0] = [_say_if_refused, _say_if_not_set_up]
    app.register_error_handler(NotFound, lambda _: error_page("404", 404))
    app.register_error_handler(HTTPException, _http)
    for kind in (DBAPIError, PoolTimeout, PendingRollbackError):
        app.register_error_handler(kind, _database_error)
    app.register_error_handler(NotSetUp, _not_set_up)
    app.register_error_handler(500, lambda _: error_page("500", 500))
    app.log_exception = _log_fault  # type: ignore[method-assign]  # Flask says to override it


def _log_fault(
    exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
) -> None:
    """Note where a fault is, and nothing of what it was about: an address can hold the secret of
    a link, and the words of an error a name.
    """
    kind, _, trace = exc_info
    route = "an unknown address" if request.url_rule is None else request.url_rule.rule
    name = "an error" if kind is None else kind.__name__
    places = "".join(traceback.format_tb(trace))
    current_app.logger.error("%s at %s %s\n%s", name, request.method, route, places)


def _say_if_refused() -> None:
    """Refuse, in plain words, what the server could not accept (``core.rsgi``)."""
    status = request.environ.get(REFUSED)
    if status:
        abort(status)


def _say_if_not_set_up() -> ResponseReturnValue | None:
    ready = current_app.extensions[encryption.EXTENSION] and not config.current().missing()
    if ready or request.endpoint == "static":
        return None
    g.viewer = None
    headers = {"Content-Type": "text/plain", "Retry-After": "600"}
    return "This site is not set up yet. Run: flask init\n", 503, headers


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if isinstance(error, SecurityError):
        # For a host that is not ours no link can be made, and so no page.
        return "This is not an address of this site.\n", 400, {"Content-Type": "text/plain"}
    if code < 400:
        return error
    if code in TEMPLATES:
        body, code = error_page(TEMPLATES[code], code)
        return body, code, _when_again(error)
    # 405 keeps its Allow header; the rest are for programs more than for people.
    return error.get_response()


def _when_again(error: HTTPException) -> dict[str, str]:
    headers = dict(error.get_headers())
    said = headers.get("Retry-After", A_WHILE if error.code in {429, 503} else None)
    return {} if said is None else {"Retry-After": said}


def _database_error(error: DBAPIError) -> ResponseReturnValue:
    if not is_away(error):
        raise error
    current_app.logger.error("the database cannot be reached: %s", type(error).__name__)
    body, code = error_page("503", 503)
    return body, code, {"Retry-After": AWAY_FOR}


def _not_set_up(error: NotSetUp) -> ResponseReturnValue:
    # Its message is for the person who runs the site, not for people who ask for a page.
    current_app.logger.error("%s", error.message)
    body, code = error_page("503", 503)
    return body, code, {"Retry-After": AWAY_FOR}


def error_page(name: str, code: int) -> tuple[Any, int]:
    """Return one of the error pages, and its status."""
    # An error page must not need what is broken, so it knows nobody.
    g.viewer = None
    return render_template(f"errors/{name}.html"), code
