"""An installation to measure: its own folder, key ring and empty database."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from core import guard
from core.config import Config
from core.db import db
from core.encryption import KeyRing
from core.installation import update_tables
from core.service_urls import SmtpSettings

HOST = "alcove.example"


@dataclass(frozen=True)
class Installation:
    """An app on a database of its own, and what a server process needs to be told of it."""

    app: Flask
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the same installation for another process."""
        settings: Config = self.app.extensions["alcove.config"]
        return {
            "ALCOVE_INSTANCE": str(self.folder),
            "BASE_URL": settings.base_url,
            "SECRET_KEY": settings.secret_key,
            "DATABASE_URL": settings.database_url,
            "MAIL_FROM": settings.mail_from,
        }


@contextmanager
def installation(
    folder: Path, database_url: str | None = None, smtp: SmtpSettings | None = None
) -> Iterator[Installation]:
    """Make one in an empty folder, with every table; its app context is open inside the block.

    Without ``database_url`` it keeps a SQLite file in the folder.
    """
    folder.mkdir(parents=True)
    key_ring = folder / "key-ring.json"
    KeyRing.generate().write(key_ring)
    settings = Config(
        site_name="Alcove",
        instance=folder,
        base_url=f"https://{HOST}",
        secret_key=secrets.token_urlsafe(48),
        database_url=database_url or f"sqlite:///{(folder / 'alcove.db').resolve()}",
        key_ring=key_ring,
        mail_from=f"hello@{HOST}",
        smtp=smtp,
    )
    app = create_app(settings)
    with app.app_context():
        with guard.making():
            update_tables()
        yield Installation(app, folder)
        db.session.remove()
        db.engine.dispose()
