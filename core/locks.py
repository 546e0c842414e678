"""Waiting for one's turn among the processes of one machine."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Run a block in one process at a time; the others wait for the lock file at ``path``, or for
    one elsewhere if its volume has no file locks.

    The kernel frees the lock however the process ends. It must not be asked for again inside.
    Raises OSError where no file can be locked.
    """
    try:
        descriptor = locked(path)
    except OSError:
        descriptor = locked(elsewhere(path))
    try:
        yield
    finally:
        os.close(descriptor)


def locked(path: Path, *, waits: bool = True) -> int:
    """Lock a file and return its descriptor, which the caller must close.

    Raises ``BlockingIOError`` if another process has it and ``waits`` is false, and another
    OSError if it cannot be locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid() and path == elsewhere(path):
            raise PermissionError("The lock file in the temporary folder is somebody else's")
        fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def elsewhere(path: Path) -> Path:
    """Return the file in this machine's temporary folder that is locked instead of this one: a
    different one for each installation and account.
    """
    folder = Path(tempfile.gettempdir())
    if path.parent == folder:
        return path
    name = sha256(f"{os.geteuid()}:{path.resolve()}".encode()).hexdigest()[:16]
    return folder / f"{name}.lock"
