"""``flask demo``: the whole thing with made-up data, and the same for programs that walk in."""

import base64
import json
import os
from datetime import timedelta

import click

from core import config, server
from core.moment import now
from scheduling.cli.options import Port, refuse_if_taken
from scheduling.demo import world as demo
from scheduling.demo.data import ON_SHOW

HOST = "127.0.0.1"
A_DAY = timedelta(days=1)


@click.command("demo")
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=Port())
@click.option("--reset", is_flag=True, help="Throw the made-up data away and load them afresh.")
@click.option("--load-only", is_flag=True, help="Load the data and stop.")
@click.option("--describe", is_flag=True, help="Print people, groups and paths as JSON and stop.")
@click.option("--mail-json", is_flag=True, help="Print every message as JSON and stop.")
def demo_command(
    *, port: int, reset: bool, load_only: bool, describe: bool, mail_json: bool
) -> None:
    """Try it with made-up data. Nothing leaves this machine.

    \b
      flask demo                 load once, then serve on http://127.0.0.1:5000/demo
      flask demo --port 5001     on another port
      flask demo --reset         start again
      flask demo --describe      who can be tried, as JSON
      flask demo --mail-json     every message, with its raw bytes in base64
    """
    serves = not (describe or mail_json or load_only)
    if serves:
        refuse_if_taken(HOST, port, "flask demo")
    with demo.made_up_app(port).app_context():
        folder = config.current().instance.parent
        loaded = _load(afresh=reset)
        if describe:
            click.echo(json.dumps(demo.describe(now()), indent=2))
        elif mail_json:
            click.echo(json.dumps(_mail(), indent=2))
        else:
            _say(loaded=loaded, port=port)
    if serves:
        # The workers read their settings again, perhaps from another folder than this one.
        os.environ["ALCOVE_INSTANCE"] = str(folder)
        server.serve(host=HOST, port=port, workers=1, demo=True)


def _load(*, afresh: bool) -> bool:
    if afresh or demo.is_empty():
        # On the other channel: what a program reads is JSON and nothing else.
        click.echo("Making the data up. This takes some seconds, once.", err=True)
    return demo.load(now(), afresh)


def _mail() -> list[dict[str, str]]:
    return [
        {
            "id": mail.public_id,
            "to": mail.recipient,
            "subject": mail.subject,
            "kind": mail.kind,
            "state": mail.state,
            "due_at": f"{mail.due_at:%Y-%m-%dT%H:%M:%SZ}",
            "raw": base64.b64encode(mail.raw).decode(),
        }
        for mail in demo.mailbox()
    ]


def _say(*, loaded: bool, port: int) -> None:
    world = demo.describe(now())
    sessions = sum(len(group["sessions"]) for group in world["groups"])
    verb = "loaded" if loaded else "kept from last time"
    click.echo(
        f"Made-up data {verb}: {len(world['groups'])} groups, {len(world['people'])} people, "
        f"{sessions} sessions  ({config.current().instance / 'demo.db'})"
    )
    days = demo.age(now()) // A_DAY
    if days:
        ago = "yesterday" if days == 1 else f"{days} days ago"
        click.echo(f"They were arranged around {ago}. flask demo --reset moves them to today.")
    click.echo("Nothing is e-mailed. Read what would be sent at /demo/mail\n")
    click.echo(f"  Open  http://{HOST}:{port}/demo   and choose who to be:")
    width = max(len(what) for _, what, _ in ON_SHOW)
    for name, what, _ in ON_SHOW:
        click.echo(f"        {name:<8}{what:<{width}}".rstrip())
    click.echo("  Ctrl+C stops.   flask demo --reset starts again.   flask init sets up for real.")
