"""Settings: where they come from, and what is said when one cannot be understood."""

from pathlib import Path

import pytest

from core.config import Config
from core.errors import NotSetUp


def test_without_anything_there_are_defaults_and_a_list_of_what_is_missing(tmp_path: Path) -> None:
    config = Config.load(tmp_path, {})

    assert (config.site_name, config.time_zone) == ("", "Europe/London")
    assert config.database_url == f"sqlite:///{tmp_path}/alcove.db"
    assert config.missing() == ("BASE_URL", "SECRET_KEY", "MAIL_FROM")
    assert config.smtp is None


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "alcove.toml").write_text('site_name = "From the file"\nproxies = 1\n')

    config = Config.load(tmp_path, {"SITE_NAME": "From the environment"})

    assert (config.site_name, config.proxies) == ("From the environment", 1)


def test_a_mail_server_is_read_from_one_url(tmp_path: Path) -> None:
    url = "smtp+starttls://amara%40x:p%3Aw@mail.example.org"

    smtp = Config.load(tmp_path, {"SMTP_URL": url}).smtp

    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security) == ("mail.example.org", 587, "starttls")
    assert (smtp.username, smtp.password) == ("amara@x", "p:w")


def test_a_mailbox_is_read_from_one_url_too(tmp_path: Path) -> None:
    given = {
        "IMAP_URL": "imaps://amara%40x:p%3Aw@mail.example.org/Replies",
        "MAIL_CHECKED_BY": " MX.example.org ",
    }

    config = Config.load(tmp_path, given)

    assert config.imap is not None
    assert (config.imap.host, config.imap.folder) == ("mail.example.org", "Replies")
    assert (config.imap.username, config.imap.password) == ("amara@x", "p:w")
    assert config.mail_checked_by == "mx.example.org"


def test_a_mailbox_that_anybody_could_overhear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp) as trouble:
        Config.load(tmp_path, {"IMAP_URL": "imap://amara:hidden@mail.example.org"})

    assert "imaps://" in trouble.value.message
    assert "hidden" not in trouble.value.message


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgresql://a@h/d", "postgresql+psycopg://a@h/d"),
        ("postgres://a@h/d", "postgresql+psycopg://a@h/d"),
        ("postgresql+psycopg://a@h/d", "postgresql+psycopg://a@h/d"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
    ],
)
def test_a_database_is_given_by_url(tmp_path: Path, given: str, driver: str) -> None:
    assert Config.load(tmp_path, {"DATABASE_URL": given}).database_url == driver


@pytest.mark.parametrize(
    ("base_url", "host", "secure", "reachable"),
    [
        ("https://alcove.example.org/", "alcove.example.org", True, True),
        ("http://127.0.0.1:5000", "127.0.0.1", False, False),
        ("http://localhost:5000", "localhost", False, False),
        ("http://intranet", "intranet", False, False),
    ],
)
def test_the_address_says_how_we_are_reached(
    tmp_path: Path, base_url: str, host: str, *, secure: bool, reachable: bool
) -> None:
    config = Config.load(tmp_path, {"BASE_URL": base_url})

    assert (config.host, config.secure, config.reachable) == (host, secure, reachable)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "alcove.example.org"),
        ("BASE_URL", "ftp://alcove.example.org"),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://x"),
        ("TIME_ZONE", "Europe/Lundon"),
        ("TIME_ZONE", "../etc/passwd"),
        ("PROXIES", "one"),
        ("PROXIES", "-1"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "http://mail.example.org"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_named(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(NotSetUp, match=name):
        Config.load(tmp_path, {name: value})


@pytest.mark.parametrize("content", ["site_name = ", "colour = 'blue'", "\x00"])
def test_a_file_that_cannot_be_understood_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "alcove.toml").write_text(content)

    with pytest.raises(NotSetUp, match=r"alcove\.toml"):
        Config.load(tmp_path, {})


def test_another_folder_can_hold_the_installation(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"

    config = Config.load(tmp_path, {"ALCOVE_INSTANCE": str(elsewhere)})
    made_up = Config.load(tmp_path, {"ALCOVE_INSTANCE": str(elsewhere), "ALCOVE_DEMO": "1"})

    assert config.instance == elsewhere
    assert made_up.instance == elsewhere / "demo"
