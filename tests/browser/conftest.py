"""One demo and one browser for all browser tests of a process."""

import fcntl
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from tests.browser import chromium, gallery
from tests.browser.demo_server import Demo, load, serving
from tests.browser.watching import Visitor, visitor
from tests.style_guide.page import add_to

Arrive = Callable[..., Visitor]


@pytest.fixture(scope="session", autouse=True)
def _pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """With ``--gallery``, keep pictures of every page that is looked over."""
    if not request.config.getoption("--gallery"):
        yield
        return
    gallery.begin()
    yield
    gallery.end()


@pytest.fixture(scope="session")
def executable() -> str:
    """Where Chromium is. Without one every test that needs it is skipped, and one line says so."""
    path = chromium.path()
    if path is None:
        pytest.skip(chromium.NONE_HERE)
    return path


@pytest.fixture(scope="session")
def browser(executable: str) -> Iterator[Browser]:
    """The one Chromium of this process."""
    with chromium.launched(executable) as launched:
        yield launched


@pytest.fixture(scope="session")
def loaded(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the made-up data, made once for all processes that run tests side by side.

    Making them takes a while, so that it is not done where no browser will look at them.
    """
    is_one_of_many = tmp_path_factory.getbasetemp().name.startswith("popen")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if is_one_of_many else base
    folder = shared / "made-up"
    with (shared / "made-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # Under its name only when it is whole, however loading ends.
            load(shared / "being-made-up")
            (shared / "being-made-up").rename(folder)
    return folder


@pytest.fixture(scope="session")
def demo(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, served on data of its own."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(loaded, instance)
    with serving(instance) as served:
        yield served


@pytest.fixture
def arrive(browser: Browser, demo: Demo) -> Iterator[Arrive]:
    """Return a function that opens a browser window; at the end nothing may have gone wrong in
    any of them.
    """
    visitors: list[Visitor] = []

    def opened(**how: Any) -> Visitor:
        made = visitor(browser, demo.base_url, **how)
        visitors.append(made)
        return made

    yield opened
    for one in visitors:
        one.context.close()
        one.watch.calm()


@pytest.fixture
def style_guide(make_app: Callable[..., Flask]) -> Iterator[str]:
    """Where a page that shows every component is served."""
    app = make_app(fresh=True, demo=True)
    add_to(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
