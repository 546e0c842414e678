"""Serving the app: granian, with the clock in whichever worker wins the election.

The process that looks after the workers holds no app: it imports this module and little else.
"""

import gc
import os
import pkgutil
import resource
import sys
from pathlib import Path
from typing import Final, NoReturn

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from core.rsgi import AT_ONCE, Served

ROOT = Path(__file__).parent.parent
#: How many processes answer, unless it is said otherwise.
WORKERS = 2
#: How many connections each of them holds; others wait until one ends. An idle one costs a few
#: kilobytes and is closed after ``HEADERS_WITHIN``.
CONNECTIONS = 2_048
#: How many seconds a request's headers may take, and a connection may wait between two requests.
HEADERS_WITHIN = 15
#: The most bytes in a request without its body, and in a body that is buffered ahead of its reader.
BUFFER = 64 * 1024
#: After how many seconds a worker that was told to stop is ended, even with clients connected.
STOP_WITHIN = 25
#: What the process runs that looks after the workers.
_LOOK_AFTER: Final = "from core.server import look_after_workers; look_after_workers()"
#: The most pools that the C library allocates from; by default it makes one for every few threads,
#: and each keeps what its threads once needed.
_POOLS: Final = "2"
#: Where an app keeps the function that made it, for the command that needs a second app.
FACTORY = "alcove.create_app"


def load(target: str) -> Served:
    """Return what a worker serves; ``target`` names what makes a Flask app, ``wsgi:create_app``."""
    sys.path.insert(0, str(ROOT))
    app = pkgutil.resolve_name(target)()
    return Served(app, app.extensions.get(AT_ONCE))


def serve(*, host: str, port: int, workers: int, demo: bool) -> NoReturn:
    """Serve until told to stop, as another program in this process, which ends what was here: it
    holds the app, and has read what only setting up needs.

    Workers read their settings from the environment as any process does; access logs are off,
    since a feed's address is its secret.
    """
    environment = {
        "MALLOC_ARENA_MAX": _POOLS,
        **os.environ,
        "ALCOVE_CLOCK": "1",
        "PORT": str(port),
        # Whatever folder this was started in.
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }
    if demo:
        environment["ALCOVE_DEMO"] = "1"
    command = [sys.executable, "-P", "-c", _LOOK_AFTER, host, str(port), str(workers)]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own words


def look_after_workers() -> None:
    """Listen on the host and port of the first two arguments with as many workers as the third
    says, and replace those that die, until told to stop.
    """
    host, port, workers = sys.argv[1:]
    _allow_connections()
    # What is here so far stays shared with the workers, as nobody looks through it again.
    gc.freeze()
    Granian(
        "wsgi:create_app",
        address=host,
        port=int(port),
        interface=Interfaces.RSGI,
        workers=int(workers),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_WITHIN * 1_000, max_buffer_size=BUFFER
        ),
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        websockets=False,
        log_access=False,
        # Its greeting would drown ours; what goes wrong is still said.
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
    ).serve(target_loader=load)  # type: ignore[arg-type]  # what it loads is no function on this interface


def _allow_connections() -> None:
    """Let this process and its workers open a file for each connection they may hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 512
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
