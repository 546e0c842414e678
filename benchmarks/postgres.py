"""A throwaway PostgreSQL, started on a free port and gone after the measurement."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Server, free_port, started

FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL, and the programs that came with it."""

    server: Server
    programs: Path

    def database(self, name: str) -> str:
        """Create an empty database and return its address for our settings."""
        there = ["-h", "127.0.0.1", "-p", str(self.server.port), "-U", "alcove"]
        subprocess.run([self.programs / "createdb", *there, name], check=True)  # noqa: S603 - our own arguments
        return f"postgresql+psycopg://alcove@127.0.0.1:{self.server.port}/{name}"


def programs() -> Path | None:
    """Return where PostgreSQL's programs are, if they are."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    for folder in FOLDERS:
        candidates += sorted(Path(folder).glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "createdb").exists()), None)


@contextmanager
def cluster(log: Path) -> Iterator[Cluster]:
    """Start one with the settings it comes with; its data are gone after the block."""
    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed")
    # PostgreSQL refuses to run as root.
    user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="alcove-postgresql-"))
    if user is not None:
        os.chown(folder, user, -1)
    data, port = folder / "data", free_port()
    make: list[str | Path] = [
        found / "initdb",
        "-D",
        data,
        "-U",
        "alcove",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
    run: list[str | Path] = [found / "postgres", "-D", data, *options]
    try:
        subprocess.run(make, check=True, capture_output=True, cwd=folder, user=user)  # noqa: S603 - our own arguments
        with started(run, port, {}, log, user=user, folder=folder) as server:
            yield Cluster(server, found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
