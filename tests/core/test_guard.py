"""Every connection is compared with key ring and release, whatever opens it (one case of each;
``tests/faults/test_belonging.py`` has every command as a process of its own).
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from core import guard, server
from core.config import Config
from core.db import db
from core.encryption import KeyRing
from core.errors import NotSetUp
from core.transaction import transaction
from tests.build import rotated
from tests.scheduling.commands import run, set_up

MIGRATIONS = str(server.ROOT / "migrations")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation, made once."""
    folder = tmp_path_factory.mktemp("kept") / "instance"
    made = create_app(Config.load(folder, {}))
    result = set_up(made, smtp_url="smtp://127.0.0.1:9")
    assert result.exit_code == 0, result.output
    close(made)
    return folder


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    """A copy of it for this test."""
    return Path(shutil.copytree(kept, tmp_path / "instance"))


@pytest.fixture
def installed(folder: Path) -> Iterator[Flask]:
    """The app of that installation, with every connection compared."""
    made = create_app(Config.load(folder, {}))
    yield made
    close(made)


def close(made: Flask) -> None:
    """Let go of every connection."""
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def another_ring(folder: Path) -> None:
    """Put the key ring of another installation in the place of this one's."""
    (folder / "key-ring.json").unlink()
    KeyRing.generate().write(folder / "key-ring.json")


def other_revision(folder: Path, revision: str) -> None:
    """Say that the tables are those of another release."""
    made = create_app(Config.load(folder, {}))
    with made.app_context(), transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    close(made)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (another_ring, "is not the one of this database"),
        (lambda folder: (folder / "key-ring.json").unlink(), "There is no key ring at"),
        (lambda folder: other_revision(folder, "0005"), "Run: flask db upgrade"),
        (lambda folder: other_revision(folder, "9999"), "made by a newer release"),
        (lambda folder: (folder / "alcove.db").unlink(), "There is no database at"),
    ],
    ids=["another ring", "no ring", "older", "newer", "missing"],
)
def test_no_command_and_no_page_works_on_what_does_not_belong_together(
    folder: Path, harm: object, words: str
) -> None:
    assert callable(harm)
    harm(folder)
    made = create_app(Config.load(folder, {}))

    said = [run(made, *command) for command in (["tick"], ["purge"], ["worker"])]
    found = run(made, "doctor")
    page = made.test_client().get("/i/any", base_url="https://alcove.example")

    assert [(one.exit_code, words in one.output) for one in said] == [(1, True)] * 3
    assert (found.exit_code, words in found.output) == (1, True)
    assert page.status_code == 503
    assert "key ring at" not in page.text
    close(made)
    assert (folder / "alcove.db").exists() == ("no database" not in words)


def test_a_database_that_goes_missing_later_is_not_made_anew(
    installed: Flask, folder: Path
) -> None:
    browser = installed.test_client()
    before = browser.get("/i/any", base_url="https://alcove.example").status_code
    close(installed)
    for path in folder.glob("alcove.db*"):
        path.unlink()

    after = browser.get("/i/any", base_url="https://alcove.example")

    assert (before, after.status_code, "Retry-After" in after.headers) == (404, 503, True)
    assert not list(folder.glob("alcove.db*"))


def test_a_connection_that_was_refused_writes_nothing(folder: Path) -> None:
    another_ring(folder)
    made = create_app(Config.load(folder, {}))

    with made.app_context(), pytest.raises(NotSetUp), transaction():
        db.session.execute(text("DELETE FROM person"))

    with made.app_context(), guard.unchecked():
        assert db.session.execute(text("SELECT count(*) FROM person")).scalar_one() == 1


def test_a_ring_that_was_rotated_by_the_book_passes(folder: Path) -> None:
    ring = KeyRing.read(folder / "key-ring.json")
    (folder / "key-ring.json").unlink()
    rotated(ring).write(folder / "key-ring.json")
    made = create_app(Config.load(folder, {}))

    with made.app_context():
        guard.verify()
        close(made)


def test_only_setting_up_makes_tables(tmp_path: Path) -> None:
    made = create_app(Config.load(tmp_path, {}))

    with made.app_context(), pytest.raises(NotSetUp, match="There is no database"):
        upgrade(directory=MIGRATIONS)

    (tmp_path / "alcove.db").touch()
    with made.app_context(), pytest.raises(NotSetUp, match="has no tables"):
        upgrade(directory=MIGRATIONS)
    with sqlite3.connect(tmp_path / "alcove.db") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_a_key_ring_without_a_database_is_a_loss_and_not_a_beginning(
    folder: Path,
) -> None:
    for path in folder.glob("alcove.db*"):
        path.unlink()

    result = set_up(create_app(Config.load(folder, {})))

    assert result.exit_code == 1
    assert "There is a key ring at" in result.output
    assert not (folder / "alcove.db").exists()
