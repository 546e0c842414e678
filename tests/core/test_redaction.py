"""No token of a link reaches a log, whoever writes it."""

import logging
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from io import StringIO

import pytest
from flask import Flask
from werkzeug.serving import make_server

from core.redaction import ARGUMENT, hide_in_logs, without_secrets

TOKEN = "Zq7-secret_token-Zq7-secret_token-Zq7secret"


@pytest.fixture
def written(app: Flask) -> Iterator[StringIO]:
    """Everything that is logged while the test runs, as a file would hold it."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    level, factory = root.level, logging.getLogRecordFactory()
    hide_in_logs()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)


def addresses(app: Flask) -> list[str]:
    """Return an address for every route that has a token in it."""
    adapter = app.url_map.bind("alcove.example")
    rules = [rule for rule in app.url_map.iter_rules() if ARGUMENT in rule.arguments]
    return [adapter.build(rule.endpoint, {ARGUMENT: TOKEN}) for rule in rules]


def test_h2_no_address_with_a_token_is_written_down(app: Flask, written: StringIO) -> None:
    found = addresses(app)

    for address in found:
        logging.getLogger("somebody").info("GET %s HTTP/1.1", address)
        logging.getLogger("somebody").info(f"asked for https://alcove.example{address}?a=b")  # noqa: G004 - some libraries do

    assert {one.split("/")[1] for one in found} >= {"cal", "i", "stop"}
    assert TOKEN not in written.getvalue()
    assert "somebody GET /cal/***/calendar.ics HTTP/1.1\n" in written.getvalue()


def test_h2_no_token_stands_in_a_traceback(written: StringIO) -> None:
    try:
        raise ValueError(f"cannot read /cal/{TOKEN}/calendar.ics")
    except ValueError:
        logging.getLogger("somebody").exception("that did not work")
    logging.getLogger("somebody").info("here: %s", "/i/" + TOKEN, stack_info=True)

    assert TOKEN not in written.getvalue()
    assert "ValueError: cannot read /cal/***/calendar.ics" in written.getvalue()


def test_h2_a_server_that_logs_every_request_logs_no_token(app: Flask, written: StringIO) -> None:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for address in addresses(app):
        connection = HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", address, headers={"Host": "alcove.example"})
        connection.getresponse().read()
        connection.close()
    server.shutdown()
    thread.join()
    server.server_close()

    assert written.getvalue().count("GET /") >= len(addresses(app))
    assert TOKEN not in written.getvalue()


@pytest.mark.usefixtures("app")
def test_a_token_inside_another_address_is_hidden_as_well() -> None:
    inside = f"https://calendar.example/r?cid=webcal%3A%2F%2Falcove.example%2Fcal%2F{TOKEN}%2Fc.ics"

    assert without_secrets(inside) == inside.replace(TOKEN, "***")


@pytest.mark.usefixtures("app")
def test_what_holds_no_token_is_written_as_it_is(written: StringIO) -> None:
    log = logging.getLogger("somebody")
    log.info("%(done)s of %(all)s", {"done": 3, "all": 4})
    log.info("100% done")

    assert written.getvalue() == "somebody 3 of 4\nsomebody 100% done\n"
