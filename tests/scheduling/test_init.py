"""``flask init``: what it asks, what it writes, and what it takes from where."""

import stat
import tomllib
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from core.config import Config
from groups.accounts import person_with
from tests.scheduling.commands import answers, run, set_up


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_init_sets_everything_up_without_a_question(bare: Flask, tmp_path: Path) -> None:
    result = set_up(bare)

    assert result.exit_code == 0, result.output
    written = tomllib.loads((tmp_path / "alcove.toml").read_text(encoding="utf-8"))
    assert len(written.pop("secret_key")) >= 32
    assert written == {
        "site_name": "Thürsdays",
        "base_url": "https://alcove.example",
        "smtp_url": "smtp+starttls://name:hidden@mail.example:587",
        "mail_from": "hello@alcove.example",
        "public_contact": "help@alcove.example",
        "operator_address": "sol@operators.example",
        "proxies": "1",
    }
    assert (mode(tmp_path / "alcove.toml"), mode(tmp_path / "key-ring.json")) == (0o600, 0o600)


def test_init_lets_the_first_facilitator_in(bare: Flask, tmp_path: Path) -> None:
    set_up(bare)

    with create_app(Config.load(tmp_path, {})).app_context():
        amara = person_with("amara@people.example")
        assert amara is not None
        assert (amara.name, amara.opens_groups, amara.operates) == ("Amara Osei", True, True)


def test_init_asks_what_it_is_not_told(bare: Flask, tmp_path: Path) -> None:
    typed = (
        "Thursdays\nnot an address\nhttp://alcove.example/\n"
        "smtps://hello%40alcove.example@mail.example\na/b?c#d%\nhello@alcove.example\n"
        "\n\nAmara\namara@people.example\n"
    )

    result = run(bare, "init", typed=typed)

    assert result.exit_code == 0, result.output
    assert "BASE_URL must look like https://alcove.example.org" in result.output
    settings = Config.load(tmp_path, {})
    assert (settings.site_name, settings.base_url) == ("Thursdays", "http://alcove.example")
    assert (settings.public_contact, settings.operator_address) == ("", "")
    assert settings.smtp is not None
    assert (settings.smtp.username, settings.smtp.password) == ("hello@alcove.example", "a/b?c#d%")
    assert "a/b?c#d%" not in result.output


@pytest.mark.parametrize("shown", ["security.txt", "privacy", "help"])
def test_the_first_facilitators_address_is_published_nowhere(
    bare: Flask, tmp_path: Path, shown: str
) -> None:
    set_up(bare, public_contact="", operator_address="")
    client = create_app(Config.load(tmp_path, {})).test_client()
    path = "/.well-known/security.txt" if shown == "security.txt" else f"/{shown}"

    page = client.get(path, base_url="https://alcove.example")

    assert page.status_code == (404 if shown == "security.txt" else 200)
    assert "amara@" not in page.text
    assert "hello@" not in page.text


def test_init_takes_no_password_from_the_command_line(bare: Flask, tmp_path: Path) -> None:
    url = "smtps://name:hidden@mail.example"

    result = run(bare, "init", *answers(smtp_url=url))

    assert result.exit_code == 2
    assert "set SMTP_URL in the environment" in result.output
    assert "hidden" not in result.output
    assert not (tmp_path / "alcove.toml").exists()


def test_init_takes_a_mail_server_without_a_password_from_the_command_line(
    bare: Flask, tmp_path: Path
) -> None:
    run(bare, "init", *answers(smtp_url="smtp://127.0.0.1:2525"))

    smtp = Config.load(tmp_path, {}).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port) == ("127.0.0.1", 2525)


def test_init_takes_every_setting_from_the_environment(bare: Flask, tmp_path: Path) -> None:
    names = {
        "SITE_NAME": "Thursdays",
        "BASE_URL": '"https://ALCOVE.example"\r',
        "SMTP_URL": "smtp://127.0.0.1 ",
        "MAIL_FROM": "hello@alcove.example\r",
        "PUBLIC_CONTACT": "help@alcove.example",
        "OPERATOR_ADDRESS": "sol@operators.example",
    }
    people = ("--facilitator", "Amara", "--address", "amara@people.example")

    result = run(bare, "init", *people, **names)

    assert result.exit_code == 0, result.output
    read = Config.load(tmp_path, {})
    assert (read.base_url, read.mail_from) == ("https://alcove.example", "hello@alcove.example")
    assert (read.public_contact, read.operator_address) == (
        "help@alcove.example",
        "sol@operators.example",
    )


def test_init_again_overwrites_nothing(bare: Flask, tmp_path: Path) -> None:
    set_up(bare)
    before = [(tmp_path / name).read_bytes() for name in ("alcove.toml", "key-ring.json")]

    result = set_up(bare, site_name="Another", facilitator="Grace")

    after = [(tmp_path / name).read_bytes() for name in ("alcove.toml", "key-ring.json")]
    assert result.exit_code == 0
    assert "Kept the settings" in result.output
    assert "Kept the key ring" in result.output
    assert after == before


def test_init_makes_no_new_keys_for_people_it_could_not_read(bare: Flask, tmp_path: Path) -> None:
    set_up(bare)
    (tmp_path / "key-ring.json").unlink()

    result = set_up(bare)

    assert result.exit_code == 1
    assert "Put the key ring from your backup there" in result.output
    assert not (tmp_path / "key-ring.json").exists()


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("base_url", "alcove.example", "BASE_URL must look like"),
        ("smtp_url", "mail.example", "SMTP_URL must look like"),
        ("smtp_url", "smtp://name:secret@mail.example", "A user name needs STARTTLS or TLS"),
        ("smtp_url", "smtp://mail.example:99999", "The port in SMTP_URL must be"),
        ("site_name", " ", "SITE_NAME cannot be empty"),
        ("public_contact", "us", "needs an @"),
        ("mail_from", "hello", "needs an @"),
        ("address", "amara at home", "needs an @"),
    ],
)
def test_init_says_which_answer_it_does_not_understand(
    bare: Flask, tmp_path: Path, option: str, text: str, words: str
) -> None:
    result = set_up(bare, **{option: text})

    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "alcove.toml").exists()
