"""``flask init``: settings, key ring, tables and the first facilitator."""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import quote

import click
from click.core import ParameterSource
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect, select

from core import config, encryption, guard, installation, service_urls, settings
from core.config import Config
from core.db import db
from core.encryption import KeyRing
from core.errors import NotSetUp
from core.locks import alone
from core.moment import now
from core.transaction import transaction
from groups.accounts import person_with, register
from groups.grants import give
from groups.models import GrantRole, Person
from scheduling.cli.options import address, address_or_none, setting

#: The answers that are settings, in the order they have in the file.
WRITTEN = (
    *("site_name", "base_url", "smtp_url", "mail_from"),
    *("public_contact", "operator_address"),
)


def _mail_url(context: click.Context, parameter: click.Parameter, text: str) -> str:
    source = context.get_parameter_source(parameter.name or "")
    try:
        url = settings.clean("SMTP_URL", text)
        server_ = service_urls.smtp(url)
    except NotSetUp as error:
        raise click.BadParameter(str(error)) from None
    if server_ is None:
        raise click.BadParameter("SMTP_URL cannot be empty.")
    if source is ParameterSource.COMMANDLINE and server_.password:
        raise click.BadParameter(
            "Everyone on this machine can read a password on a command line. Leave it out and "
            "type it when you are asked, or set SMTP_URL in the environment."
        )
    if server_.username and not server_.password and source is not ParameterSource.ENVIRONMENT:
        return _with_password(url, click.prompt("Its password (not shown)", hide_input=True))
    return url


def _with_password(url: str, password: str) -> str:
    """Return the address with a password in it, escaped."""
    name, _, host = url.rpartition("@")
    return f"{name.removesuffix(':')}:{quote(password, safe='')}@{host}"


@click.command()
@click.option(
    "--site-name",
    prompt="What is the site called? People see it on pages and as the sender of e-mails, so "
    "choose an ordinary word",
    envvar="SITE_NAME",
    callback=setting("SITE_NAME", settings.site_name),
)
@click.option(
    "--base-url",
    prompt="Its public address, such as https://alcove.example.org",
    envvar="BASE_URL",
    callback=setting("BASE_URL", settings.base_url),
)
@click.option(
    "--smtp-url",
    prompt="Its mail server, such as smtp+starttls://name@mail.example.org:587 (you are asked "
    "for the password next)",
    envvar="SMTP_URL",
    callback=_mail_url,
)
@click.option(
    "--mail-from",
    prompt="The address its e-mails come from, seen by everyone who gets one",
    envvar="MAIL_FROM",
    callback=address,
)
@click.option(
    "--public-contact",
    prompt="An address for questions, shown to anyone on the web (leave blank for none)",
    default="",
    show_default=False,
    envvar="PUBLIC_CONTACT",
    callback=address_or_none,
)
@click.option(
    "--operator-address",
    prompt="Where to send alerts when something breaks, never shown (leave blank for none)",
    default="",
    show_default=False,
    envvar="OPERATOR_ADDRESS",
    callback=address_or_none,
)
@click.option("--facilitator", prompt="The first facilitator's name")
@click.option(
    "--address",
    prompt="The first facilitator's e-mail address, to sign in with, never shown",
    callback=address,
)
@with_appcontext
def init(**answers: str) -> None:
    """Set this installation up: settings, key ring, tables and the first facilitator.

    Asks for what it needs. Every question is also an option, and settings can also come from the
    environment, so that it can run unattended. A password is never taken from the command line:
    set it in the environment, or type it when you are asked.

    \b
      SMTP_URL=smtp+starttls://name:password@mail.example.org:587 \\
      flask init --site-name Thursdays --base-url https://alcove.example.org \\
        --mail-from hello@alcove.example.org \\
        --public-contact help@alcove.example.org --operator-address "" \\
        --facilitator "Amara Osei" --address amara@example.org

    Nothing that already exists is overwritten.
    """
    folder = config.current().instance
    # A second one that was started at the same time finds everything there.
    with alone(folder / "init.lock"):
        read = _make(folder, answers)
    _first_facilitator(answers["facilitator"], answers["address"])
    click.echo("\nSet up. Check that everything works, then start the site:\n")
    click.echo("  flask doctor\n  flask send-test " + answers["address"] + "\n  make run\n")
    click.echo(f"Back up the database and {read.key_ring} in two different places.")


def _make(folder: Path, answers: dict[str, str]) -> Config:
    _refuse_half_of_an_installation(_key_ring_path(config.current()))
    _write_settings(folder / config.FILE_NAME, answers)
    read = Config.load(folder)
    _write_key_ring(read)
    current_app.extensions[config.EXTENSION] = read
    current_app.extensions[encryption.EXTENSION] = KeyRing.read(_key_ring_path(read))
    with guard.making():
        installation.update_tables()
    guard.verify()
    return read


def _write_settings(path: Path, answers: dict[str, str]) -> None:
    if path.exists():
        click.echo(f"Kept the settings in {path}")
        return
    content = {name: answers[name] for name in WRITTEN if answers[name]}
    content["secret_key"] = secrets.token_urlsafe(48)
    # A site on https is reached through a proxy. Without this, everyone would seem to come from
    # the proxy's address, and share what one stranger may ask for.
    content["proxies"] = "1" if answers["base_url"].startswith("https://") else "0"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        # A JSON string is a TOML string, as long as nothing in it is escaped in two halves.
        file.writelines(
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in content.items()
        )
    click.echo(f"Wrote the settings to {path}")


def _refuse_half_of_an_installation(path: Path) -> None:
    """Refuse to make a missing half of an installation, which may have been lost."""
    with guard.unchecked():
        empty = guard.is_empty()
        people = not empty and _has_people()
    if path.exists() and empty:
        raise click.ClickException(
            f"There is a key ring at {path} but no database. Put the database from your backup in "
            "its place. If there never was one, move the key ring away and run flask init again."
        )
    if people and not path.exists():
        raise click.ClickException(
            f"There are people in the database but there is no key ring at {path}. "
            "Put the key ring from your backup there: a new one could not read the data."
        )


def _has_people() -> bool:
    if not inspect(db.engine).has_table(Person.__tablename__):
        return False
    return db.session.scalar(select(Person.id).limit(1)) is not None


def _key_ring_path(read: Config) -> Path:
    return read.key_ring or read.instance / "key-ring.json"


def _write_key_ring(read: Config) -> None:
    path = _key_ring_path(read)
    if path.exists():
        click.echo(f"Kept the key ring in {path}")
        return
    KeyRing.generate().write(path)
    click.echo(f"Wrote a new key ring to {path}")


def _first_facilitator(name: str, written: str) -> None:
    with transaction():
        person = person_with(written)
        if person is None:
            person = register(written, name=name, now=now())
        for role in GrantRole:
            give(person, role, now=now())
    click.echo(f"{name} can sign in and set up groups")
