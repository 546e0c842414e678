"""The commands that set up and run an installation; ``flask --help`` lists them."""

from flask import Flask

import groups.cli
from scheduling import cli_demo, cli_jobs, cli_set_up


def init_app(app: Flask) -> None:
    """Register every command of ours on an app."""
    groups.cli.init_app(app)
    cli_set_up.init_app(app)
    cli_jobs.init_app(app)
    cli_demo.init_app(app)
