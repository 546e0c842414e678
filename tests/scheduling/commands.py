"""Running the commands of an installation, as from a terminal."""

from click.testing import Result
from flask import Flask

from core.db import db

ANSWERS = {
    "--site-name": "Thürsdays",
    "--base-url": "https://alcove.example",
    "--mail-from": "hello@alcove.example",
    "--public-contact": "help@alcove.example",
    "--operator-address": "sol@operators.example",
    "--facilitator": "Amara Osei",
    "--address": "amara@people.example",
}
#: A password is in it, so that it never stands on a command line.
SMTP_URL = "smtp+starttls://name:hidden@mail.example:587"


def answers(**changes: str) -> list[str]:
    """Return the answers to the questions of ``flask init`` as options."""
    given = {**ANSWERS, **{f"--{name.replace('_', '-')}": text for name, text in changes.items()}}
    return [part for pair in given.items() for part in pair]


def run(app: Flask, *arguments: str, typed: str | None = None, **environment: str) -> Result:
    """Run a command of ours."""
    result = app.test_cli_runner().invoke(args=list(arguments), input=typed, env=environment)
    with app.app_context():
        db.session.rollback()
    return result


def set_up(app: Flask, *, smtp_url: str = SMTP_URL, **changes: str) -> Result:
    """Run ``flask init`` without a question."""
    return run(app, "init", *answers(**changes), SMTP_URL=smtp_url)
