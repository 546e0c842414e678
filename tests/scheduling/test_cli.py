"""The commands that set an installation up and look after it."""

import json
import shutil
import stat
import sys
import tomllib
from base64 import b64decode
from email import message_from_bytes
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask

from app import create_app
from core.config import Config
from core.db import db
from core.smtp import SmtpSettings
from groups.accounts import person_with
from tests.build import a_person
from tests.conftest import NOW
from tests.core.mail_servers import Desk, free_port, serving

ANSWERS = {
    "--site-name": "Alcöve",
    "--base-url": "https://alcove.example",
    "--smtp-url": "smtp+starttls://name:secret@mail.example:587",
    "--mail-from": "hello@alcove.example",
    "--facilitator": "Amara Osei",
    "--address": "amara@people.example",
}


def answers(**changes: str) -> list[str]:
    """Return the answers to every question of ``flask init`` as options."""
    given = {**ANSWERS, **{f"--{name.replace('_', '-')}": text for name, text in changes.items()}}
    return [part for pair in given.items() for part in pair]


def run(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    """Run a command of ours, as from a terminal."""
    result = app.test_cli_runner().invoke(args=list(arguments), input=typed)
    with app.app_context():
        db.session.rollback()
    return result


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    """The app of a machine on which nothing has been set up."""
    return create_app(Config.load(tmp_path, {}))


def test_init_sets_everything_up_without_a_question(bare: Flask, tmp_path: Path) -> None:
    result = run(bare, "init", *answers())

    assert result.exit_code == 0, result.output
    written = tomllib.loads((tmp_path / "alcove.toml").read_text(encoding="utf-8"))
    assert len(written.pop("secret_key")) >= 32
    assert written == {
        "site_name": "Alcöve",
        "base_url": "https://alcove.example",
        "smtp_url": "smtp+starttls://name:secret@mail.example:587",
        "mail_from": "hello@alcove.example",
        "operator_address": "amara@people.example",
        "proxies": "1",
    }
    assert (mode(tmp_path / "alcove.toml"), mode(tmp_path / "key-ring.json")) == (0o600, 0o600)


def test_init_lets_the_first_facilitator_in(bare: Flask, tmp_path: Path) -> None:
    run(bare, "init", *answers())

    with create_app(Config.load(tmp_path, {})).app_context():
        amara = person_with("amara@people.example")
        assert amara is not None
        assert (amara.name, amara.opens_groups, amara.operates) == ("Amara Osei", True, True)


def test_init_asks_what_it_is_not_told(bare: Flask, tmp_path: Path) -> None:
    typed = (
        "\nnot an address\nhttp://alcove.example/\nsmtp://localhost\nhello@alcove.example\n"
        "Amara\namara@people.example\n"
    )

    result = run(bare, "init", typed=typed)

    assert result.exit_code == 0, result.output
    assert "BASE_URL must look like https://alcove.example.org" in result.output
    settings = Config.load(tmp_path, {})
    assert (settings.site_name, settings.base_url) == ("Alcove", "http://alcove.example")


def test_init_again_overwrites_nothing(bare: Flask, tmp_path: Path) -> None:
    run(bare, "init", *answers())
    before = [(tmp_path / name).read_bytes() for name in ("alcove.toml", "key-ring.json")]

    result = run(bare, "init", *answers(site_name="Another", facilitator="Grace"))

    after = [(tmp_path / name).read_bytes() for name in ("alcove.toml", "key-ring.json")]
    assert result.exit_code == 0
    assert "Kept the settings" in result.output
    assert "Kept the key ring" in result.output
    assert after == before


def test_init_makes_no_new_keys_for_people_it_could_not_read(bare: Flask, tmp_path: Path) -> None:
    run(bare, "init", *answers())
    (tmp_path / "key-ring.json").unlink()

    result = run(bare, "init", *answers())

    assert result.exit_code == 1
    assert "Put the key ring from your backup there" in result.output
    assert not (tmp_path / "key-ring.json").exists()


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("base_url", "alcove.example", "BASE_URL must look like"),
        ("smtp_url", "mail.example", "SMTP_URL must look like"),
        ("smtp_url", "smtp://name:secret@mail.example", "A user name needs STARTTLS or TLS"),
        ("smtp_url", "smtp://mail.example:99999", "SMTP_URL cannot be used"),
        ("mail_from", "hello", "needs an @"),
        ("address", "amara at home", "needs an @"),
    ],
)
def test_init_says_which_answer_it_does_not_understand(
    bare: Flask, tmp_path: Path, option: str, text: str, words: str
) -> None:
    result = run(bare, "init", *answers(**{option: text}))

    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "alcove.toml").exists()


def findings(result: Result) -> dict[str, bool | None]:
    """Return what the doctor found, by name."""
    return {one["name"]: one["ok"] for one in json.loads(result.stdout)}


def test_doctor_says_what_is_missing_and_how_to_mend_it(bare: Flask) -> None:
    result = run(bare, "doctor")

    assert result.exit_code == 1
    assert "✗ Settings: missing: BASE_URL, SECRET_KEY, MAIL_FROM\n    Run: flask init" in (
        result.output
    )
    assert "✗ Tables: there are none yet\n    Run: flask db upgrade" in result.output


def test_doctor_before_init_keeps_nobody_from_setting_up(bare: Flask) -> None:
    run(bare, "doctor")

    assert run(bare, "init", *answers()).exit_code == 0


def test_doctor_finds_nothing_wrong_after_init(bare: Flask, tmp_path: Path) -> None:
    with serving(Desk()) as port:
        run(bare, "init", *answers(smtp_url=f"smtp://127.0.0.1:{port}"))
        result = run(create_app(Config.load(tmp_path, {})), "doctor", "--json")

    found = findings(result)
    assert result.exit_code == 0, result.output
    assert {name for name, ok in found.items() if ok is None} <= {"Clock", "Helplines"}
    assert {name for name, ok in found.items() if ok} == {
        "Settings",
        "Key ring",
        "Database",
        "Tables",
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
    run(bare, "init", *answers())
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

    assert "Made-up data kept from last time: 3 groups, 22 people, 36 sessions" in result.stdout
    assert "Open  http://127.0.0.1:5001/demo" in result.stdout
    assert "Amina   member       Amara   facilitator" in result.stdout
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
