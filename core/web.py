"""What every page owes: default deny, strict headers, and templates that know no secrets."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from math import ceil
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    get_flashed_messages,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as PlainResponse

from core import config, moment
from core.errors import DomainError
from core.tokens import sign
from core.transaction import AWAY
from core.worker import note_damaged

View = TypeVar("View", bound=Callable[..., Any])
Asked = ParamSpec("Asked")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        # Browsers hold redirects after a form to this, and the Leave form redirects elsewhere.
        "form-action 'self'{elsewhere}",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
#: What ids, tickets and our own paths are made of. Words that someone typed would be quoted.
_IDS = re.compile(r"[\w/?&=.:-]*", re.ASCII)
#: Marks the address of a page on which what was typed before stands again (``core.typed_text``).
TYPED = "typed"
NOT_DONE = "Your sign-in had ended, so nothing was sent or changed. You can do it again now."
#: Purpose of the signed path that brings people back to where they were going.
RETURN = "return"


def public(view: View) -> View:
    """Mark a view as open to everybody. A view without this mark needs somebody signed in."""
    view.is_public = True  # type: ignore[attr-defined]  # the mark lives on the function itself
    return view


def cookieless(view: View) -> View:
    """Mark a public view that never asks who reads it, so that no cookie is looked at or set."""
    view.is_cookieless = True  # type: ignore[attr-defined]  # the mark lives on the function itself
    return public(view)


def always(view: View) -> View:
    """Mark a public view that answers even while the database is down; it then knows nobody."""
    view.is_always = True  # type: ignore[attr-defined]  # the mark lives on the function itself
    return public(view)


def is_public(app: Flask, endpoint: str) -> bool:
    """Tell whether an endpoint is marked ``@public``; the static folder always is."""
    return endpoint == "static" or getattr(app.view_functions[endpoint], "is_public", False)


def is_cookieless(app: Flask, endpoint: str | None) -> bool:
    """Tell whether an endpoint is marked ``@cookieless``."""
    return getattr(app.view_functions.get(endpoint or ""), "is_cookieless", False)


@dataclass(frozen=True)
class Note:
    """A message at the top of the next page, with a way to undo what it tells about."""

    text: str
    kind: str = "done"
    undo_url: str | None = None
    undo_label: str = "Undo"
    undo_fields: dict[str, str] = field(default_factory=dict)


def note(
    text: str,
    kind: str = "done",
    *,
    undo_url: str | None = None,
    undo_label: str = "Undo",
    undo_fields: dict[str, str] | None = None,
) -> None:
    """Show a note on the next page: ``done``, ``changed`` or ``info``.

    A note travels in a cookie that is signed but can be read. So ``text`` is one of our own
    sentences, which may only contain numbers, dates and times, and its undo only has ids;
    ``tests/test_notes.py`` reads every call. Raises ``ValueError`` for an address, and for an undo
    that carries anything but ids.
    """
    _refuse_what_was_typed(text, undo_url, undo_fields or {})
    undo = {"undo_url": undo_url, "undo_label": undo_label, "undo_fields": undo_fields or {}}
    content = {"text": text, "kind": kind, **undo}
    if undo_url is not None:
        # Whoever sends the same form twice is offered it again (``core.form_keys``).
        g.undo = undo
    flash(content, kind)  # type: ignore[arg-type]  # any JSON value travels in the signed cookie


def _refuse_what_was_typed(text: str, undo_url: str | None, fields: dict[str, str]) -> None:
    ids = [undo_url or "", *fields, *fields.values()]
    if "@" in text or not all(_IDS.fullmatch(value) for value in ids):
        raise ValueError("a note holds no text that somebody typed")


def notes() -> list[Note]:
    """Take the notes that wait for this page."""
    return [Note(**content) for content in get_flashed_messages()]  # type: ignore[arg-type]  # see note()


def init_web(
    app: Flask,
    load_viewer: Callable[[], Any],
    sign_in_endpoint: str,
    keep_form: Callable[[], str],
) -> None:
    """Put the rules of this module onto an app.

    ``load_viewer`` says who is asking (or ``None``); it is called once a request. ``keep_form``
    keeps a form that came after its sign-in had ended, and returns the path to come back to.
    """

    @app.before_request
    def _know_the_viewer() -> ResponseReturnValue | None:
        g.viewer, g.own_notes = None, []
        if request.endpoint is None or request.endpoint == "static":
            return None
        _refuse_foreign_forms()
        if is_cookieless(app, request.endpoint):
            return None
        try:
            g.viewer = load_viewer()
        except AWAY:
            if not getattr(app.view_functions[request.endpoint], "is_always", False):
                raise
        if g.viewer is not None or is_public(app, request.endpoint):
            return None
        path = keep_form() if request.method == "POST" else request.path
        return redirect(url_for(sign_in_endpoint, **way_back_to(path)), code=303)

    app.after_request(_secure)
    app.teardown_request(lambda _error: note_damaged(moment.now()))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.pop("config", None)
    app.context_processor(_page_context)
    app.jinja_env.globals["asset"] = _asset_namer(app)


def way_back_to(path: str) -> dict[str, Any]:
    """Return what the sign-in page is given so that it leads on to a path of ours.

    Only paths we have signed ourselves are ever followed after signing in.
    """
    return {RETURN: sign(RETURN, path)}


def _refuse_foreign_forms() -> None:
    """Beside the CSRF token: browsers say where a form came from, and ours come from here."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method not in SAFE_METHODS and site not in {"same-origin", "none"}:
        raise BadRequest


