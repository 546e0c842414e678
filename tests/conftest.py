"""Fixtures of every test: an app with a database of its own, and browsers for the cast."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event

from app import create_app
from core.config import Config
from core.db import db
from core.encryption import KeyRing
from groups.models import Person
from tests.apps import Apps
from tests.page import PageClient
from tests.postgres import Cluster, cluster_or_skip
from tests.routing import compile_routes_once

compile_routes_once()


@event.listens_for(Engine, "connect")
def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    """No test pulls the plug, so none needs every commit to reach the disk before it goes on."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BASE_URL = "http://alcove.example"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database postgresql`` runs the same tests on a throwaway PostgreSQL; ``--gallery`` keeps
    pictures of the pages that are looked over in a browser.
    """
    parser.addoption("--database", default="sqlite", choices=["sqlite", "postgresql"])
    parser.addoption("--gallery", action="store_true")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what has something new to say there."""
    if config.getoption("--database") == "sqlite":
        return
    kept = [item for item in items if _depends_on_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _depends_on_the_database(item: pytest.Item) -> bool:
    """Tell whether a test touches a database, and more than the pages in front of it: their verbs
    have tests of their own, and each page is opened once by the access table.
    """
    touches = "make_app" in getattr(item, "fixturenames", ())
    return touches and "web" not in item.path.parts and not item.get_closest_marker("any_database")


@pytest.fixture(scope="session")
def key_ring_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key ring for all tests; making it costs nothing, but builders rely on it."""
    path = tmp_path_factory.mktemp("keys") / "key-ring.json"
    KeyRing.generate().write(path)
    return path


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    """A PostgreSQL of our own, or nothing when the tests run on SQLite."""
    if request.config.getoption("--database") == "sqlite":
        yield None
        return
    with cluster_or_skip() as made:
        yield made


def settings(instance: Path, key_ring: Path, database_url: str, **changes: object) -> Config:
    """Return settings for a test app."""
    values: dict[str, object] = {
        "instance": instance,
        "base_url": BASE_URL,
        "secret_key": "a secret key that is only ever used by tests",
        "database_url": database_url,
        "key_ring": key_ring,
        "site_name": "Alcove",
        "mail_from": "hello@alcove.example",
        "public_contact": "help@alcove.example",
        "operator_address": "sol@operators.example",
        "testing": True,
    }
    return Config(**{**values, **changes})  # type: ignore[arg-type]  # the tests name real settings


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory, key_ring_file: Path) -> Path:
    """A SQLite file with every table and no rows, copied for each test."""
    folder = tmp_path_factory.mktemp("empty")
    path = folder / "empty.db"
    app = create_app(settings(folder, key_ring_file, f"sqlite:///{path}"))
    with app.app_context():
        db.create_all()
        with db.engine.connect() as connection:
            connection.connection.dbapi_connection.execute(  # type: ignore[union-attr]  # it is open
                "PRAGMA wal_checkpoint(TRUNCATE)"
            )
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates as Python code, kept from app to app: compiling them is most of a page's time."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def apps(compiled_templates: FileSystemBytecodeCache) -> Apps:
    """The apps of this process, lent to one test after another."""
    return Apps(compiled_templates)


@pytest.fixture
def lend(apps: Apps) -> Iterator[Callable[..., Flask]]:
    """Return a function that lends an app with given settings for as long as this test takes."""
    yield apps.lend
    apps.take_back()


@pytest.fixture
def make_app(
    tmp_path: Path,
    key_ring_file: Path,
    empty_database: Path,
    cluster: Cluster | None,
    lend: Callable[..., Flask],
) -> Callable[..., Flask]:
    """Return a function that gives an app on an empty database, with settings to change.

    The app is as good as new; with ``fresh=True`` it is new. Apps that one test asks for share the
    database, and leave no connection behind.
    """
    urls: list[str] = []

    def make(*, fresh: bool = False, **changes: object) -> Flask:
        if not urls:
            urls.append(copy() if cluster is None else cluster.database(fill))
        return lend(settings(tmp_path, key_ring_file, urls[0], **changes), fresh=fresh)

    def copy() -> str:
        path = tmp_path / "alcove.db"
        shutil.copy(empty_database, path)
        return f"sqlite:///{path}"

    def fill(url: str) -> None:
        with create_app(settings(tmp_path, key_ring_file, url)).app_context():
            db.create_all()
            db.engine.dispose()

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app of this test, its context open so that tests can call verbs and read rows."""
    made = make_app()
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen: Saturday 21 November 2026, 9am in London."""
    return NOW


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The clock, which stands at that moment; ``shift`` moves it on."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def new_browser(app: Flask) -> Callable[[], FlaskClient]:
    """Return a function that gives a browser in which nobody is signed in."""
    app.test_client_class = PageClient
    return app.test_client


@pytest.fixture
def client(new_browser: Callable[[], FlaskClient]) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return new_browser()


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Person], PageClient]:
    """Return a function that gives a browser in which this person is signed in."""
    app.test_client_class = PageClient

    def browser(person: Person) -> PageClient:
        made = app.test_client()
        assert isinstance(made, PageClient)
        made.sign_in(person)
        return made

    return browser
