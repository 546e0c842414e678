"""A process with a clock, for tests to kill: writes its number into a file when it ticks."""

import os
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from core import clock
from core.db import db
from core.worker import Job


def main(folder: Path, database_url: str) -> None:
    """Run one job four times a second until killed."""
    clock.ASK_AGAIN = 0.1
    app = Flask("clock")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(app)

    def tick(_now: datetime) -> int:
        with (folder / "ticks").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return 1

    jobs = [Job("tick", "ticks", timedelta(seconds=0.25), tick)]
    clock.run_until(app, jobs, folder / "clock.lock", threading.Event())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
