"""One typed, frozen ``Config``, read from the environment and ``instance/alcove.toml``.

The environment wins over the file. Nothing else in the code base reads either.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app

from core.errors import NotSetUp
from core.imap_client import ImapSettings
from core.mail import is_bare_address
from core.smtp import SmtpSettings

FILE_NAME = "alcove.toml"
SETTINGS = (
    "SITE_NAME",
    "BASE_URL",
    "SECRET_KEY",
    "DATABASE_URL",
    "KEY_RING",
    "SMTP_URL",
    "IMAP_URL",
    "MAIL_CHECKED_BY",
    "MAIL_FROM",
    "MAIL_PACE",
    "OPERATOR_ADDRESS",
    "TIME_ZONE",
    "PROXIES",
    "LEAVE_URL",
)
SECURITY = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
DEMO_PORT = "5000"
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Config:
    """Everything an installation can be told. Times are durations; the zone is an IANA name."""

    instance: Path
    site_name: str = "Alcove"
    base_url: str = ""
    secret_key: str = ""
    database_url: str = ""
    key_ring: Path | None = None
    smtp: SmtpSettings | None = None
    imap: ImapSettings | None = None
    #: The name by which our own mail server signs what it checked (RFC 8601 section 2.5).
    mail_checked_by: str = ""
    mail_from: str = ""
    #: How many letters a minute leave of those that were due before a long stop; 0 is no limit.
    mail_pace: int = 60
    operator_address: str = ""
    time_zone: str = "Europe/London"
    proxies: int = 0
    leave_url: str = "https://www.bbc.co.uk/weather"
    demo: bool = False
    testing: bool = False
    clock: bool = False
    pause: timedelta = timedelta(minutes=10)

    @property
    def host(self) -> str:
        """The host name in our links, Message-IDs and UIDs."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def secure(self) -> bool:
        """Whether people reach us over https."""
        return self.base_url.startswith("https://")

    @property
    def reachable(self) -> bool:
        """Whether Google's and Outlook's servers could fetch a feed from here."""
        return self.host not in {"localhost", "127.0.0.1", "::1"} and "." in self.host

    def missing(self) -> tuple[str, ...]:
        """Name the settings without which nobody can be served."""
        needed = {
            "BASE_URL": self.base_url,
            "SECRET_KEY": self.secret_key,
            "MAIL_FROM": self.mail_from,
        }
        return tuple(name for name, value in needed.items() if not value)

    @classmethod
    def load(cls, instance: Path, environment: Mapping[str, str] | None = None) -> "Config":
        """Read the settings; raises ``NotSetUp`` with the mend when one cannot be understood."""
        source = os.environ if environment is None else environment
        instance = Path(source.get("ALCOVE_INSTANCE") or instance)
        if source.get("ALCOVE_DEMO"):
            return cls.made_up(instance / "demo", source)
        given = _from_file(instance / FILE_NAME)
        given.update({name: source[name] for name in SETTINGS if source.get(name)})
        smtp_url, imap_url = given.get("SMTP_URL", ""), given.get("IMAP_URL", "")
        return cls(
            instance=instance,
            site_name=given.get("SITE_NAME", cls.site_name),
            base_url=_base_url(given.get("BASE_URL", "")),
            secret_key=_secret_key(given.get("SECRET_KEY", "")),
            database_url=_database_url(given.get("DATABASE_URL", ""), instance / "alcove.db"),
            key_ring=Path(given.get("KEY_RING", instance / "key-ring.json")),
            smtp=_smtp(smtp_url) if smtp_url else None,
            imap=_imap(imap_url) if imap_url else None,
            mail_checked_by=given.get("MAIL_CHECKED_BY", "").strip().lower(),
            mail_from=_bare("MAIL_FROM", given.get("MAIL_FROM", "")),
            mail_pace=_whole_number("MAIL_PACE", given.get("MAIL_PACE", str(cls.mail_pace))),
            operator_address=_bare("OPERATOR_ADDRESS", given.get("OPERATOR_ADDRESS", "")),
            time_zone=_time_zone(given.get("TIME_ZONE", cls.time_zone)),
            proxies=_whole_number("PROXIES", given.get("PROXIES", "0")),
            leave_url=given.get("LEAVE_URL", cls.leave_url),
            clock=bool(source.get("ALCOVE_CLOCK")),
        )

    @classmethod
    def made_up(cls, instance: Path, environment: Mapping[str, str]) -> "Config":
        """Return the settings of the demo: data of its own, and nothing leaves the machine."""
        port = _whole_number("PORT", environment.get("PORT", "") or DEMO_PORT)
        return cls(
            instance=instance,
            base_url=f"http://127.0.0.1:{port}",
            secret_key="made-up data need no secret, and nobody else can reach it",  # noqa: S106 - the demo listens on this machine only
            database_url=f"sqlite:///{(instance / 'demo.db').resolve()}",
            key_ring=instance / "key-ring.json",
            mail_from="hello@alcove.example",
            operator_address="sol@operators.example",
            demo=True,
            clock=bool(environment.get("ALCOVE_CLOCK")),
        )


def _from_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotSetUp(f"{path} cannot be read: {error}") from error
    unknown = sorted(name for name in content if name.upper() not in SETTINGS)
    if unknown:
        raise NotSetUp(f"{path} has settings nobody knows: {', '.join(unknown)}")
    return {name.upper(): str(value) for name, value in content.items()}


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query):
        raise NotSetUp(f"BASE_URL must look like https://alcove.example.org, not {text!r}")
    return text.rstrip("/")


def _secret_key(text: str) -> str:
    if text and len(text) < 32:
        raise NotSetUp("SECRET_KEY is too short: use at least 32 random characters")
    return text


def _database_url(text: str, default: Path) -> str:
    if not text:
        return f"sqlite:///{default.resolve()}"
    for scheme in ("postgresql://", "postgres://"):
        if text.startswith(scheme):
            return "postgresql+psycopg://" + text.removeprefix(scheme)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise NotSetUp("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise NotSetUp(f"TIME_ZONE {name!r} is not a zone such as Europe/London") from error
    return name


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise NotSetUp(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _smtp(url: str) -> SmtpSettings:
    parts = urlsplit(url)
    if parts.scheme not in SECURITY or not parts.hostname:
        raise NotSetUp(
            "SMTP_URL must look like smtp+starttls://name:password@mail.example.org:587 "
            "(smtp:// for no encryption, smtps:// for TLS from the start)"
        )
    timeout = parse_qs(parts.query).get("timeout", ["20"])[0]
    seconds = float(_whole_number("The timeout of SMTP_URL", timeout))
    try:
        return SmtpSettings(
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            security=SECURITY[parts.scheme],  # type: ignore[arg-type]  # the mapping holds only its three literals
            timeout=seconds,
        )
    except ValueError as error:
        # A port that is none, or a password that would cross a network unencrypted.
        raise NotSetUp(f"SMTP_URL cannot be used: {error}") from error


def _imap(url: str) -> ImapSettings:
    try:
        return ImapSettings.read(url)
    except ValueError as error:
        raise NotSetUp(f"IMAP_URL cannot be used: {error}") from None


def _bare(name: str, address: str) -> str:
    if address and not is_bare_address(address):
        raise NotSetUp(f"{name} must be one address, such as hello@example.org, not {address!r}")
    return address


EXTENSION = "alcove.config"


def current() -> Config:
    """Return the settings of the running app."""
    config = current_app.extensions[EXTENSION]
    assert isinstance(config, Config)  # noqa: S101 - create_app put it there; this tells the type
    return config
