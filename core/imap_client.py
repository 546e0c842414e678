"""Opening a connection to a mailbox (IMAP, RFC 9051) that nobody can listen to.

What is said over it is ``core.mailbox``'s. What the server says is dropped, since such texts
quote addresses; ``Unreachable`` has words of our own.
"""

import imaplib
import ipaddress
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal, Self
from urllib.parse import unquote, urlsplit

from core import smtp

SECURITY: Final[dict[str, Literal["none", "starttls", "tls"]]] = {
    "imap": "none",
    "imap+starttls": "starttls",
    "imaps": "tls",
}
PORTS: Final = {"imap": 143, "imap+starttls": 143, "imaps": 993}

NO_FOLDER: Final = "The mailbox has no folder with the name that is set."
_NO_ANSWER: Final = "We couldn’t reach the mailbox."
_NO_SIGN_IN: Final = "The mailbox did not accept our user name and password."
_NO_ENCRYPTION: Final = "The server of the mailbox does not offer encryption. Check its port."
_NO_TRUST: Final = "The server of the mailbox has a certificate that does not prove who it is."
_STRANGE: Final = "The mailbox gave an answer we don’t understand. Check its address and port."
_READ_ONLY: Final = "The mailbox lets us read, but not move what has been read."

# The first that fits counts, so the special ones come before those they belong to.
_TROUBLE: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ssl.SSLCertVerificationError, _NO_TRUST),
    (ssl.SSLError, _NO_ENCRYPTION),
    (imaplib.IMAP4.readonly, _READ_ONLY),
    (imaplib.IMAP4.abort, _NO_ANSWER),
    (imaplib.IMAP4.error, _STRANGE),
    (UnicodeError, _STRANGE),
    (OSError, _NO_ANSWER),
)
_ONE_LINE: Final = re.compile(r"[\x20-\x7e]+")
_SHAPE: Final = (
    "it must look like imaps://name:password@mail.example.org/INBOX "
    "(write @ as %40, : as %3A and / as %2F in the name and the password)"
)


class Unreachable(smtp.Unreachable):
    """The mailbox cannot be worked with just now; ``words`` say what to look at."""


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Which folder of which mailbox is read. ``timeout`` is the seconds one answer may take.

    Raises ValueError if anything would cross a network unencrypted.
    """

    host: str
    port: int = 993
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    security: Literal["none", "starttls", "tls"] = "tls"
    folder: str = "INBOX"
    timeout: float = 20.0

    def __post_init__(self) -> None:
        """Refuse settings that would give away what people answer, or that no server takes."""
        if self.security == "none" and not _on_this_machine(self.host):
            raise ValueError("it needs imaps:// or imap+starttls://, unless the server runs here")
        if not all(_ONE_LINE.fullmatch(text) for text in (self.username, self.password)):
            raise ValueError("it needs a user name and a password, both in plain letters")
        if not _ONE_LINE.fullmatch(self.folder):
            raise ValueError("the name of the folder needs plain letters")

    @classmethod
    def read(cls, url: str) -> Self:
        """Read ``imaps://name:password@host/Folder``; ValueError if it cannot be used.

        The words of the error never hold the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # The library's words quote what it took for the port, which can be a password.
            raise ValueError(_SHAPE) from None
        if parts.scheme not in SECURITY or not (parts.hostname and parts.username):
            raise ValueError(_SHAPE)
        return cls(
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            username=unquote(parts.username),
            password=unquote(parts.password or ""),
            security=SECURITY[parts.scheme],
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )


def signed_in(settings: ImapSettings) -> imaplib.IMAP4:
    """Return a connection on which we are signed in; raises ``Unreachable``."""
    with said_plainly():
        imap = _connected(settings)
    try:
        _sign_in(imap, settings)
    except BaseException:
        hang_up(imap)
        raise
    return imap


def hang_up(imap: imaplib.IMAP4) -> None:
    """Close a connection without another word, also one that has broken already."""
    with suppress(OSError):
        imap.shutdown()


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn whatever goes wrong in the block into ``Unreachable``, in words of our own."""
    try:
        yield
    except tuple(kind for kind, _ in _TROUBLE) as error:
        words = next(words for kind, words in _TROUBLE if isinstance(error, kind))
        raise Unreachable(words) from None


def _connected(settings: ImapSettings) -> imaplib.IMAP4:
    host, port, timeout = settings.host, settings.port, settings.timeout
    context = ssl.create_default_context()
    if settings.security == "tls":
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=timeout)
    imap = imaplib.IMAP4(host, port, timeout=timeout)
    if settings.security == "starttls":
        try:
            imap.starttls(context)
        except imaplib.IMAP4.error:
            hang_up(imap)
            raise Unreachable(_NO_ENCRYPTION) from None
        except BaseException:
            hang_up(imap)
            raise
    return imap


def _sign_in(imap: imaplib.IMAP4, settings: ImapSettings) -> None:
    with said_plainly():
        try:
            imap.login(quoted(settings.username), settings.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise Unreachable(_NO_SIGN_IN) from None


def quoted(name: str) -> str:
    """Return a name as IMAP writes it in a command."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
