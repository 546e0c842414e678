"""A mailbox that is read: its messages one by one, and moved onto a pile when dealt with.

Nothing is fetched before its size is known, and nobody else's deletions are carried out.
"""

import imaplib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

from core.imap_client import (
    NO_FOLDER,
    ImapSettings,
    Unreachable,
    hang_up,
    quoted,
    said_plainly,
    signed_in,
)

__all__ = ["ImapSettings", "Inbox", "Pile", "Unreachable", "Waiting"]

#: Messages are looked at in windows of so many, so that no answer of the server grows with them.
_WINDOW: Final = 500


class Pile(StrEnum):
    """The folders into which messages are sorted; the names that people see in their program."""

    DONE = "Done"
    IGNORED = "Ignored"
    FOR_A_PERSON = "For a person"


#: The folder in which the piles are.
ABOVE: Final = "Alcove"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that lies in the folder: its UID there, and its size in bytes."""

    uid: int
    size: int


class Inbox:
    """One visit to the folder that is read; use it in a ``with`` block.

    Everything here raises ``Unreachable`` when the server is away or breaks off, and the next
    visit goes on with what is still there.
    """

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._imap = signed_in(settings)
        try:
            self._abilities = self._find_abilities()
            self._before, self._between = self._find_place()
            self._open(settings.folder)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        """Return the visit."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Take leave."""
        self._close()

    def messages(self, *, most: int) -> list[Waiting]:
        """Return the messages that lie there, oldest first, at most so many of them."""
        there = self._open(self._settings.folder)
        found: list[Waiting] = []
        for first in range(1, there + 1, _WINDOW):
            some = f"{first}:{min(first + _WINDOW - 1, there)}"
            found += _listed(self._ask(self._imap.fetch, some, "(UID RFC822.SIZE FLAGS)"))
            if len(found) >= most:
                break
        return found[:most]

    def read(self, uid: int, *, most: int) -> bytes | None:
        """Return a message, cut off after ``most`` bytes; ``None`` if it has gone meanwhile.

        It stays marked as it was: whether a person has seen it is not ours to say.
        """
        parts = f"(BODY.PEEK[]<0.{most}>)"
        for item in self._ask(self._imap.uid, "FETCH", str(uid), parts):
            if isinstance(item, tuple):
                return bytes(item[1])
        return None

    def move(self, uid: int, pile: Pile) -> None:
        """Move a message onto a pile: by MOVE (RFC 6851), or else by a copy and a deletion."""
        where = quoted(self._path(pile))
        if "MOVE" in self._abilities:
            self._ask(self._imap.uid, "MOVE", str(uid), where)
            return
        self._ask(self._imap.uid, "COPY", str(uid), where)
        self._ask(self._imap.uid, "STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        # A plain EXPUNGE would also take what somebody else marked; then ours stays marked.
        if "UIDPLUS" in self._abilities:
            self._ask(self._imap.uid, "EXPUNGE", str(uid))

    def make_piles(self) -> None:
        """Make the folders that are not there yet."""
        for pile in Pile:
            name = quoted(self._path(pile))
            if not any(self._ask(self._imap.list, '""', name)):
                self._ask(self._imap.create, name)
                self._ask(self._imap.subscribe, name)

    def count(self, pile: Pile) -> int:
        """Return how many messages lie on a pile."""
        answer = self._ask(self._imap.status, quoted(self._path(pile)), "(MESSAGES)")
        numbers = re.search(rb"MESSAGES (\d+)", answer[0] or b"")
        return int(numbers[1]) if numbers else 0

    def forget(self, pile: Pile, *, before: datetime) -> int:
        """Delete from a pile what came before that day; returns how many messages."""
        self._open(self._path(pile))
        day = "-".join(format_datetime(before).split()[1:4])
        answer = self._ask(self._imap.uid, "SEARCH", "BEFORE", day)
        uids = (answer[0] or b"").decode("ascii", "replace").split()
        for first in range(0, len(uids), _WINDOW):
            some = ",".join(uids[first : first + _WINDOW])
            self._ask(self._imap.uid, "STORE", some, "+FLAGS.SILENT", r"(\Deleted)")
        if uids:
            # The piles are ours, so nobody else's deletions are among them.
            self._ask(self._imap.expunge)
        return len(uids)

    def _ask(self, command: Callable[..., tuple[str, list[Any]]], *words: str) -> list[Any]:
        with said_plainly():
            state, data = command(*words)
            if state != "OK":
                raise imaplib.IMAP4.error(state)
        return data

    def _find_abilities(self) -> frozenset[str]:
        # Asked again after signing in: many servers then offer more.
        answer = self._ask(self._imap.capability)
        return frozenset((answer[0] or b"").decode("ascii", "replace").upper().split())

    def _find_place(self) -> tuple[str, str]:
        """Return what stands before our own folders, and between a folder and one inside it."""
        if "NAMESPACE" in self._abilities:
            spaces = self._ask(self._imap.namespace)[0] or b""
            own = re.match(rb'\(\("([^"]*)" "([^"])"', spaces)
            if own is not None:
                return own[1].decode("ascii", "replace"), own[2].decode("ascii", "replace")
        listed = self._ask(self._imap.list, '""', '""')[0] or b""
        between = re.search(rb'\) "([^"])" ', listed)
        return "", between[1].decode("ascii", "replace") if between else "/"

    def _path(self, pile: Pile) -> str:
        return f"{self._before}{ABOVE}{self._between}{pile.value}"

    def _open(self, folder: str) -> int:
        """Open a folder; returns how many messages lie in it."""
        with said_plainly():
            state, data = self._imap.select(quoted(folder))
        if state != "OK":
            raise Unreachable(NO_FOLDER)
        return int(data[0] or 0)

    def _close(self) -> None:
        # However it ends, what was moved stays moved.
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()
        hang_up(self._imap)


def _listed(data: list[Any]) -> Iterator[Waiting]:
    """Read what FETCH said of each message, without those that are marked as deleted."""
    for item in data:
        line = (item[0] if isinstance(item, tuple) else item) or b""
        uid, size = re.search(rb"\bUID (\d+)", line), re.search(rb"\bRFC822\.SIZE (\d+)", line)
        if uid and size and rb"\Deleted" not in line:
            yield Waiting(int(uid[1]), int(size[1]))
