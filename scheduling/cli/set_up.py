"""``flask init``, ``flask doctor``, ``flask send-test`` and ``flask serve``."""

import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import inspect, select

from core import config, encryption, server
from core.addresses import AddressProblem, read_address
from core.config import Config
from core.db import db
from core.doctor import Finding, examine
from core.encryption import KeyRing
from core.errors import NotSetUp
from core.letters import written
from core.mail import Mailbox, compose, message_id
from core.moment import now
from core.smtp import Connection, Refused, Uncertain, Unreachable
from core.transaction import transaction
from groups.accounts import person_with, register
from groups.helplines import stale
from groups.models import Person

MARKS = {True: "✓", False: "✗", None: "·"}


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (init, doctor, send_test, serve):
        app.cli.add_command(command)


def _address(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    try:
        return read_address(text).address
    except AddressProblem as error:
        raise click.BadParameter(str(error)) from error


def _public_address(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    try:
        return Config.load(Path("nowhere"), {"BASE_URL": text}).base_url
    except NotSetUp as error:
        raise click.BadParameter(str(error)) from error


def _mail_url(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    try:
        Config.load(Path("nowhere"), {"SMTP_URL": text})
    except NotSetUp as error:
        raise click.BadParameter(str(error)) from error
    return text


@click.command()
@click.option("--site-name", prompt="What is the site called", default="Alcove", show_default=True)
@click.option(
    "--base-url",
    prompt="Its public address, such as https://alcove.example.org",
    callback=_public_address,
)
@click.option(
    "--smtp-url",
    prompt="Its mail server, such as smtp+starttls://name:password@mail.example.org:587",
    callback=_mail_url,
)
@click.option("--mail-from", prompt="The address its mail comes from", callback=_address)
@click.option("--facilitator", prompt="The first facilitator's name")
@click.option("--address", prompt="The first facilitator's e-mail address", callback=_address)
@with_appcontext
def init(**answers: str) -> None:
    """Set this installation up: settings, key ring, tables and the first facilitator.

    Asks what it needs; every question is also an option, so that it can run unattended:

    \b
      flask init --site-name Alcove --base-url https://alcove.example.org \\
        --smtp-url smtp+starttls://name:password@mail.example.org:587 \\
        --mail-from hello@alcove.example.org \\
        --facilitator "Amara Osei" --address amara@example.org

    Nothing that is there already is overwritten.
    """
    folder = config.current().instance
    _refuse_without_old_keys(_key_ring_path(config.current()))
    _write_settings(folder / config.FILE_NAME, answers)
    settings = Config.load(folder)
    _write_key_ring(settings)
    current_app.extensions[config.EXTENSION] = settings
    current_app.extensions[encryption.EXTENSION] = KeyRing.read(_key_ring_path(settings))
    upgrade(directory=str(server.ROOT / "migrations"))
    _first_facilitator(answers["facilitator"], answers["address"])
    click.echo("\nSet up. Now look whether everything is well, then serve:\n")
    click.echo("  flask doctor\n  flask send-test " + answers["address"] + "\n  make run\n")
    click.echo(f"Back up the database and {settings.key_ring} in two different places.")


def _write_settings(path: Path, answers: dict[str, str]) -> None:
    if path.exists():
        click.echo(f"Kept the settings in {path}")
        return
    content = {
        "site_name": answers["site_name"],
        "base_url": answers["base_url"],
        "smtp_url": answers["smtp_url"],
        "mail_from": answers["mail_from"],
        "operator_address": answers["address"],
        "secret_key": secrets.token_urlsafe(48),
        # Who asks for https is reached through a proxy. Without this everybody would come from
        # its address, and share what one stranger may ask for.
        "proxies": "1" if answers["base_url"].startswith("https://") else "0",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        # A JSON string is a TOML string, as long as nothing in it is escaped in two halves.
        file.writelines(
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in content.items()
        )
    click.echo(f"Wrote the settings to {path}")


def _refuse_without_old_keys(path: Path) -> None:
    if path.exists() or not inspect(db.engine).has_table(Person.__tablename__):
        return
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise click.ClickException(
            f"There are people in the database but there is no key ring at {path}. "
            "Put the key ring from your backup there: a new one could not read the data."
        )


def _key_ring_path(settings: Config) -> Path:
    return settings.key_ring or settings.instance / "key-ring.json"


def _write_key_ring(settings: Config) -> None:
    path = _key_ring_path(settings)
    if path.exists():
        click.echo(f"Kept the key ring in {path}")
        return
    KeyRing.generate().write(path)
    click.echo(f"Wrote a new key ring to {path}")


def _first_facilitator(name: str, address: str) -> None:
    with transaction():
        person = person_with(address)
        if person is None:
            person = register(address, name=name, now=now())
        person.opens_groups = True
        person.operates = True
    click.echo(f"{name} can sign in and set up groups")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@with_appcontext
def doctor(*, as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it.

    ✓ is well, ✗ needs mending, · deserves a glance. Ends with status 1 if anything needs mending.
    """
    moment = now()
    findings = examine(moment)
    old = stale(moment.date())
    if old:
        names = ", ".join(line.name for line in old)
        mend = "Ring them, then set verified_on in groups/helplines.toml."
        findings.append(Finding("Helplines", None, f"not checked for six months: {names}", mend))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.ok]} {finding.name}: {finding.words}")
            if finding.ok is not True and finding.mend:
                click.echo(f"    {finding.mend}")
    if any(finding.ok is False for finding in findings):
        raise SystemExit(1)


@click.command("send-test")
@click.argument("address", callback=_address)
@with_appcontext
def send_test(address: str) -> None:
    """Send one neutral message to ADDRESS, to see that mail leaves.

    Example: flask send-test you@example.org
    """
    settings = config.current()
    if settings.demo or settings.smtp is None:
        raise click.ClickException("No mail server is set up. Set SMTP_URL, or run: flask init")
    letter = written("test", Mailbox("", address))
    sender = Mailbox(settings.site_name, settings.mail_from)
    identifier = message_id(f"test:{secrets.token_hex(8)}", settings.host)
    raw = compose(letter, sender=sender, message_id=identifier, sent_at=now())
    try:
        with Connection(settings.smtp) as connection:
            connection.send(settings.mail_from, address, raw)
    except Refused as error:
        raise click.ClickException(
            f"The mail server would not take it. {error.reason.words}"
        ) from error
    except Uncertain as error:
        raise click.ClickException(
            "The mail server went away before it answered. Look whether the message arrived."
        ) from error
    except Unreachable as error:
        raise click.ClickException(f"{error.words} Then run: flask doctor") from error
    click.echo(f"{settings.smtp.host} took a message for {address}. Look whether it arrives.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", default=5000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535)
)
@click.option("--workers", default=server.WORKERS, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Serve this installation, with the clock in one of the workers.

    Put a proxy with a certificate in front; docs/operations.md shows how.
    """
    settings = config.current()
    if settings.missing() or current_app.extensions[encryption.EXTENSION] is None:
        if not os.isatty(0):
            raise click.ClickException("This installation is not set up yet. Run: flask init")
        click.echo("This installation is not set up yet. A few questions first.\n")
        click.get_current_context().invoke(init.main, args=[], standalone_mode=False)
    try:
        server.refuse_if_taken(host, port, "flask serve")
    except NotSetUp as error:
        raise click.ClickException(str(error)) from error
    upgrade(directory=str(server.ROOT / "migrations"))
    click.echo(f"Serving {config.current().base_url} from http://{host}:{port}  (Ctrl+C stops)")
    server.serve(host=host, port=port, workers=workers, demo=False)
