"""Two processes that load the made-up data at the same moment."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "flask", "--app", "app", "demo", "--describe")


def test_the_second_waits_and_finds_everything_there(tmp_path: Path) -> None:
    environment = {**os.environ, "ALCOVE_INSTANCE": str(tmp_path)}

    both = [
        subprocess.Popen(  # noqa: S603 - our own command
            COMMAND,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    described = [json.loads(process.communicate(timeout=300)[0]) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert described[0] == described[1]
    assert len(described[0]["people"]) == 23
