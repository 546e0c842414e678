"""What belongs to a process: set by ``wsgi.py``, never by making an app, and never too much."""

import gc
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from flask import Flask

from app import create_app
from core import installation
from scheduling.cli import COMMANDS
from tests.conftest import settings

ROOT = Path(__file__).parent.parent


def of_this_process() -> list[Any]:
    """Return what an app could change in the process that makes it."""
    mask = os.umask(0o022)
    os.umask(mask)
    root = logging.getLogger()
    return [
        gc.get_threshold(),
        mask,
        root.level,
        [*root.handlers],
        [*root.filters],
        logging.getLogger("alembic.runtime").level,
        logging.getLogRecordFactory(),
        dict(os.environ),
    ]


def said_by(code: str, tmp_path: Path) -> str:
    """Return what a new process prints that runs some code in an empty installation."""
    ran = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "ALCOVE_INSTANCE": str(tmp_path / "instance")},
        capture_output=True,
        text=True,
        check=True,
        umask=0o022,
    )
    return ran.stdout


def test_making_an_app_sets_nothing_for_the_process(tmp_path: Path, key_ring_file: Path) -> None:
    gc.set_threshold(gc.get_threshold()[0] + 1)
    before = of_this_process()

    create_app(settings(tmp_path, key_ring_file, f"sqlite:///{tmp_path}/alcove.db", testing=False))

    assert of_this_process() == before


def test_a_process_of_its_own_is_made_ready(tmp_path: Path) -> None:
    code = """
import gc, logging, os, wsgi
wsgi.create_app()
root = logging.getLogger()
print(gc.get_threshold()[0], os.umask(0), root.level, len(root.handlers))
print(logging.getLogRecordFactory().hides_secrets)
print(oct(os.stat(os.environ["ALCOVE_INSTANCE"]).st_mode))
"""

    assert said_by(code, tmp_path) == f"10000 {0o077} {logging.INFO} 1\nTrue\n0o40700\n"


def test_an_installation_is_for_the_account_that_made_it_alone(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    answers = {
        "BASE_URL": "https://thursdays.example",
        "SITE_NAME": "Thursdays",
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "hello@thursdays.example",
        "PUBLIC_CONTACT": "help@thursdays.example",
        "OPERATOR_ADDRESS": "sol@operators.example",
    }
    command = ["init", "--facilitator", "Amara Osei", "--address", "amara@people.example"]

    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "flask", *command],
        cwd=ROOT,
        env={**os.environ, **answers, "ALCOVE_INSTANCE": str(folder)},
        capture_output=True,
        check=True,
        umask=0o022,
    )

    made = {path.name: path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())}
    assert made.keys() >= {"instance", "alcove.db", "alcove.toml", "key-ring.json"}
    assert set(made.values()) == {0}


def test_a_served_process_reads_nothing_that_only_commands_need(tmp_path: Path) -> None:
    code = """
import sys, wsgi
wsgi.create_app()
for_commands = ("alembic", "flask_migrate", "scheduling.cli.", "groups.cli")
print([name for name in sys.modules if name.startswith(for_commands)])
"""

    assert said_by(code, tmp_path) == "[]\n"


def test_who_looks_after_the_workers_holds_no_app(tmp_path: Path) -> None:
    code = """
import sys, core.server
print(sorted({"app", "wsgi", "flask", "sqlalchemy", "core.db", "core.web"} & set(sys.modules)))
"""

    assert said_by(code, tmp_path) == "[]\n"


def test_a_server_that_is_told_of_the_wrong_module_says_so(tmp_path: Path) -> None:
    code = """
import logging, sys, app
logging.basicConfig(stream=sys.stdout, format="%(message)s")
app.create_app()
"""

    assert said_by(code, tmp_path).endswith("Serve wsgi:create_app instead.\n")


def test_the_revisions_are_those_that_alembic_finds() -> None:
    scripts = AlembicConfig()
    scripts.set_main_option("script_location", str(installation.MIGRATIONS))
    directory = ScriptDirectory.from_config(scripts)

    found = frozenset(one.revision for one in directory.walk_revisions())
    assert installation.revisions() == (directory.get_current_head(), found)


def test_every_command_is_where_the_table_says(app: Flask) -> None:
    context = click.Context(app.cli)

    found = {name: app.cli.get_command(context, name) for name in app.cli.list_commands(context)}

    assert found.keys() >= COMMANDS.keys()
    assert {name: command.name for name, command in found.items() if command} == {
        name: name for name in found
    }
