"""Golden files: what somebody has looked at and found right, byte for byte, in ``tests/golden``.

``REWRITE_GOLDEN=1 .venv/bin/pytest -k golden`` writes them anew; then read what has changed.
"""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
REWRITE = bool(os.environ.get("REWRITE_GOLDEN"))


def looked_at(name: str, said: bytes) -> bytes:
    """Return the bytes of a golden file, or, when they are written anew, what is said now."""
    path = GOLDEN / name
    if REWRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(said)
    return path.read_bytes()


def names_in(folder: str, ending: str) -> set[str]:
    """Return the golden files of a folder, without their ending."""
    return {path.stem for path in (GOLDEN / folder).glob(f"*{ending}")}
