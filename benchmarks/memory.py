"""What ``flask demo`` holds in memory some time after its start.

What counts is the proportional set size (PSS) of every process of its tree: a page that two of them
share counts half for each, so the sum is what the machine would have back.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.report import Row
from benchmarks.servers import ROOT, free_port, started, tree

#: The most that it may hold, in megabytes (10⁶ bytes).
MOST: Final = 90.0
_PSS: Final = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


def measure(folder: Path, after: float) -> list[Row]:
    """Load the demo into an empty folder, serve it, and look after so many seconds."""
    port, log = free_port(), folder / "demo.log"
    environment = {"ALCOVE_INSTANCE": str(folder / "demo")}
    command = [sys.executable, "-m", "flask", "demo", "--port", str(port)]
    # Made up beforehand: that takes longer than a server is waited for on a busy machine.
    subprocess.run(  # noqa: S603 - our own command
        [*command, "--load-only"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with started(command, port, environment, log) as server:
        time.sleep(after)
        held = [proportional(pid) / 1e6 for pid in tree(server.pid)]
    each = " + ".join(f"{size:.1f}" for size in held)
    return [
        Row(
            f"Memory of flask demo and its processes, {after:g} s after its start",
            f"at most {MOST:g} MB",
            f"{sum(held):.1f} MB",
            each,
            sum(held) <= MOST,
        )
    ]


def proportional(pid: int) -> int:
    """Return the proportional set size of a process in bytes."""
    size = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return int(size[1]) * 1_024 if size else 0
