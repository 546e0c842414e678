"""A database that is away, locked, broken or gone in the middle: 503 in words, and back again."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.db import LONG_LOG, db, shorten_log
from core.rsgi import NEVER_WAITS
from core.transaction import transaction
from core.web import public
from tests.conftest import BASE_URL
from tests.postgres import Cluster

NOTE = text("INSERT INTO job_run (name, started_at, done) VALUES ('a', CURRENT_TIMESTAMP, 0)")


class Browser(FlaskClient):
    """A browser that finds the site by its name, and leaves sessions of the database alone."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return super().open(*args, **{"base_url": BASE_URL, **kwargs})


@pytest.fixture
def site(make_app: Callable[..., Flask]) -> Flask:
    """An app with pages that ask the database, and one that asks it for nonsense."""
    app = make_app()
    # Faults become pages here, as they do for people.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = Browser

    @app.get("/ask")
    @public
    def ask() -> ResponseReturnValue:
        return str(db.session.scalar(text("SELECT count(*) FROM job_run")))

    @app.get("/twice")
    @public
    def twice() -> ResponseReturnValue:
        db.session.execute(NOTE)
        db.session.execute(NOTE)
        return "never"

    @app.get("/note")
    @public
    def note() -> ResponseReturnValue:
        with transaction():
            return "noted"

    return app


def assert_told_to_come_back(answer: TestResponse) -> None:
    """Fail unless this is the page that says so, to people and to programs."""
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "We’ll be back shortly" in answer.text


def health(client: FlaskClient) -> int:
    """Return the status of the health address."""
    return client.get("/health").status_code


def test_what_is_asked_wrongly_is_a_fault_of_ours(site: Flask) -> None:
    assert site.test_client().get("/twice").status_code == 500


@pytest.mark.any_database
def test_a_file_that_is_no_database_is_away(site: Flask, tmp_path: Path) -> None:
    client = site.test_client()
    assert (client.get("/ask").status_code, health(client)) == (200, 200)
    with site.app_context():
        db.engine.dispose()
    kept = tmp_path / "kept.db"
    (tmp_path / "alcove.db").rename(kept)
    (tmp_path / "alcove.db").write_bytes(b"this is no database, " * 1_000)

    assert_told_to_come_back(client.get("/ask"))
    assert health(client) == 503
    with site.app_context():
        db.engine.dispose()
    kept.rename(tmp_path / "alcove.db")

    assert (client.get("/ask").status_code, health(client)) == (200, 200)


@pytest.mark.any_database
def test_a_missing_table_is_away(site: Flask, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "alcove.db")) as other:
        other.execute("DROP TABLE job_run")
    client = site.test_client()

    assert_told_to_come_back(client.get("/ask"))
    assert health(client) == 503


@pytest.mark.any_database
def test_who_must_not_wait_for_the_write_lock_does_not(site: Flask, tmp_path: Path) -> None:
    client = site.test_client()
    with closing(sqlite3.connect(tmp_path / "alcove.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert_told_to_come_back(client.get("/note", environ_overrides={NEVER_WAITS: True}))
        assert client.get("/ask").status_code == 200
        left = client.post("/leave")
        other.execute("ROLLBACK")

    assert left.status_code == 303
    # The patience of others is as it was.
    with site.app_context():
        assert db.session.scalar(text("PRAGMA busy_timeout")) == 5000


@pytest.mark.any_database
def test_a_long_log_is_emptied_when_nobody_reads(app: Flask, tmp_path: Path) -> None:
    kept, log = tmp_path / "alcove.db", tmp_path / "alcove.db-wal"
    assert shorten_log() == 0
    with closing(sqlite3.connect(kept)) as reader, closing(sqlite3.connect(kept)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM job_run").fetchall()
        writer.execute("CREATE TABLE much (words BLOB)")
        writer.execute("INSERT INTO much VALUES (randomblob(?))", (LONG_LOG + 1,))
        writer.commit()

        assert (shorten_log(), log.stat().st_size > LONG_LOG) == (0, True)
        reader.rollback()
        assert (shorten_log(), log.stat().st_size) == (1, 0)

    assert db.session.scalar(text("SELECT length(words) FROM much")) == LONG_LOG + 1
    assert db.session.scalar(text("PRAGMA busy_timeout")) == 5000


def end_every_connection(app: Flask) -> None:
    """End every connection to this database but the one that says so."""
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


@pytest.fixture
def on_postgresql(cluster: Cluster | None) -> None:
    """Skip on SQLite, which has no connections that somebody else could end."""
    if cluster is None:
        pytest.skip("needs --database postgresql")


@pytest.mark.usefixtures("on_postgresql")
def test_a_connection_that_ended_while_nobody_used_it_is_not_noticed(site: Flask) -> None:
    client = site.test_client()
    assert client.get("/ask").status_code == 200

    end_every_connection(site)

    assert [client.get("/ask").status_code for _ in range(3)] == [200] * 3


@pytest.mark.usefixtures("on_postgresql")
def test_a_connection_that_ends_in_the_middle_of_a_page_is_away(site: Flask) -> None:
    @site.get("/ends")
    @public
    def ends() -> ResponseReturnValue:
        db.session.scalar(text("SELECT 1"))
        end_every_connection(site)
        return str(db.session.scalar(text("SELECT 1")))

    client = site.test_client()

    assert_told_to_come_back(client.get("/ends"))
    assert client.get("/ask").status_code == 200


@pytest.mark.usefixtures("on_postgresql")
def test_a_connection_that_ends_after_the_page_was_made_costs_no_answer(site: Flask) -> None:
    @site.get("/ends")
    @public
    def ends() -> ResponseReturnValue:
        answer = str(db.session.scalar(text("SELECT 7")))
        end_every_connection(site)
        return answer

    client = site.test_client()

    assert (client.get("/ends").data, client.get("/ask").status_code) == (b"7", 200)


@pytest.mark.usefixtures("on_postgresql")
def test_a_connection_that_ends_before_a_commit_is_away(site: Flask) -> None:
    @site.get("/ends")
    @public
    def ends() -> ResponseReturnValue:
        with transaction():
            db.session.scalar(text("SELECT 1"))
            end_every_connection(site)
        return "never"

    client = site.test_client()

    assert_told_to_come_back(client.get("/ends"))
    assert client.get("/ask").status_code == 200


@pytest.mark.usefixtures("on_postgresql")
def test_a_locked_row_is_waited_for_and_not_for_ever(site: Flask) -> None:
    with site.app_context(), db.engine.connect() as connection:
        told = [
            connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("statement_timeout", "lock_timeout")
        ]

    assert told == ["30s", "5s"]
