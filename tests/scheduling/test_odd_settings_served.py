"""Whatever settings the doctor passes, works: pages, styles, calendars, links and letters."""

import json
import re
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from core import config
from core.config import Config
from core.errors import NotSetUp
from core.letters import written
from core.mail import Mailbox, compose, message_id
from core.transaction import transaction
from core.web import link
from groups.accounts import person_with
from scheduling.keeping.diaries import diary_of
from tests.build import a_feed
from tests.conftest import NOW
from tests.scheduling.commands import run

CASES = Path(__file__).parent.parent / "core" / "env-cases.txt"
#: What somebody wrote, and the address that a browser then asks for.
PUBLIC = [
    ("https://alcove.example.org", "https://alcove.example.org"),
    ('"https://alcove.example.org"', "https://alcove.example.org"),
    ("https://alcove.example.org\r", "https://alcove.example.org"),
    ("https://alcove.example.org ", "https://alcove.example.org"),
    ("https://ALCOVE.Example.org./", "https://alcove.example.org"),
    ("https://alcove.example.org:443", "https://alcove.example.org"),
    ("https://alcove.example.org:8443", "https://alcove.example.org:8443"),
    ("https://bücher.example", "https://xn--bcher-kva.example"),
    ("HTTPS://BÜCHER.example.", "https://xn--bcher-kva.example"),
    ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
    ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
]


def made(installation: Path, **environment: str) -> Flask:
    """Return the app of an installation, with this in its environment."""
    return create_app(Config.load(installation, environment))


def refused(installation: Path, **environment: str) -> str | None:
    """Return what is said about settings that are refused, or ``None`` if they are taken."""
    try:
        Config.load(installation, environment)
    except NotSetUp as refusal:
        return refusal.message
    return None


def serves(app: Flask, address: str) -> None:
    """Fail unless a browser that asks for this address gets everything it should."""
    client = app.test_client()
    page = client.get("/sign-in", base_url=address)
    styles = re.search(r'href="(/static/app\.css[^"]*)"', page.text)
    with app.app_context():
        feed = a_private_link()
        letter = written("test", Mailbox("", "amara@people.example"))
        settings = config.current()
        raw = compose(
            letter,
            sender=Mailbox(settings.site_name, settings.mail_from),
            message_id=message_id("a", settings.host),
            sent_at=NOW,
        )

    assert page.status_code == 200
    assert styles is not None
    assert fetched(client, address + styles[1]) == 200
    assert feed.startswith(f"{address}/cal/")
    # Once by the plain path, and once in front of it.
    assert [fetched(client, feed) for _ in range(2)] == [200, 200]
    assert message_from_bytes(raw)["Message-ID"].endswith(f"@{urlsplit(address).hostname}>")
    assert leaves(client, address) == settings.leave_url


def a_private_link() -> str:
    """Return the whole address of a private calendar."""
    amara = person_with("amara@people.example")
    assert amara is not None
    with transaction():
        diary_of(amara, now=NOW)
    return link("feeds.show", token=a_feed(amara)[1])


def fetched(client: FlaskClient, address: str) -> int:
    """Return what came of asking for an address as a calendar program does."""
    parts = urlsplit(address)
    with client.get(parts.path, base_url=f"{parts.scheme}://{parts.netloc}") as answer:
        return answer.status_code


def leaves(client: FlaskClient, address: str) -> str | None:
    """Return where the button *Leave* goes."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client.post("/leave", base_url=address).headers.get("Location")


def troubles(result: Result) -> set[str]:
    """Return what the doctor calls broken, but for the mail server that is not there."""
    found = json.loads(result.stdout)
    return {one["name"] for one in found if one["ok"] is False} - {"Mail server"}


@pytest.mark.parametrize(("written_as", "address"), PUBLIC)
def test_every_public_address_that_is_taken_is_served(
    installation: Path, written_as: str, address: str
) -> None:
    app = made(installation, BASE_URL=written_as)

    assert troubles(run(app, "doctor", "--json")) == set()
    serves(app, address)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SITE_NAME", '"Thursday: évenings <&>"\r'),
        ("SITE_NAME", ""),
        ("TIME_ZONE", "europe/LONDON "),
        ("PROXIES", "1\r"),
        ("PROXIES", " 0"),
        ("MAIL_FROM", "hello@BÜCHER.example "),
        ("PUBLIC_CONTACT", "help@bücher.example\r"),
        ("OPERATOR_ADDRESS", ""),
        ("LEAVE_URL", "https://bücher.example/wétter?a=b c".replace(" ", "%20")),
        ("LEAVE_URL", "https://www.bbc.co.uk/weather\r"),
        ("DATABASE_URL", "sqlite:///alcove.db\r"),
        ("KEY_RING", '"key-ring.json"'),
        ("MAIL_CHECKED_BY", "MX.example.org "),
        ("SECRET_KEY", '"k3bA9-xQpf_71VmZ0sYw2LdRtUe8HgNc5JoXiTqB"\r'),
        ("SMTP_URL", "smtp://127.0.0.1:9 "),
        ("IMAP_URL", ""),
    ],
)
def test_every_other_setting_that_is_taken_is_served(
    installation: Path, name: str, text: str
) -> None:
    app = made(installation, **{name: text})

    assert troubles(run(app, "doctor", "--json")) == set()
    serves(app, "https://alcove.example")


def lines() -> list[str]:
    """Return the lines of a collection of settings as other projects met them."""
    return CASES.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", lines())
def test_settings_that_others_met_work_or_are_refused_by_name(
    installation: Path, line: str
) -> None:
    shown, _, remark = line.partition("   ")
    name, _, text = shown.replace("\\r", "\r").partition("=")
    given = {name: text + (" " if "space at the end" in remark else "")}
    refusal = refused(installation, **given, **({"ALCOVE_DEMO": "1"} if name == "PORT" else {}))

    if refusal is None:
        serves(made(installation, **given), "https://alcove.example.org")
    else:
        assert name in refusal
        assert not re.search(r"Zq~|p/a|s#s|Lw\.N", refusal)


def test_an_installation_below_a_path_is_refused_by_every_command(
    installation: Path, bare: Flask
) -> None:
    below = "https://shared.example.org/alcove"

    with pytest.raises(NotSetUp, match="does not work below a path"):
        made(installation, BASE_URL=below)

    result = run(bare, "init", "--base-url", below, "--site-name", "Thursdays")
    assert result.exit_code == 2
    assert "does not work below a path" in result.output


def test_the_doctor_says_what_an_older_installation_no_longer_shows(installation: Path) -> None:
    file = installation / "alcove.toml"
    kept = [line for line in file.read_text().splitlines() if "public_contact" not in line]
    file.write_text("\n".join(kept))

    said = run(made(installation), "doctor").stdout

    assert "· Public contact: not set" in said
    assert "OPERATOR_ADDRESS is only for alerts and is no longer shown." in said
    assert "sol@operators.example" not in said


def test_the_doctor_says_which_names_tell_something(installation: Path) -> None:
    said = run(made(installation, SITE_NAME="Peer Support", MAIL_FROM="a@b.example"), "doctor")

    assert "· Names: SITE_NAME contains “Peer”" in said.stdout
    assert "· Names: BASE_URL contains “alcove”" in said.stdout
    assert "MAIL_FROM contains" not in said.stdout
