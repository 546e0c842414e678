"""Starting servers on the loopback address, and what they cost: the processor time they used."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.server import WORKERS

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0
#: Of each worker that runs a WSGI application; with more, hello gets dearer.
THREADS = 2


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the process that began it."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the seconds of processor time that it and its children have used so far."""
        return sum(_ticks(pid) for pid in tree(self.pid)) / TICKS


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all that it or its children began, which still run."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text()
        except FileNotFoundError:
            # That thread has ended since the folder was read.
            continue
        for child in found.split():
            yield from tree(int(child))


def _ticks(pid: int) -> int:
    # The name of a program may hold spaces and brackets, so what counts is after the last one.
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = after_name[11:13]
    return int(user) + int(system)


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(
    command: Sequence[str | Path],
    port: int,
    environment: Mapping[str, str],
    log: Path,
    *,
    user: int | None = None,
    folder: Path = ROOT,
) -> Iterator[Server]:
    """Run a server for the length of a block; raises RuntimeError if it never listens."""
    with log.open("ab") as said:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
            user=user,
        )
    try:
        _wait_for(port, process, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"A server did not start; see {log.name} in the folder of the benchmark")


@contextmanager
def granian(
    python: Path | str, target: str, environment: Mapping[str, str], log: Path
) -> Iterator[Server]:
    """Serve an application with as many workers as ``flask serve``. ``served`` in a target's name
    says that it speaks granian's own interface, as ours does there; others speak WSGI.
    """
    port = free_port()
    kind = ["rsgi"] if "served" in target else ["wsgi", "--blocking-threads", str(THREADS)]
    options = ["--interface", *kind, "--host", "127.0.0.1", "--port", str(port), "--http", "1"]
    options += ["--workers", str(WORKERS), "--no-ws"]
    options += ["--log-level", "error", "--no-access-log"]
    if target.endswith("()"):
        target, factory = target.removesuffix("()"), ["--factory"]
    else:
        factory = []
    command = [python, "-m", "granian", *options, *factory, target]
    with started(command, port, environment, log) as server:
        yield server
