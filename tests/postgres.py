"""A throwaway PostgreSQL for tests: started on a free port, gone when they end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from core.db import Base

END_TRANSACTIONS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")


class Cluster:
    """A running server on the loopback address."""

    def __init__(self, port: int, start: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self.port = port
        self._start = start
        self.server = start()
        _wait(port)
        self._database: str | None = None
        self._emptying: psycopg.Connection[Any] | None = None

    def database(self, fill: Callable[[str], None]) -> str:
        """Return the URL of a database without rows: the same each time, emptied first.

        ``fill`` is given the URL of the new one, to make its tables. Emptying takes a tenth of the
        time that making another would.
        """
        if self._database is None:
            self._database = self._create()
            fill(self._driver_url(self._database))
        else:
            self._empty(self._database)
        return self._driver_url(self._database)

    def restart(self, seconds: float) -> None:
        """Stop it as ``pg_ctl stop -m immediate`` does, and start it again so much later."""
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(timeout=30)
        time.sleep(seconds)
        self.server = self._start()
        _wait(self.port)

    def empty_database(self) -> str:
        """Create a database without tables and return its URL."""
        return self._driver_url(self._create())

    def _empty(self, database: str) -> None:
        tables = [Identifier(table.name) for table in reversed(Base.metadata.sorted_tables)]
        # A test that went wrong may have left a transaction open. All in one question: asking
        # thirty times would take longer than emptying.
        statements = [SQL(END_TRANSACTIONS), *(SQL("DELETE FROM {}").format(one) for one in tables)]
        try:
            self._kept_connection(database).execute(SQL("; ").join(statements))
        except psycopg.OperationalError:
            # A test has ended every connection, or the server: this one with the others.
            self._emptying = None
            self._kept_connection(database).execute(SQL("; ").join(statements))

    def _kept_connection(self, database: str) -> "psycopg.Connection[Any]":
        if self._emptying is None:
            self._emptying = psycopg.connect(self._url(database), autocommit=True)
        return self._emptying

    def stop(self) -> None:
        """Stop it at once, whoever is still connected (PostgreSQL's fast shutdown)."""
        if self._emptying is not None:
            self._emptying.close()
        self.server.send_signal(signal.SIGINT)
        self.server.wait(timeout=30)

    def _create(self) -> str:
        name = f"alcove_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return name

    def _driver_url(self, database: str) -> str:
        return self._url(database).replace("postgresql://", "postgresql+psycopg://")

    def _url(self, database: str) -> str:
        return f"postgresql://alcove@127.0.0.1:{self.port}/{database}"


def _programs() -> Path | None:
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    for folder in FOLDERS:
        candidates += sorted(Path(folder).glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _server_user() -> int | None:
    """PostgreSQL refuses to run as root; then the ``postgres`` account runs it."""
    return pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None


@contextmanager
def cluster_or_skip() -> Iterator[Cluster]:
    """Start a server; skip with one clear line where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user, port = _server_user(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="alcove-postgres-"))
    if user is not None:
        os.chown(folder, user, -1)
    data = folder / "data"
    subprocess.run(  # noqa: S603 - our own arguments
        [programs / "initdb", "-D", data, "-U", "alcove", "-A", "trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
        user=user,
        cwd=folder,
    )
    cluster = Cluster(port, partial(_started, programs, folder, port, user))
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _started(
    programs: Path, folder: Path, port: int, user: int | None
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own arguments
        [
            *(str(programs / "postgres"), "-D", str(folder / "data")),
            *("-p", str(port), "-k", str(folder)),
            *("-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            psycopg.connect(f"postgresql://alcove@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            subprocess.run(["sleep", "0.1"], check=True)  # noqa: S607 - a plain pause
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
