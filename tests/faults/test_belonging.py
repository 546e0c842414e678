"""Database, release and key ring belong together, and only ``flask init`` makes a database.

Real processes, on SQLite and on PostgreSQL.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from core.encryption import KeyRing
from tests.build import rotated
from tests.postgres import Cluster, cluster_or_skip

ROOT = Path(__file__).parents[2]
FLASK = Path(sys.executable).with_name("flask")
HEAD = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
#: The release that knew nothing of all this.
BEFORE = "0005"
SETTINGS = {
    "SITE_NAME": "Thursdays",
    "BASE_URL": "https://thursdays.example",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "hello@thursdays.example",
    "PUBLIC_CONTACT": "help@thursdays.example",
    "OPERATOR_ADDRESS": "sol@operators.example",
}
FACILITATOR = ("--facilitator", "Amara Osei", "--address", "amara@people.example")
#: Every command that opens the database, but for those that make or change its tables.
COMMANDS = [
    ["tick"],
    ["worker"],
    ["purge"],
    ["add-facilitator", "Grace", "grace@people.example"],
    ["add-operator", "Sol", "sol@people.example"],
]
CHANGING = [["db", "upgrade"], ["serve", "--port", "0"]]


@dataclass(frozen=True)
class Site:
    """An installation: its folder, and its database as a URL of ours."""

    folder: Path
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What its commands find in their environment."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {"ALCOVE_INSTANCE": str(self.folder), "DATABASE_URL": self.database_url}
        return {**kept, **own, **SETTINGS}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command."""
        return subprocess.Popen(  # noqa: S603 - our own program
            [FLASK, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; returns its status and all it said."""
        process = self.start(*_with_a_port(arguments))
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement, past everything of ours."""
        if self.database_url.startswith("sqlite"):
            with sqlite3.connect(self.file) as connection:
                found = connection.execute(statement).fetchall()
            connection.close()
            return found
        with psycopg.connect(self.database_url, autocommit=True) as server:
            cursor = server.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @property
    def file(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    def state(self) -> dict[str, object]:
        """Return what nobody should have changed."""
        tables = ("alembic_version", "installation", "person", "job_run")
        return {name: self.rows(f"SELECT * FROM {name}") for name in tables}  # noqa: S608 - names of ours


def _with_a_port(arguments: tuple[str, ...]) -> list[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    return [port if part == "0" else part for part in arguments]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this file's own."""
    with cluster_or_skip() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path, cluster: Cluster) -> Site:
    """An installation that ``flask init`` has just made."""
    folder = tmp_path / "instance"
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/alcove.db"
    else:
        url = cluster.empty_database().replace("postgresql+psycopg://", "postgresql://")
    made = Site(folder, url)
    status, said = made.run("init", *FACILITATOR)
    assert status == 0, said
    return made


def refused(site: Site, words: str, *more: list[str]) -> None:
    """Fail unless every command says these words and leaves everything as it was."""
    before = site.state()
    for command in [*COMMANDS, *more]:
        status, said = site.run(*command)
        assert (command, status, words in said) == (command, 1, True), said
        assert "Traceback" not in said
    status, said = site.run("doctor", "--json")
    found = json.loads(said[said.index("[") :])
    assert status == 1
    assert [one for one in found if one["ok"] is False and words in one["words"]]
    assert site.state() == before


def test_another_installations_key_ring_opens_nothing(site: Site) -> None:
    ring = site.folder / "key-ring.json"
    ring.unlink()
    KeyRing.generate().write(ring)

    refused(site, "is not the one of this database", *CHANGING, ["init", *FACILITATOR])


def test_a_key_ring_with_another_key_for_look_up_is_another_one(site: Site) -> None:
    ring = KeyRing.read(site.folder / "key-ring.json")
    (site.folder / "key-ring.json").unlink()
    other = KeyRing.generate()
    KeyRing(ring.current, ring.sealing, other.index, ring.links).write(
        site.folder / "key-ring.json"
    )

    refused(site, "is not the one of this database", *CHANGING)


def test_a_missing_key_ring_is_not_made_anew(site: Site) -> None:
    (site.folder / "key-ring.json").unlink()

    refused(site, "no key ring at", *CHANGING, ["init", *FACILITATOR])

    assert not (site.folder / "key-ring.json").exists()


def test_tables_of_a_newer_release_are_left_alone(site: Site) -> None:
    site.rows("UPDATE alembic_version SET version_num = '9999'")

    refused(site, "made by a newer release", *CHANGING, ["init", *FACILITATOR])


def test_tables_of_an_older_release_wait_for_the_upgrade(site: Site) -> None:
    assert site.run("db", "downgrade", BEFORE)[0] == 0
    before = site.rows("SELECT * FROM person")

    for command in COMMANDS:
        status, said = site.run(*command)
        assert (status, "Run: flask db upgrade" in said) == (1, True), said

    assert site.rows("SELECT * FROM person") == before
    assert site.run("db", "upgrade")[0] == 0
    assert site.run("tick")[0] == 0
    assert len(site.rows("SELECT * FROM installation")) == 1


def test_an_installation_from_before_is_marked_only_by_its_own_key_ring(site: Site) -> None:
    assert site.run("db", "downgrade", BEFORE)[0] == 0
    ring = site.folder / "key-ring.json"
    kept = ring.rename(site.folder / "kept.json")
    KeyRing.generate().write(ring)

    status, said = site.run("db", "upgrade")

    assert (status, "is not the one of this database" in said) == (1, True), said
    assert site.rows("SELECT version_num FROM alembic_version") == [(BEFORE,)]
    kept.replace(ring)
    assert site.run("db", "upgrade")[0] == 0
    assert site.run("tick")[0] == 0


def test_a_ring_that_was_rotated_by_the_book_passes(site: Site) -> None:
    ring = KeyRing.read(site.folder / "key-ring.json")
    (site.folder / "key-ring.json").unlink()
    rotated(rotated(ring)).write(site.folder / "key-ring.json")

    assert site.run("tick")[0] == 0
    assert site.run("add-facilitator", "Grace", "grace@people.example")[0] == 0
    assert site.run("db", "upgrade")[0] == 0


def test_a_missing_database_is_made_by_nothing(site: Site, cluster: Cluster) -> None:
    if site.database_url.startswith("sqlite"):
        for path in site.folder.glob("alcove.db*"):
            path.unlink()
        words = "There is no database at"
    else:
        empty = cluster.empty_database().replace("postgresql+psycopg://", "postgresql://")
        site = Site(site.folder, empty)
        words = "The database has no tables"

    for command in [*COMMANDS, *CHANGING, ["doctor"]]:
        status, said = site.run(*command)
        assert (command, status, words in said) == (command, 1, True), said
    status, said = site.run("init", *FACILITATOR)
    assert (status, "There is a key ring" in said) == (1, True), said

    if site.database_url.startswith("sqlite"):
        assert not site.file.exists()
    else:
        assert site.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


def test_two_upgrades_at_once_wait_for_each_other(site: Site) -> None:
    assert site.run("db", "downgrade", "0002")[0] == 0
    copies = len(list(site.folder.glob("*.before-*.db")))

    started = [site.start("db", "upgrade") for _ in range(3)]
    said = [process.communicate(timeout=180)[0] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], said
    assert site.rows("SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert len(site.rows("SELECT * FROM installation")) == 1
    if site.database_url.startswith("sqlite"):
        assert len(list(site.folder.glob("*.before-*.db"))) == copies + 1
    assert site.run("doctor")[1].count("✗") == 1, "only the mail server is missing"


def test_two_that_set_up_at_once_make_one_installation(tmp_path: Path) -> None:
    site = Site(tmp_path / "instance", f"sqlite:///{tmp_path}/instance/alcove.db")

    started = [site.start("init", *FACILITATOR) for _ in range(2)]
    said = [process.communicate(timeout=180)[0] for process in started]

    assert [process.returncode for process in started] == [0, 0], said
    assert len(site.rows("SELECT * FROM person")) == 1
    assert site.run("tick")[0] == 0


#: A process that upgrades and is killed before its n-th statement.
KILLED = """
import os, signal, sys
from flask_migrate import upgrade
from sqlalchemy import Engine, event
from app import create_app
left = int(sys.argv[1])
@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    upgrade(directory="migrations")
"""


def test_a_migration_that_is_killed_leaves_old_or_new_and_never_between(site: Site) -> None:
    assert site.run("db", "downgrade", "0002")[0] == 0
    people = site.rows("SELECT id, email_index FROM person")
    seen = set[str]()
    for step in range(1, 2000, 7):
        killed = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", KILLED, str(step)],
            cwd=ROOT,
            env=site.environment,
            capture_output=True,
            check=False,
        )
        [(revision,)] = site.rows("SELECT version_num FROM alembic_version")
        seen.add(str(revision))
        assert site.rows("SELECT id, email_index FROM person") == people
        assert revision in {"0002", HEAD}, step
        if revision == HEAD:
            # Killed after the commit, or not at all.
            break
        assert killed.returncode == -signal.SIGKILL, killed.stderr

    assert seen == {"0002", HEAD}
    assert site.run("tick")[0] == 0
