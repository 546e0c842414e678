"""``create_app()``: settings, database, pages, commands and error pages.

It sets nothing for the process that calls it; ``wsgi.py`` does, and is all that imports this.
"""

from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import groups.web
import scheduling.cli
import scheduling.web
from core import clock, config, encryption, guard, installation, rsgi, server
from core.config import Config
from core.db import db, engine_options
from core.encryption import KeyRing
from core.error_pages import init_error_pages
from core.errors import NotSetUp
from core.form_keys import FormProtection, init_form_keys, keep_form
from core.hosts import HostNames, same_name
from core.redaction import add_links
from core.web import init_web
from groups.web.viewer import lapsed_account, load_viewer
from scheduling.feeds.fast import FastFeeds
from scheduling.jobs import JOBS

ROOT = Path(__file__).parent
INSTANCE = ROOT / "instance"

csrf = FormProtection()


def create_app(settings: Config | None = None) -> Flask:
    """Return the app for these settings, or for those of the environment and ``instance/``."""
    settings = settings or Config.load(INSTANCE)
    app = Flask(__name__, instance_path=str(settings.instance.resolve()))
    _configure(app, settings)
    db.init_app(app)
    installation.init_migrations(app)
    if not settings.testing:
        guard.guard(app)
    # Who is asking is known before a token is looked at, which decides what becomes of a form.
    init_web(app, load_viewer, "sign_in.ask", partial(keep_form, lapsed_account))
    csrf.init_app(app)
    init_error_pages(app)
    groups.web.init_app(app)
    scheduling.web.init_app(app)
    init_form_keys(app)
    scheduling.cli.init_app(app)
    add_links(app)
    _answer_feeds_first(app, settings)
    if settings.clock:
        clock.start(app, JOBS, settings.instance / clock.LOCK)
    return app


def _answer_feeds_first(app: Flask, settings: Config) -> None:
    """Put the fast path of private calendars in front of everything, once there is a set-up."""
    ring = app.extensions[encryption.EXTENSION]
    if ring is not None and not settings.missing():
        fast = FastFeeds(app, app.wsgi_app, settings, ring)
        app.wsgi_app = fast  # type: ignore[method-assign]  # the documented way to wrap an app
        app.extensions[rsgi.AT_ONCE] = fast.at_once


def _configure(app: Flask, settings: Config) -> None:
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.extensions[server.FACTORY] = create_app
    app.extensions[config.EXTENSION] = settings
    app.extensions[encryption.EXTENSION] = _key_ring(settings)
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key or "not set up",
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        # Someone who looks at a browser’s files learns no more from it than from the host name.
        SESSION_COOKIE_NAME="__Host-s" if settings.secure else "s",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,
        # It would ask for a Referer, which our pages never send; Sec-Fetch-Site stands in for it.
        WTF_CSRF_SSL_STRICT=False,
        TESTING=settings.testing,
    )
    if settings.base_url and not settings.demo:
        host = same_name(settings.host)
        app.config["TRUSTED_HOSTS"] = [host]
        app.wsgi_app = HostNames(app.wsgi_app, host)  # type: ignore[method-assign]  # the documented way to wrap an app
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]  # the documented way to wrap an app


def _key_ring(settings: Config) -> KeyRing | None:
    """Return the ring, or nothing where none is set up yet: then every page says so."""
    try:
        return None if settings.key_ring is None else KeyRing.read(settings.key_ring)
    except NotSetUp:
        if settings.key_ring is not None and settings.key_ring.exists():
            raise
        return None
