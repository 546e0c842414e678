"""Which process has the clock: the one that holds a lock file, which the kernel frees however that
process ends.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path

from core.locks import elsewhere, locked

log = logging.getLogger(__name__)


class Election:
    """Holds a lock file for as long as this process is the one with the clock.

    If its volume has no file locks, the lock is taken in the machine's temporary folder; if that
    has none either, every process wins: running a job twice is harmless, and not at all is not.
    ``trouble`` then says so, for the person who runs the installation.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._descriptor: int | None = None

    def won(self) -> bool:
        """Try to take the lock; returns whether this process has the clock."""
        try:
            won = self._take(self.path)
            self.trouble = None
        except OSError:
            won = self._take_elsewhere()
        return won

    def resign(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, path: Path) -> bool:
        try:
            self._descriptor = locked(path, waits=False)
        except BlockingIOError:
            return False
        return True

    def _take_elsewhere(self) -> bool:
        other = elsewhere(self.path)
        try:
            won = self._take(other)
            self._note(f"{self.path} cannot be locked, so {other} is used instead.")
        except OSError as error:
            won = True
            self._note(
                f"Neither {self.path} nor {other} can be locked ({error.strerror}), "
                "so more than one process may run the jobs."
            )
        return won

    def _note(self, words: str) -> None:
        if self.trouble != words:
            log.warning("%s", words)
        self.trouble = words


def lock_trouble(path: Path) -> str | None:
    """Return why files beside this one cannot be locked, or nothing if they can be."""
    probe = Election(path.with_name(f"{path.name}.probe"))
    probe.won()
    probe.resign()
    for made in (probe.path, elsewhere(probe.path)):
        with suppress(OSError):
            made.unlink()
    return probe.trouble