def content_security_policy(leave_url: str) -> str:
    """Return the policy of every page; forms may lead on to the origin of ``leave_url`` only."""
    parts = urlsplit(leave_url)
    origin = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return CONTENT_SECURITY_POLICY.format(elsewhere=origin)


def _secure(response: Response) -> Response:
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        # That one only confirms what was sent before, headers among it (RFC 9110 15.4.5).
        _add_security_headers(response)
    if request.endpoint == "static":
        hashed = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = hashed
    elif not response.headers.get("Cache-Control"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _add_security_headers(response: Response) -> None:
    policy = content_security_policy(config.current().leave_url)
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if config.current().secure:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
        )


def _page_context() -> dict[str, Any]:
    settings = config.current()
    return {
        "site_name": settings.site_name,
        "leave_url": settings.leave_url,
        "public_contact": settings.public_contact,
        "demo": settings.demo,
        "viewer": g.get("viewer"),
        "theme": getattr(g.get("viewer"), "theme", "system"),
        # Taking them changes the cookie; they wait for the next page that asks who reads it.
        "notes": [] if is_cookieless(current_app, request.endpoint) else [*notes(), *_own_notes()],
    }


def _own_notes() -> list[Note]:
    """Return what is said on a page to which somebody came back after signing in again."""
    if TYPED not in request.args or g.get("viewer") is None:
        return []
    found: list[Note] = g.get("own_notes") or [Note(NOT_DONE, "info")]
    return found


def _asset_namer(app: Flask) -> Callable[[str], str]:
    versions: dict[str, str] = {}

    def asset(name: str) -> str:
        """Return the URL of a static file, with a hash of its content so that it can be kept."""
        if name not in versions or app.debug:
            content = Path(str(app.static_folder), name).read_bytes()
            versions[name] = hashlib.sha256(content).hexdigest()[:12]
        return url_for("static", filename=name, v=versions[name])

    return asset


def see_other(endpoint: str, **values: Any) -> PlainResponse:
    """Redirect with 303 after a form: the page that shows what has become of it."""
    return redirect(url_for(endpoint, **values), code=303)


def noting_refusals(
    way_back: str | Callable[..., ResponseReturnValue],
) -> Callable[[Callable[Asked, ResponseReturnValue]], Callable[Asked, ResponseReturnValue]]:
    """Let what a rule says against an act become a note on the page at ``way_back``.

    That is an endpoint, which is given the ids of this request's address that it asks for, or a
    function that is given what the act is given. Nothing of an act that is refused is kept.
    """

    def noting(act: Callable[Asked, ResponseReturnValue]) -> Callable[Asked, ResponseReturnValue]:
        @wraps(act)
        def act_or_note(*args: Asked.args, **kwargs: Asked.kwargs) -> ResponseReturnValue:
            try:
                return act(*args, **kwargs)
            except DomainError as error:
                note(error.words, "info")
            if not isinstance(way_back, str):
                return way_back(*args, **kwargs)
            asked_for = next(current_app.url_map.iter_rules(way_back)).arguments
            ids = request.view_args or {}
            return see_other(way_back, **{name: ids[name] for name in asked_for})

        return act_or_note

    return noting


def page_for(path: str) -> str:
    """Return where somebody can go on who sent a form to this path of ours: the page at it, or else
    the nearest one above it.
    """
    routes = current_app.url_map.bind("localhost")
    while not routes.test(path, "GET"):
        path = path.rpartition("/")[0] or "/"
        if path == "/":
            break
    return path


def retry_after(moment: datetime, now: datetime) -> dict[str, str]:
    """Return the header that tells a program from when on to ask again (RFC 9110 section 10.2.3).

    Both are aware.
    """
    return {"Retry-After": str(seconds_until(moment, now))}


def seconds_until(moment: datetime, now: datetime) -> int:
    """Return in how many whole seconds it is that moment, at least one; both are aware."""
    return max(1, ceil((moment - now).total_seconds()))


def link(endpoint: str, **values: Any) -> str:
    """Return an absolute link for a letter or a calendar: always from ``BASE_URL``, never from
    the host a request claims to have been sent to.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, values, force_external=False)
    return config.current().base_url + path
