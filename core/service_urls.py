"""The addresses of the services we use, which may hold passwords: database, SMTP and IMAP. Pure.

No message here repeats any part of such an address: a ``/`` cuts a password in two, and part of
the secret is then read as a host or a port.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from core import settings
from core.errors import NotSetUp

Security = Literal["none", "starttls", "tls"]
SMTP: Final[dict[str, tuple[Security, int]]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
IMAP: Final[dict[str, tuple[Security, int]]] = {
    "imap": ("none", 143),
    "imap+starttls": ("starttls", 143),
    "imaps": ("tls", 993),
}
_ONE_LINE: Final = re.compile(r"[\x20-\x7e]+")
ESCAPES: Final = (
    "In the name and the password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40, "
    ": as %3A, [ as %5B, ] as %5D and a space as %20. "
    "The value is not shown here because it may contain a password."
)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail is handed over. ``timeout`` is the seconds one complete answer may take.

    ``own_name`` is what we call ourselves in EHLO (RFC 5321 section 4.1.1.1). Raises ValueError
    if a password would cross a network unencrypted.
    """

    host: str
    port: int = 25
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    security: Security = "none"
    timeout: float = 20.0
    own_name: str = "[127.0.0.1]"

    def __post_init__(self) -> None:
        """Refuse settings that would give a password away."""
        if self.username and self.security == "none" and not self.on_this_machine:
            raise ValueError("A user name needs STARTTLS or TLS, unless the server runs here")

    @property
    def on_this_machine(self) -> bool:
        """Whether nobody in between could listen or pretend to be the server."""
        return on_this_machine(self.host)


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Which folder of which mailbox is read. ``timeout`` is the seconds one answer may take.

    Raises ValueError if anything would cross a network unencrypted.
    """

    host: str
    port: int = 993
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    security: Security = "tls"
    folder: str = "INBOX"
    timeout: float = 20.0

    def __post_init__(self) -> None:
        """Refuse settings that would give away what people answer, or that no server takes."""
        if self.security == "none" and not on_this_machine(self.host):
            raise ValueError("it needs imaps:// or imap+starttls://, unless the server runs here")
        if not all(_ONE_LINE.fullmatch(text) for text in (self.username, self.password)):
            raise ValueError("it needs a user name and a password, both in plain letters")
        if not _ONE_LINE.fullmatch(self.folder):
            raise ValueError("the name of the folder needs plain letters")


def on_this_machine(host: str) -> bool:
    """Return whether a host is this machine, so that nobody in between could listen."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def database(text: str, folder: Path) -> str:
    """Return where the database is, as SQLAlchemy reads it; by default a file in ``folder``."""
    scheme, colon, rest = text.partition("://")
    if not text:
        return f"sqlite:///{folder / 'alcove.db'}"
    if colon and scheme.lower() == "sqlite":
        return _sqlite_url(rest, folder)
    if scheme.lower() not in {"postgresql", "postgres", "postgresql+psycopg"} or not colon:
        raise NotSetUp("DATABASE_URL must begin with sqlite:/// or postgresql://")
    shape = "postgresql://name:password@host/database"
    _parts("DATABASE_URL", text, shape)
    try:
        url = make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):
        raise NotSetUp(f"DATABASE_URL must look like {shape}. {ESCAPES}") from None
    if not url.database:
        raise NotSetUp(f"DATABASE_URL has no database name: it must look like {shape}.")
    return url.render_as_string(hide_password=False)


def _sqlite_url(rest: str, folder: Path) -> str:
    path = rest.removeprefix("/") if rest.startswith("/") else ""
    if not path or path.startswith((":memory:", "file:")) or path.endswith("/"):
        raise NotSetUp(
            "DATABASE_URL needs a file, as in sqlite:////srv/alcove/alcove.db: "
            "data kept only in memory is lost when the site stops."
        )
    if "?" in path or "#" in path:
        raise NotSetUp("DATABASE_URL for SQLite must be only a path, without ? or #.")
    return f"sqlite:///{settings.path_in(folder, 'DATABASE_URL', path)}"


def smtp(url: str) -> SmtpSettings | None:
    """Return the mail server, or ``None`` if none is set."""
    if not url:
        return None
    shape = (
        "smtp+starttls://name:password@mail.example.org:587 "
        "(smtp:// for no encryption, smtps:// for TLS from the start)"
    )
    parts, (security, port) = _service("SMTP_URL", url, shape, SMTP)
    if parts.path.strip("/") or parts.fragment:
        raise NotSetUp(f"SMTP_URL must look like {shape}, with nothing after it. {ESCAPES}")
    try:
        return SmtpSettings(
            host=settings.server_name("SMTP_URL", parts.hostname or ""),
            port=settings.port_in("SMTP_URL", parts) or port,
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            security=security,
            timeout=_timeout(parts.query),
        )
    except ValueError as error:
        # A password that would cross a network unencrypted; the words are our own.
        raise NotSetUp(f"SMTP_URL cannot be used: {error}") from None


def _timeout(query: str) -> float:
    options = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    text = options.pop("timeout", "20")
    if options:
        raise NotSetUp(f"SMTP_URL can end with ?timeout=20 and nothing else. {ESCAPES}")
    seconds = settings.whole_number("The timeout of SMTP_URL", text)
    if not 1 <= seconds <= 60:
        raise NotSetUp("The timeout of SMTP_URL must be from 1 to 60 seconds.")
    return float(seconds)


def imap(url: str) -> ImapSettings | None:
    """Return the service mailbox, or ``None`` if none is set."""
    if not url:
        return None
    shape = "imaps://name:password@mail.example.org/INBOX"
    parts, (security, port) = _service("IMAP_URL", url, shape, IMAP)
    if parts.query or parts.fragment or not parts.username:
        raise NotSetUp(f"IMAP_URL must look like {shape}, with nothing after it. {ESCAPES}")
    try:
        return ImapSettings(
            host=settings.server_name("IMAP_URL", parts.hostname or ""),
            port=settings.port_in("IMAP_URL", parts) or port,
            username=unquote(parts.username),
            password=unquote(parts.password or ""),
            security=security,
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )
    except ValueError as error:
        # The words are our own, and never hold the password.
        raise NotSetUp(f"IMAP_URL cannot be used: {error}") from None


def _service(
    name: str, url: str, shape: str, kinds: dict[str, tuple[Security, int]]
) -> tuple[SplitResult, tuple[Security, int]]:
    """Split an address; returns with it how its kind is secured, and the port that is usual."""
    if urlsplit(url.partition("://")[0] + "://host").scheme not in kinds:
        raise NotSetUp(f"{name} must look like {shape}")
    parts = _parts(name, url, shape)
    return parts, kinds[parts.scheme]


def _parts(name: str, text: str, shape: str) -> SplitResult:
    """Split an address that may hold a password. ``shape`` says what it must look like.

    Raises ``NotSetUp``, which says how to escape if a password seems to have cut it in two.
    """
    rest = text.partition("://")[2]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if ("@" in rest and "@" not in authority) or re.search(r"\s", text):
        raise NotSetUp(f"{name} cannot be read. {ESCAPES}")
    try:
        parts = urlsplit(text)
        found = parts.hostname
    except ValueError:
        raise NotSetUp(f"{name} cannot be read. {ESCAPES}") from None
    if not found:
        raise NotSetUp(f"{name} must look like {shape}. {ESCAPES}")
    return parts
