"""The addresses of the services we use, which may hold passwords: database, SMTP and IMAP. Pure.

No message here repeats any part of such an address: a ``/`` cuts a password in two, and part of
the secret is then read as a host or a port.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from core import settings
from core.errors import NotSetUp
from core.imap_client import ImapSettings
from core.smtp import SmtpSettings

SECURITY: Final = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
ESCAPES: Final = (
    "In the name and the password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40, "
    ": as %3A, [ as %5B, ] as %5D and a space as %20. "
    "The value is not shown here because it may contain a password."
)


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
    if urlsplit(url.partition("://")[0] + "://host").scheme not in SECURITY:
        raise NotSetUp(f"SMTP_URL must look like {shape}")
    parts = _parts("SMTP_URL", url, shape)
    if parts.path.strip("/") or parts.fragment:
        raise NotSetUp(f"SMTP_URL must look like {shape}, with nothing after it. {ESCAPES}")
    try:
        return SmtpSettings(
            host=settings.server_name("SMTP_URL", parts.hostname or ""),
            port=settings.port_in("SMTP_URL", parts) or PORTS[parts.scheme],
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            security=SECURITY[parts.scheme],  # type: ignore[arg-type]  # the mapping holds only its three literals
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
    parts = _parts("IMAP_URL", url, shape)
    if parts.query or parts.fragment:
        raise NotSetUp(f"IMAP_URL must look like {shape}, with nothing after it. {ESCAPES}")
    settings.port_in("IMAP_URL", parts)
    host = settings.server_name("IMAP_URL", parts.hostname or "")
    try:
        return replace(ImapSettings.read(url), host=host)
    except ValueError as error:
        raise NotSetUp(f"IMAP_URL cannot be used: {error}") from None


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
