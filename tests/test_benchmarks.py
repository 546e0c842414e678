"""The parts of the benchmark that must not mislead: the load, the costs, the table."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks import mail, rolling, ticks
from benchmarks.acts import ROOT, opened
from benchmarks.feeds import Asked, Costs, measure
from benchmarks.house import House
from benchmarks.load import put_on
from benchmarks.peers import request
from benchmarks.report import KEPT, Row, fewer_times, limited, more_times, write
from benchmarks.servers import Server
from core.moment import now

HERE = 1


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"x" * 100_000
        self.send_response(404 if self.path == "/absent" else 200)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/closing":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def answering() -> Iterator[int]:
    """Serve in this process; gives the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("path", ["/", "/closing"])
def test_load_counts_whole_answers(path: str) -> None:
    with answering() as port:
        load = put_on(port, [request(path)], 0.2)

    assert set(load.statuses) == {200}
    assert load.received > 100_000 * load.answers > 0


def test_unexpected_answer_ends_the_measurement() -> None:
    with answering() as port:
        asked = Asked("absent", Server(port, HERE), [request("/"), request("/absent")])

        with pytest.raises(RuntimeError, match="absent was answered with"):
            measure([asked], 0.1, 1)


def test_comparison_takes_each_round_with_itself() -> None:
    costs = {"hello": Costs([100, 400, 120]), "ours": Costs([50, 200, 40])}

    more = more_times("a", costs, "hello", "ours", 2.1)
    fewer = fewer_times("b", costs, "ours", "hello", 1)
    absent = more_times("c", costs, "elsewhere", "ours", 3)

    assert (more.measured, more.spread, more.met) == ("2.00 ×", "2.00 to 3.00", False)
    assert (fewer.measured, fewer.met) == ("0.50 ×", True)
    assert (absent.met, absent.measured) == (
        None,
        "not measured: what to compare with is not installed",
    )


def test_table_says_in_words_whether_goals_were_met(tmp_path: Path) -> None:
    rows = [
        limited("fast", [1, 2, 3], 2, "ms", at_least=False),
        limited("slow", [1, 2, 3], 3, "a second", at_least=True),
        Row("seen", "reported", "5"),
    ]

    write(tmp_path / "RESULTS.md", rows, {"hello": Costs([100.0], [], 10)}, "a little")

    table = (tmp_path / "RESULTS.md").read_text()
    assert "| fast | at most 2 ms | 2 ms | 1 to 3 | met |" in table
    assert "| slow | at least 3 a second | 2 a second | 1 to 3 | **not met** |" in table
    assert "| seen | reported | 5 |  | reported |" in table


def test_table_leaves_alone_what_others_have_written(tmp_path: Path) -> None:
    where = tmp_path / "RESULTS.md"
    where.write_text(f"# What was measured before\n\n{KEPT}\n\nkept\n")

    for _ in range(2):
        write(where, [Row("seen", "reported", "5")], {}, "a little")

    assert where.read_text().endswith(f"has nothing else to do.\n\n{KEPT}\n\nkept\n")
    assert "before\n\n##" not in where.read_text()


def test_house_counts_statements_without_docstrings_and_homes(tmp_path: Path) -> None:
    for name in ("core", "groups/models", "scheduling"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "app.py").write_text('"""The app."""\n\nimport os\n')
    (tmp_path / "core" / "__init__.py").write_text('"""Empty."""\n')
    (tmp_path / "groups" / "models" / "offer.py").write_text("OFFER = 1\n")
    (tmp_path / "scheduling" / "sent.py").write_text(
        'def send(offer: int) -> int:\n    """Say it."""\n    return offer\n'
    )

    counted = House.of(tmp_path)

    # An import, an assignment, a function and what it returns.
    assert (counted.statements, counted.modules) == (4, 4)
    assert counted.small == ["app.py", "scheduling/sent.py"]
    assert counted.homes == ["groups/models/offer.py", "scheduling/sent.py"]


def test_acts_are_counted_on_the_pages() -> None:
    with opened([ROOT]) as [tree]:
        found = tree.ask("moved", members=1, sessions=2, waits=False, modules=True)
        timed = tree.ask("moved", members=1, sessions=2, waits=False, modules=False)

    assert "core/transaction.py" in found["act"]["modules"]
    assert found["act"]["statements"] == timed["act"]["statements"] > 0
    assert timed["act"]["cpu"] > timed["act"]["locked"] > 0


def test_parts_that_need_no_server_run_and_find_what_they_should(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR")

    rolled = rolling.measure(tmp_path / "rolling", 3, now(), 3)
    ticked = ticks.measure(tmp_path / "ticks", 50, now(), 0.3)
    sent = mail.measure(tmp_path, 1, now(), 1)

    assert rolled[1].met
    assert ticked[1].met
    assert sent[0].goal == "at least 400 a second"
