"""Which process has the clock: the one that holds a lock file, which the kernel frees however it
ends.
"""

import fcntl
import logging
import os
import tempfile
from hashlib import sha256
from pathlib import Path

log = logging.getLogger(__name__)


class NoLocks(Exception):  # noqa: N818 - it names the fact, as every error here does
    """Nowhere on this machine can a file be locked."""


class Election:
    """Holds a lock file for as long as this process is the one with the clock.

    Where its volume has no file locks, the lock is taken in the temporary folder of the machine.
    ``trouble`` then says so, in words for whoever runs the installation.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._descriptor: int | None = None

    def won(self) -> bool:
        """Try to take the lock; returns whether this process has it.

        Raises ``NoLocks`` where there is no file that could be locked.
        """
        try:
            won = self._take(self.path)
            self.trouble = None
        except OSError as error:
            self._note(error)
            won = self._take_elsewhere()
        return won

    def resign(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, path: Path) -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def _take_elsewhere(self) -> bool:
        try:
            return self._take(elsewhere(self.path))
        except OSError as error:
            raise NoLocks(type(error).__name__) from error

    def _note(self, error: OSError) -> None:
        words = f"{self.path} cannot be locked ({error.strerror}), so {elsewhere(self.path)} is."
        if self.trouble != words:
            log.warning("%s", words)
        self.trouble = words


def elsewhere(path: Path) -> Path:
    """Return the file that is locked instead of this one: another one for each installation and
    account of the machine.
    """
    name = sha256(f"{os.getuid()}:{path.resolve()}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"clock-{name}.lock"


def lock_trouble(path: Path) -> str | None:
    """Return what keeps files beside this one from being locked, or nothing when they can be."""
    probe = Election(path.with_name(f"{path.name}.probe"))
    try:
        probe.won()
    except NoLocks as error:
        return f"Neither {path} nor any file elsewhere can be locked ({error})."
    finally:
        probe.resign()
        probe.path.unlink(missing_ok=True)
        elsewhere(probe.path).unlink(missing_ok=True)
    return probe.trouble
