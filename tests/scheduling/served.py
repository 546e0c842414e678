"""An app for processes that tests start, on the test's own database."""

import os
from pathlib import Path

from flask import Flask

from app import create_app
from core.config import Config


def make() -> Flask:
    """Return the app with the settings that a test put into the environment."""
    return create_app(
        Config(
            site_name="Alcove",
            instance=Path(os.environ["ALCOVE_TEST_INSTANCE"]),
            base_url="http://alcove.example",
            secret_key="a secret key that is only ever used by tests",
            database_url=os.environ["ALCOVE_TEST_DATABASE"],
            key_ring=Path(os.environ["ALCOVE_TEST_KEY_RING"]),
            mail_from="hello@alcove.example",
            demo=True,
        )
    )
