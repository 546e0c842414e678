"""Processes of an installation, and a wall clock that can be set under them, for fault tests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.serving import ROOT, environment_of

LIBRARIES = ("/usr/lib", "/usr/local/lib")


class WallClock:
    """What processes that are started with ``environment`` take for the time of day; their
    monotonic clock is the machine's. Nothing but they sees it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)

    def set(self, seconds: int) -> None:
        """Let it be so many seconds later than it is; a negative number lets it be earlier."""
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.rename(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process take its time from here."""
        return {
            "LD_PRELOAD": _library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }


def _library() -> str:
    for folder in LIBRARIES:
        for found in sorted(Path(folder).glob("**/faketime/libfaketimeMT.so.1")):
            return str(found)
    pytest.skip("libfaketime is not installed: apt-get install faketime")


@contextmanager
def working(
    app: Flask, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run ``flask worker`` on the installation of an app until the end of the block."""
    environment = {**environment_of(app, folder), **(settings or {})}
    command = [sys.executable, "-m", "flask", "worker"]
    with (folder / "worker.log").open("ab") as said:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.kill(process.pid, 18)  # SIGCONT: one that was stopped could not end.
            process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
