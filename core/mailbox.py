"""A mailbox that is read (IMAP, RFC 9051): its messages one by one, and moved onto a pile.

Nobody can listen, nothing is fetched before its size is known, and nobody else's deletions are
carried out. What the server says is dropped, since such texts quote addresses; ``Unreachable`` has
words of our own.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

from imapclient import IMAPClient
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

from core.errors import Unreachable
from core.service_urls import ImapSettings

# It logs what a server says, and with it addresses and whole messages.
logging.getLogger("imapclient").setLevel(logging.CRITICAL)

#: Messages are looked at in windows of so many, so that no answer of the server grows with them.
_WINDOW: Final = 500

_NO_FOLDER: Final = "The mailbox has no folder with the name that is set."
_NO_ANSWER: Final = "We couldn’t reach the mailbox."
_NO_SIGN_IN: Final = "The mailbox did not accept our user name and password."
_NO_ENCRYPTION: Final = "The server of the mailbox does not offer encryption. Check its port."
_NO_TRUST: Final = "The server of the mailbox has a certificate that does not prove who it is."
_STRANGE: Final = "The mailbox gave an answer we don’t understand. Check its address and port."
_READ_ONLY: Final = "The mailbox lets us read, but not move what has been read."

# The first that fits counts, so the special ones come before those they belong to. The library
# takes it for granted that an answer has the shape it should have; hence the last ones.
_TROUBLE: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ssl.SSLCertVerificationError, _NO_TRUST),
    (ssl.SSLError, _NO_ENCRYPTION),
    (IMAPClientReadOnlyError, _READ_ONLY),
    (IMAPClientAbortError, _NO_ANSWER),
    (IMAPClientError, _STRANGE),
    (OSError, _NO_ANSWER),
    (ValueError, _STRANGE),
    (LookupError, _STRANGE),
    (TypeError, _STRANGE),
)


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
        with _told_plainly():
            self._imap = _connected(settings)
            try:
                _sign_in(self._imap, settings)
                self._before, self._between = _place(self._imap)
                self._open(settings.folder)
            except BaseException:
                _hang_up(self._imap)
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
        """Take leave. However it ends, what was moved stays moved."""
        self._close()

    def messages(self, *, most: int) -> list[Waiting]:
        """Return the messages that lie there, oldest first, at most so many of them, and none that
        somebody marked as deleted.
        """
        found: list[Waiting] = []
        with _told_plainly():
            there = self._open(self._settings.folder)
            for first in range(1, there + 1, _WINDOW):
                some = f"{first}:{min(first + _WINDOW - 1, there)}"
                uids = self._imap.search([some, "UNDELETED"])
                sizes = self._imap.fetch(uids, ["RFC822.SIZE"])
                found += [Waiting(uid, sizes[uid][b"RFC822.SIZE"]) for uid in sorted(sizes)]
                if len(found) >= most:
                    break
        return found[:most]

    def read(self, uid: int, *, most: int) -> bytes | None:
        """Return a message, cut off after ``most`` bytes; ``None`` if it has gone meanwhile.

        It stays marked as it was: whether a person has seen it is not ours to say.
        """
        with _told_plainly():
            found = self._imap.fetch(uid, [f"BODY.PEEK[]<0.{most}>"])
            body = found.get(uid, {}).get(b"BODY[]<0>")
        return None if body is None else bytes(body)

    def move(self, uid: int, pile: Pile) -> None:
        """Move a message onto a pile: by MOVE (RFC 6851), or else by a copy and a deletion."""
        with _told_plainly():
            if self._imap.has_capability("MOVE"):
                self._imap.move(uid, self._path(pile))
                return
            self._imap.copy(uid, self._path(pile))
            self._imap.delete_messages(uid, silent=True)
            # A plain EXPUNGE would also take what somebody else marked; then ours stays marked.
            if self._imap.has_capability("UIDPLUS"):
                self._imap.uid_expunge(uid)

    def make_piles(self) -> None:
        """Make the folders that are not there yet."""
        with _told_plainly():
            for name in map(self._path, Pile):
                if not self._imap.folder_exists(name):
                    self._imap.create_folder(name)
                    self._imap.subscribe_folder(name)

    def count(self, pile: Pile) -> int:
        """Return how many messages lie on a pile."""
        with _told_plainly():
            return int(self._imap.folder_status(self._path(pile), ["MESSAGES"])[b"MESSAGES"])

    def forget(self, pile: Pile, *, before: datetime) -> int:
        """Delete from a pile what came before that day; returns how many messages."""
        with _told_plainly():
            self._open(self._path(pile))
            uids = self._imap.search(["BEFORE", before])
            for first in range(0, len(uids), _WINDOW):
                some = uids[first : first + _WINDOW]
                self._imap.delete_messages(some, silent=True)
                self._expunge(some)
        return len(uids)

    def _expunge(self, uids: list[int]) -> None:
        """Delete for good what we marked; where that cannot be said, only if nobody else marked
        anything, or else at a later visit.
        """
        if self._imap.has_capability("UIDPLUS"):
            self._imap.uid_expunge(uids)
        elif not set(self._imap.search(["DELETED"])) - set(uids):
            self._imap.expunge()

    def _path(self, pile: Pile) -> str:
        return f"{self._before}{ABOVE}{self._between}{pile.value}"

    def _open(self, folder: str) -> int:
        """Open a folder; returns how many messages lie in it."""
        try:
            return int(self._imap.select_folder(folder)[b"EXISTS"])
        except (IMAPClientAbortError, IMAPClientReadOnlyError):
            raise
        except IMAPClientError:
            raise Unreachable(_NO_FOLDER) from None

    def _close(self) -> None:
        # The library's own way to leave, which raises nothing.
        self._imap.__exit__(None, None, None)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn whatever goes wrong in the block into ``Unreachable``, in words of our own."""
    try:
        yield
    except tuple(kind for kind, _ in _TROUBLE) as error:
        words = next(words for kind, words in _TROUBLE if isinstance(error, kind))
        raise Unreachable(words) from None


def _connected(settings: ImapSettings) -> IMAPClient:
    context = ssl.create_default_context()
    imap = IMAPClient(
        settings.host,
        settings.port,
        ssl=settings.security == "tls",
        ssl_context=context,
        timeout=settings.timeout,
    )
    if settings.security == "starttls":
        try:
            imap.starttls(context)
            # What was said before nobody could listen counts no longer (RFC 9051 section 6.2.1).
            imap.capabilities()
        except BaseException as error:
            _hang_up(imap)
            if isinstance(error, CapabilityError):
                raise Unreachable(_NO_ENCRYPTION) from None
            raise
    return imap


def _hang_up(imap: IMAPClient) -> None:
    """Close a connection without another word, also one that has broken already."""
    with suppress(OSError):
        imap.shutdown()


def _sign_in(imap: IMAPClient, settings: ImapSettings) -> None:
    # The library quotes the password, but not the name.
    name = settings.username.replace("\\", "\\\\").replace('"', '\\"')
    try:
        imap.login(f'"{name}"', settings.password)
    except LoginError as error:
        broke_off = isinstance(error.__context__, IMAPClientAbortError)
        raise Unreachable(_NO_ANSWER if broke_off else _NO_SIGN_IN) from None


def _place(imap: IMAPClient) -> tuple[str, str]:
    """Return what stands before our own folders, and between a folder and one inside it."""
    if imap.has_capability("NAMESPACE"):
        own = imap.namespace().personal
        if own:
            before, between = own[0]
            return before, between or "/"
    listed = imap.list_folders("", "")
    between = listed[0][1] if listed else None
    return "", between.decode("ascii") if between else "/"
