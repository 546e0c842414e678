"""A volume without file locks: the kernel answers ENOLCK, as it does on some network volumes."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from core.db import db
from core.worker import JobRun, heartbeats
from scheduling.jobs import JOBS
from tests.core.test_clock import wait_until
from tests.serving import ROOT, environment_of


def fresh() -> dict[str, JobRun]:
    """What the process has noted by now."""
    db.session.rollback()
    return heartbeats()


@pytest.mark.parametrize("everywhere", [False, True])
def test_jobs_run_where_files_cannot_be_locked(
    app: Flask, tmp_path: Path, *, everywhere: bool
) -> None:
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("strace is not installed: apt-get install strace")
    folder = tmp_path / "instance"
    environment = environment_of(app, folder)
    lock = folder / "clock.lock"
    lock.touch()
    only = [] if everywhere else ["-P", str(lock)]
    command = [tracer, "-f", "-qq", "-o", str(tmp_path / "trace"), *only]
    command += ["-e", "trace=flock", "-e", "inject=flock:error=ENOLCK"]
    command += [sys.executable, "-m", "flask", "worker"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        ran = wait_until(lambda: {job.name for job in JOBS} <= fresh().keys(), 90)
        told = wait_until(lambda: "clock" in fresh(), 10)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    assert (ran, told) == (True, True)
    words = fresh()["clock"].trouble or ""
    assert ("more than one process" in words) == everywhere
    assert "ENOLCK" in (tmp_path / "trace").read_text()
