"""One typed, frozen ``Config``, read from the environment and ``instance/alcove.toml``.

The environment wins over the file. Nothing else in the code base reads either. What each text has
to look like is in ``core.settings``.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from core import service_urls, settings, tokens
from core.errors import NotSetUp
from core.service_urls import ImapSettings, SmtpSettings

FILE_NAME = "alcove.toml"
SETTINGS = tuple(settings.MEANINGS)
DEMO_PORT = "5000"
#: How to make a secret.
MAKING = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'


@dataclass(frozen=True)
class Config:
    """Everything an installation can be told. Times are durations; the zone is an IANA name."""

    instance: Path
    #: On pages and as the sender of e-mails. If it is not given, no name of ours is used.
    site_name: str = ""
    base_url: str = ""
    secret_key: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    key_ring: Path | None = None
    smtp: SmtpSettings | None = None
    imap: ImapSettings | None = None
    #: The name by which our own mail server signs what it checked (RFC 8601 section 2.5).
    mail_checked_by: str = ""
    mail_from: str = ""
    #: How many letters a minute leave of those that were due before a long stop; 0 is no limit.
    mail_pace: int = 60
    #: Shown to anyone; nothing else is shown in its place.
    public_contact: str = ""
    #: Where alerts go. Never shown to anyone.
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
        source = _cleaned(os.environ if environment is None else environment)
        folder = _folder(instance, source)
        if source.get("ALCOVE_DEMO"):
            return cls.made_up(folder / "demo", source)
        given = _from_file(folder / FILE_NAME)
        given.update({name: source[name] for name in SETTINGS if source.get(name)})
        base_url = settings.base_url(given.get("BASE_URL", ""))
        return cls(
            instance=folder,
            site_name=settings.site_name(given.get("SITE_NAME", "")) or _host(base_url),
            base_url=base_url,
            secret_key=_secret_key(given.get("SECRET_KEY", "")),
            database_url=service_urls.database(given.get("DATABASE_URL", ""), folder),
            key_ring=settings.path_in(folder, "KEY_RING", given.get("KEY_RING", "key-ring.json")),
            smtp=service_urls.smtp(given.get("SMTP_URL", "")),
            imap=service_urls.imap(given.get("IMAP_URL", "")),
            mail_checked_by=settings.checked_by(given.get("MAIL_CHECKED_BY", "")),
            mail_from=settings.address("MAIL_FROM", given.get("MAIL_FROM", "")),
            mail_pace=settings.whole_number(
                "MAIL_PACE", given.get("MAIL_PACE", str(cls.mail_pace))
            ),
            public_contact=settings.address("PUBLIC_CONTACT", given.get("PUBLIC_CONTACT", "")),
            operator_address=settings.address(
                "OPERATOR_ADDRESS", given.get("OPERATOR_ADDRESS", "")
            ),
            time_zone=settings.time_zone(given.get("TIME_ZONE", cls.time_zone)),
            proxies=settings.proxies(given.get("PROXIES", "")),
            leave_url=settings.leave_url(given.get("LEAVE_URL", cls.leave_url)),
            clock=bool(source.get("ALCOVE_CLOCK")),
        )

    @classmethod
    def made_up(cls, instance: Path, environment: Mapping[str, str]) -> "Config":
        """Return the settings of the demo: data of its own, and nothing leaves the machine."""
        port = settings.port(settings.clean("PORT", environment.get("PORT", "")) or DEMO_PORT)
        return cls(
            instance=instance,
            site_name="Alcove",
            base_url=f"http://127.0.0.1:{port}",
            secret_key="made-up data need no secret, and nobody else can reach it",  # noqa: S106 - the demo listens on this machine only
            database_url=f"sqlite:///{(instance / 'demo.db').resolve()}",
            key_ring=instance / "key-ring.json",
            mail_from="hello@alcove.example",
            public_contact="help@alcove.example",
            operator_address="sol@operators.example",
            demo=True,
            clock=bool(environment.get("ALCOVE_CLOCK")),
        )


def _cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """Return our part of the environment, each text cleaned."""
    ours = (*SETTINGS, "ALCOVE_INSTANCE", "ALCOVE_DEMO", "ALCOVE_CLOCK", "PORT")
    return {name: settings.clean(name, environment[name]) for name in ours if name in environment}


def _folder(instance: Path, source: Mapping[str, str]) -> Path:
    """Return the installation's folder as an absolute path: servers change directory."""
    named = source.get("ALCOVE_INSTANCE") or str(instance)
    folder = settings.path_in(Path.cwd(), "ALCOVE_INSTANCE", named)
    if folder.exists() and not folder.is_dir():
        raise NotSetUp(f"ALCOVE_INSTANCE must be a folder, and {folder} is not one.")
    return folder


def _from_file(path: Path) -> dict[str, str]:
    try:
        # Some editors begin a file with a byte-order mark.
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise NotSetUp(f"{path} cannot be read: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        # The library's message says where, and never quotes what is there.
        raise NotSetUp(f"{path} cannot be read: {error}") from None
    except OSError as error:
        raise NotSetUp(f"{path} cannot be opened: {error.strerror}.") from None
    unknown = sorted(name for name in content if name.upper() not in SETTINGS)
    if unknown:
        raise NotSetUp(f"{path} has settings nobody knows: {', '.join(unknown)}")
    if len({name.upper() for name in content}) < len(content):
        raise NotSetUp(f"{path} has a setting twice, in lower case and in capitals.")
    read = {name.upper(): _text(path, name, value) for name, value in content.items()}
    return {name: text for name, text in read.items() if text}


def _text(path: Path, name: str, value: object) -> str:
    """Return a value in the file as text; no setting of ours is a yes or no, a list or the like."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotSetUp(f'{name} in {path.name} must be text in quotes, as in {name} = "…".')
    return settings.clean(name.upper(), str(value))


def _host(base_url: str) -> str:
    return urlsplit(base_url).hostname or ""


def _secret_key(text: str) -> str:
    reason = tokens.weakness(text) if text else None
    if reason:
        raise NotSetUp(f"SECRET_KEY {reason}. Make one with: {MAKING}")
    return text


EXTENSION = "alcove.config"


def current() -> Config:
    """Return the settings of the running app."""
    config = current_app.extensions[EXTENSION]
    assert isinstance(config, Config)  # noqa: S101 - create_app put it there; this tells the type
    return config
