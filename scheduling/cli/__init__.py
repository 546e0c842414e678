"""The commands that set up and run an installation; ``flask --help`` lists them."""

from flask import Flask

import groups.cli
from scheduling.cli import demo, feeds, init, jobs, set_up


def init_app(app: Flask) -> None:
    """Register every command of ours on an app."""
    groups.cli.init_app(app)
    init.init_app(app)
    set_up.init_app(app)
    jobs.init_app(app)
    feeds.init_app(app)
    demo.init_app(app)
