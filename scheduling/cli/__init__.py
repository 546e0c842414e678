"""The commands that set up and run an installation; ``flask --help`` lists them."""

import pkgutil
from typing import Final

import click
from flask import Flask
from flask.cli import AppGroup

#: Where each command is; it is imported when it is run, so that serving holds none of them.
COMMANDS: Final = {
    "add-facilitator": "groups.cli:add_facilitator",
    "add-operator": "groups.cli:add_operator",
    "db": "flask_migrate.cli:db",
    "demo": "scheduling.cli.demo:demo_command",
    "doctor": "scheduling.cli.set_up:doctor",
    "feeds": "scheduling.cli.feeds:feeds",
    "grants": "groups.cli:list_grants",
    "init": "scheduling.cli.init:init",
    "purge": "scheduling.cli.jobs:purge_now",
    "send-test": "scheduling.cli.set_up:send_test",
    "serve": "scheduling.cli.set_up:serve",
    "status": "scheduling.cli.jobs:status",
    "tick": "scheduling.cli.jobs:tick",
    "withdraw": "groups.cli:withdraw_grant",
    "worker": "scheduling.cli.jobs:worker",
}


class Commands(AppGroup):
    """The commands of an app, those of the table above among them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of every command; click asks for them."""
        return sorted([*super().list_commands(ctx), *COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, if there is one; click asks for it."""
        where = COMMANDS.get(cmd_name)
        command: click.Command | None = (
            pkgutil.resolve_name(where) if where else super().get_command(ctx, cmd_name)
        )
        return command


def init_app(app: Flask) -> None:
    """Let an app have our commands."""
    app.cli = Commands(app.name)
