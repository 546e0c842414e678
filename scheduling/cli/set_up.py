"""``flask doctor``, ``flask send-test`` and ``flask serve``."""

import json
import os
import secrets
from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from core import config, encryption, guard, installation, server
from core.doctor import Finding, examine
from core.errors import Unreachable
from core.letters import written
from core.mail import Mailbox, compose, message_id
from core.moment import now
from core.smtp import Connection, Refused, Uncertain
from groups.helplines import stale
from groups.messages import MessageKind
from scheduling.cli.init import init
from scheduling.cli.options import Port, address, refuse_if_taken
from scheduling.jobs import JOBS

MARKS = {True: "✓", False: "✗", None: "·"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@with_appcontext
def doctor(*, as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it.

    ✓ is well, ✗ needs mending, · deserves a glance. Ends with status 1 if anything needs mending.
    """
    moment = now()
    findings = examine(moment, JOBS)
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
@click.argument("address", callback=address)
@with_appcontext
def send_test(address: str) -> None:
    """Send one neutral message to ADDRESS, to see that mail leaves.

    Example: flask send-test you@example.org
    """
    settings = config.current()
    if settings.demo or settings.smtp is None:
        raise click.ClickException("No mail server is set up. Set SMTP_URL, or run: flask init")
    letter = written(MessageKind.TEST, Mailbox("", address))
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


def _is_new() -> bool:
    """Return whether neither half of an installation is there; one alone means a loss."""
    if current_app.extensions[encryption.EXTENSION] is not None:
        return False
    with guard.unchecked():
        return guard.is_empty()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=Port())
@click.option("--workers", default=server.WORKERS, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Serve this installation, with the clock in one of the workers.

    Put a proxy with a certificate in front; docs/operations.md shows how.
    """
    settings = config.current()
    if settings.missing() or _is_new():
        if not os.isatty(0):
            raise click.ClickException("This installation is not set up yet. Run: flask init")
        click.echo("This installation is not set up yet. A few questions first.\n")
        click.get_current_context().invoke(init.main, args=[], standalone_mode=False)
    refuse_if_taken(host, port, "flask serve")
    installation.update_tables()
    guard.verify()
    # The workers read their settings again, perhaps from another folder than this one.
    os.environ["ALCOVE_INSTANCE"] = str(settings.instance)
    click.echo(f"Serving {config.current().base_url} from http://{host}:{port}  (Ctrl+C stops)")
    server.serve(host=host, port=port, workers=workers, demo=False)
