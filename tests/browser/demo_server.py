"""The demo as people start it, with an installation folder of its own."""

import base64
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
PATIENCE = 90
"""Seconds to wait for the server; a busy machine may need most of them."""


@dataclass(frozen=True)
class Demo:
    """A demo that serves: where it keeps its data, and on which port it listens."""

    instance: Path
    port: int

    @property
    def base_url(self) -> str:
        """The address of its pages, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def describe(self) -> dict[str, Any]:
        """Return what ``flask demo --describe`` prints: people, groups and paths."""
        described: dict[str, Any] = json.loads(_run(self.instance, "--describe"))
        return described

    def times_of(self, group: str) -> list[tuple[datetime, datetime]]:
        """Return when the sessions of a group begin and end, as they are kept: aware, in UTC."""
        found = next(one for one in self.describe()["groups"] if one["name"] == group)
        return [
            (datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"]))
            for one in found["sessions"]
        ]

    def mail_to(self, address: str) -> list[bytes]:
        """Return the raw messages to one address as ``--mail-json`` prints them, newest first."""
        letters = json.loads(_run(self.instance, "--mail-json"))
        return [base64.b64decode(one["raw"]) for one in letters if one["to"] == address]

    def alter(self, statement: str) -> None:
        """Change what is kept by a statement of SQL, for what only hours would bring about."""
        with closing(sqlite3.connect(self.instance / "demo" / "demo.db", timeout=30)) as kept, kept:
            kept.execute(statement)

    @cached_property
    def at_first(self) -> dict[str, Any]:
        """What was described when it was first asked for; the made-up people do not change."""
        return self.describe()

    def way_in(self, name: str) -> str:
        """Return the path at which one becomes a made-up person, or answers as an invited one."""
        return next(
            str(one["sign_in_path"]) for one in self.at_first["people"] if one["name"] == name
        )


def load(instance: Path) -> None:
    """Fill an installation folder with the made-up data."""
    _run(instance, "--load-only")


@contextmanager
def serving(instance: Path) -> Iterator[Demo]:
    """Serve the demo of this folder on a free port until the end of the block."""
    demo = Demo(instance, _free_port())
    with (instance / "server.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            _command("--port", str(demo.port)),
            cwd=ROOT,
            env=_environment(instance),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(demo, process)
            yield demo
        finally:
            process.terminate()
            process.wait(30)


def _run(instance: Path, *options: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        _command(*options), cwd=ROOT, env=_environment(instance), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _command(*options: str) -> list[str]:
    return [sys.executable, "-m", "flask", "demo", *options]


def _environment(instance: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
    return {**kept, "ALCOVE_INSTANCE": str(instance)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(demo: Demo, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at:
        assert process.poll() is None, (demo.instance / "server.log").read_text()
        try:
            with urlopen(f"{demo.base_url}/health", timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError((demo.instance / "server.log").read_text())
