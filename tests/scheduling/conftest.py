"""The made-up world of the demo, told once and copied for each test that walks in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from core import server
from core.db import db
from scheduling.demo import world as demo
from tests.conftest import NOW, settings

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
def demo_app(tmp_path: Path, key_ring_file: Path, told: Path) -> Iterator[Flask]:
    """The app of a demo that has been loaded, its context open."""
    path = tmp_path / "demo.db"
    shutil.copy(told, path)
    made = create_app(settings(tmp_path, key_ring_file, f"sqlite:///{path}", **MADE_UP))
    made.config["WTF_CSRF_ENABLED"] = False
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()
