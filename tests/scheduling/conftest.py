"""The cast, and the made-up world of the demo, told once and copied for each test that walks
in it.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from core import server
from core.config import Config
from core.db import db
from scheduling.demo import world as demo
from tests.cast import amara as amara
from tests.cast import amara_keeps_no_calendar as amara_keeps_no_calendar
from tests.cast import amina as amina
from tests.cast import cohort as cohort
from tests.cast import feed as feed
from tests.cast import member as member
from tests.cast import series as series
from tests.cast import session as session
from tests.conftest import NOW, settings
from tests.scheduling.commands import set_up

MADE_UP = {"demo": True, "base_url": "http://127.0.0.1:5000"}


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, key_ring_file: Path) -> Path:
    """A SQLite file in which everything has happened up to the moment of the tests."""
    folder = tmp_path_factory.mktemp("told")
    path = folder / "told.db"
    app = create_app(settings(folder, key_ring_file, f"sqlite:///{path}", **MADE_UP))
    with app.app_context():
        upgrade(directory=str(server.ROOT / "migrations"))
        demo.load(NOW, afresh=False)
        db.session.remove()
        with db.engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # it is open
        db.engine.dispose()
    return path


@pytest.fixture
def demo_app(
    tmp_path: Path, key_ring_file: Path, told: Path, lend: Callable[..., Flask]
) -> Iterator[Flask]:
    """The app of a demo that has been loaded, its context open."""
    path = tmp_path / "demo.db"
    shutil.copy(told, path)
    made = lend(settings(tmp_path, key_ring_file, f"sqlite:///{path}", **MADE_UP))
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture(scope="session")
def kept_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation that ``flask init`` made, copied for each test."""
    folder = tmp_path_factory.mktemp("installation") / "instance"
    app = create_app(Config.load(folder, {}))
    result = set_up(app, smtp_url="smtp://127.0.0.1:9")
    assert result.exit_code == 0, result.output
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def installation(kept_installation: Path, tmp_path: Path) -> Path:
    """The folder of an installation of this test's own."""
    folder = tmp_path / "instance"
    shutil.copytree(kept_installation, folder)
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    """The app of a machine on which nothing has been set up."""
    return create_app(Config.load(tmp_path, {}))
