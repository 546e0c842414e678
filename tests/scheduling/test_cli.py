"""The commands that set an installation up and look after it."""

import json
import shutil
import sys
from base64 import b64decode
from email import message_from_bytes
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask

from app import create_app
from core.config import Config
from core.service_urls import SmtpSettings
from groups.accounts import person_with
from tests.build import a_person
from tests.conftest import NOW
from tests.core.mail_servers import Desk, free_port, serving
from tests.scheduling.commands import run, set_up


def findings(result: Result) -> dict[str, bool | None]:
    """Return what the doctor found, by name."""
    return {one["name"]: one["ok"] for one in json.loads(result.stdout)}


def test_doctor_says_what_is_missing_and_how_to_mend_it(bare: Flask) -> None:
    result = run(bare, "doctor")

    assert result.exit_code == 1
    assert "✗ Settings: missing: BASE_URL, SECRET_KEY, MAIL_FROM\n    Run: flask init" in (
        result.output
    )
    assert "✗ Database: There is no database at" in result.output


def test_doctor_before_init_keeps_nobody_from_setting_up(bare: Flask) -> None:
    run(bare, "doctor")

    assert set_up(bare).exit_code == 0


def test_doctor_finds_nothing_wrong_after_init(bare: Flask, tmp_path: Path) -> None:
    with serving(Desk()) as port:
        set_up(bare, smtp_url=f"smtp://127.0.0.1:{port}")
        result = run(create_app(Config.load(tmp_path, {})), "doctor", "--json")

    found = findings(result)
    assert result.exit_code == 0, result.output
    assert {name for name, ok in found.items() if ok is None} <= {"Clock", "Helplines", "Names"}
    assert {name for name, ok in found.items() if ok} == {
        "Settings",
        "Public contact",
        "Alerts",
        "Key ring",
        "Database",
        "Tables",
        "Belonging",
        "Database file",
        "Mail server",
        "Zone data",
        "Public address",
    }


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (lambda folder: (folder / "alcove.toml").chmod(0o644), "Settings file"),
        (lambda folder: (folder / "key-ring.json").chmod(0o640), "Key ring"),
        (lambda folder: (folder / "key-ring.json").unlink(), "Key ring"),
    ],
)
def test_doctor_finds_what_was_harmed(bare: Flask, tmp_path: Path, harm: object, name: str) -> None:
    set_up(bare)
    assert callable(harm)
    harm(tmp_path)

    result = run(create_app(Config.load(tmp_path, {})), "doctor", "--json")

    assert result.exit_code == 1
    assert findings(result)[name] is False


def test_doctor_says_that_the_mail_server_does_not_answer(tmp_path: Path) -> None:
    nowhere = Config.load(tmp_path, {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}"})

    result = run(create_app(nowhere), "doctor")

    assert result.exit_code == 1
    assert "✗ Mail server: We couldn’t reach the mail server." in result.output


def sending(make_app: object, port: int) -> Flask:
    """Return an app that sends through the server on this port."""
    assert callable(make_app)
    made: Flask = make_app(smtp=SmtpSettings("127.0.0.1", port))
    return made


def test_send_test_sends_one_neutral_message(make_app: object) -> None:
    desk = Desk()
    with serving(desk) as port:
        result = run(sending(make_app, port), "send-test", "you@people.example")

    assert result.exit_code == 0, result.output
    assert "127.0.0.1 took a message for you@people.example." in result.output
    [(sender, recipients, raw)] = desk.taken
    assert (sender, recipients) == ("hello@alcove.example", ["you@people.example"])
    assert message_from_bytes(raw)["Subject"] == "A test message"


def test_send_test_says_why_it_was_refused(make_app: object) -> None:
    desk = Desk()
    desk.at_recipient["you@people.example"] = "550 5.1.1 no such user"
    with serving(desk) as port:
        result = run(sending(make_app, port), "send-test", "you@people.example")

    assert result.exit_code == 1
    assert "The address does not exist." in result.output


def test_send_test_says_that_the_server_cannot_be_reached(make_app: object) -> None:
    result = run(sending(make_app, free_port()), "send-test", "you@people.example")

    assert result.exit_code == 1
    assert "We couldn’t reach the mail server. Then run: flask doctor" in result.output


def test_send_test_needs_an_address_and_a_server(app: Flask) -> None:
    assert "needs an @" in run(app, "send-test", "you").output
    assert "No mail server is set up." in run(app, "send-test", "you@people.example").output


def test_serve_says_that_nothing_is_set_up(bare: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # Somebody at a terminal is asked the questions instead.
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        result = run(bare, "serve")

    assert result.exit_code == 1
    assert "Run: flask init" in result.output


def test_serve_and_demo_say_that_a_port_is_taken(app: Flask) -> None:
    a_person()
    with serving(Desk()) as port:
        for command in ("serve", "demo"):
            result = run(app, command, "--port", str(port))

            assert result.exit_code == 1
            mend = f"Port {port} is in use. Try: flask {command} --port {port + 1}"
            assert mend in result.output


@pytest.fixture
def beside_a_demo(app: Flask, tmp_path: Path, told: Path, key_ring_file: Path) -> Flask:
    """An app whose demo has been loaded."""
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copy(told, folder / "demo.db")
    shutil.copy(key_ring_file, folder / "key-ring.json")
    return app


@time_machine.travel(NOW, tick=False)
def test_demo_describes_itself_and_prints_nothing_else(beside_a_demo: Flask) -> None:
    result = run(beside_a_demo, "demo", "--describe")

    world = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(world) == ["people", "groups", "mailbox_path"]
    assert world["mailbox_path"] == "/demo/mail"
    assert [len(group["sessions"]) for group in world["groups"]] == [18, 12, 6]


@time_machine.travel(NOW, tick=False)
def test_demo_prints_every_message(beside_a_demo: Flask) -> None:
    result = run(beside_a_demo, "demo", "--mail-json")

    mails = json.loads(result.stdout)
    newest = mails[0]
    assert list(newest) == ["id", "to", "subject", "kind", "state", "due_at", "raw"]
    assert (newest["to"], newest["state"]) == ("theo@people.example", "waiting")
    assert newest["due_at"] == "2026-11-21T09:10:00Z"
    assert message_from_bytes(b64decode(newest["raw"]))["To"] == newest["to"]


@time_machine.travel(NOW, tick=False)
def test_demo_says_who_can_be_tried(beside_a_demo: Flask) -> None:
    result = run(beside_a_demo, "demo", "--load-only", "--port", "5001")

    assert "Made-up data kept from last time: 3 groups, 23 people, 36 sessions" in result.stdout
    assert "Open  http://127.0.0.1:5001/demo" in result.stdout
    assert "        Amina   member\n        Amara   facilitator\n" in result.stdout
    assert "were arranged around" not in result.stdout


@time_machine.travel(NOW.replace(day=25), tick=False)
def test_demo_says_that_its_dates_are_old_and_keeps_them(beside_a_demo: Flask) -> None:
    result = run(beside_a_demo, "demo", "--load-only")

    assert "They were arranged around 4 days ago." in result.stdout
    assert "36 sessions" in result.stdout


@time_machine.travel(NOW, tick=False)
def test_demo_leaves_the_data_of_the_installation_alone(beside_a_demo: Flask) -> None:
    amina = a_person("Amina", "amina@elsewhere.example")

    run(beside_a_demo, "demo", "--load-only")

    assert person_with("amina@people.example") is None
    assert person_with("amina@elsewhere.example") == amina
