"""Settings as files, environments and people write them: read rightly, or refused in words that
name the setting, say the mend and hold no secret.
"""

import secrets
from pathlib import Path

import pytest

from core.config import Config
from core.encryption import KeyRing
from core.errors import NotSetUp
from core.tokens import weakness

GOOD = "https://alcove.example.org"
A_SECRET = secrets.token_urlsafe(48)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f'"{GOOD}"', GOOD),
        (f"'{GOOD}' ", GOOD),
        (f'" {GOOD} "\r', GOOD),
        (f"{GOOD}\r", GOOD),
        (f"{GOOD}\r\n", GOOD),
        (f"  {GOOD}\t ", GOOD),
        (f"\ufeff{GOOD}", GOOD),
        (f"{GOOD}\u00a0\u200b", GOOD),
        (f"{GOOD}/", GOOD),
        (f"{GOOD}//", GOOD),
        ("https://alcove.example.org.", GOOD),
        ("https://alcove.example.org./", GOOD),
        ("HTTPS://ALCOVE.Example.ORG", GOOD),
        ("https://alcove.example.org:443", GOOD),
        ("https://alcove.example.org:8443/", f"{GOOD}:8443"),
        ("http://alcove.example.org:80", "http://alcove.example.org"),
        ("http://alcove.example.org:443", "http://alcove.example.org:443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example.", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://faß.example", "https://xn--fa-hia.example"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://alcove。example.org", GOOD),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_public_address_is_read_as_browsers_write_it(
    tmp_path: Path, written: str, read: str
) -> None:
    assert Config.load(tmp_path, {"BASE_URL": written}).base_url == read


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("https://shared.example.org/alcove", "does not work below a path"),
        ("https://shared.example.org/alcove/", "does not work below a path"),
        ("https://shared.example.org/?site=1", "nothing after the host name"),
        ("https://shared.example.org?", "nothing after the host name"),
        ("https://shared.example.org/#top", "nothing after the host name"),
        ("https://amara:hidden@alcove.example.org", "user name or a password"),
        ("https://alcove.example.org:99999", "port"),
        ("https://alcove.example.org:0", "port"),
        ("https://alcove.example.org:port", "port"),
        ("https://al cove.example.org", "space"),
        ("https://alcove.example.org\\x", "backslash"),
        ("https://alcove.exa\nmple.org", "line break"),
        ("https://alcove..org", "host name"),
        ("https://-alcove.org", "host name"),
        ("https://alcove_site.org", "host name"),
        ("https://*.example.org", "host name"),
        (f"https://{'a' * 64}.org", "too long"),
        ("https://127.1", "not a complete IP address"),
        ("https://[::1]", "host name"),
        ("https://[::1", "must look like"),
        ("https://xn--a.example", "not allowed"),
        ("https://", "must look like"),
        ("//alcove.example.org", "must look like"),
        ("ftp://alcove.example.org", "must look like"),
        ("alcove.example.org", "must look like"),
    ],
)
def test_a_public_address_that_would_not_work_is_refused(
    tmp_path: Path, written: str, words: str
) -> None:
    with pytest.raises(NotSetUp, match="BASE_URL") as trouble:
        Config.load(tmp_path, {"BASE_URL": written})

    assert words in trouble.value.message
    assert "hidden" not in trouble.value.message


#: Each holds "Zq7" in its password, of which no part may be printed.
CUT_IN_TWO = [
    'SMTP_URL=smtps://u:Zq~:R$m:t:J4+Lw.N"V?Zq7x@mail.example.org:465',
    "SMTP_URL=smtp+starttls://alcove%40example.org:Zq7/a?s#s%25@mail.example.org:587",
    "SMTP_URL=smtp+starttls://alcove:Zq7#x@mail.example.org",
    "SMTP_URL=smtp+starttls://alcove:a/Zq7@mail.example.org",
    "SMTP_URL=smtp+starttls://alcove:Zq7 x@mail.example.org",
    "SMTP_URL=smtp+starttls://alcove:[Zq7@mail.example.org",
    "SMTP_URL=smtp+starttls://alcove:Zq7@mail.example.org:Zq7",
    "SMTP_URL=smtp+starttls://alcove:Zq7@mail.example.org/x",
    "SMTP_URL=smtp+starttls://alcove:Zq7@mail.example.org?x=Zq7",
    "SMTP_URL=smtp+starttls://alcove:Zq7@mail.example.org?timeout=Zq7",
    "SMTP_URL=smtp+starttls://alcove:Zq7@",
    "SMTP_URL=alcove:Zq7@mail.example.org",
    "SMTP_URL=smtp://alcove:Zq7@mail.example.org",
    "SMTP_URL=smtps://Zq7:x@mail!.example",
    "IMAP_URL=imaps://alcove:a/Zq7@mail.example.org/INBOX",
    "IMAP_URL=imaps://alcove:Zq7?@mail.example.org/INBOX",
    "IMAP_URL=imaps://alcove:Zq7#@mail.example.org/INBOX",
    "IMAP_URL=imaps://alcove:Zq7@mail.example.org:Zq7/INBOX",
    "IMAP_URL=imaps://alcove:Zq7@mail.example.org/INBOX?Zq7",
    "IMAP_URL=imap://alcove:Zq7@mail.example.org/INBOX",
    "DATABASE_URL=postgresql://alcove:a/Zq7@db.example.org/alcove",
    "DATABASE_URL=postgresql://alcove:Zq7#x@db.example.org/alcove",
    "DATABASE_URL=postgresql://alcove:Zq7@db.example.org:Zq7/alcove",
    "DATABASE_URL=postgresql://alcove:Zq7@db.example.org",
    "DATABASE_URL=postgresql+psycopg2://alcove:Zq7@db.example.org/alcove",
    "DATABASE_URL=mysql://alcove:Zq7@db.example.org/alcove",
    "SECRET_KEY=Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7",
    "SECRET_KEY=Zq7",
    "BASE_URL=https://alcove:Zq7@alcove.example.org",
    "LEAVE_URL=https://alcove:Zq7@alcove.example.org",
]


@pytest.mark.parametrize("line", CUT_IN_TWO)
def test_no_part_of_a_secret_is_in_what_is_said(tmp_path: Path, line: str) -> None:
    name, _, text = line.partition("=")

    with pytest.raises(NotSetUp, match=name) as trouble:
        Config.load(tmp_path, {name: text})

    assert "Zq" not in trouble.value.message
    # A process that cannot start prints where it met what, and what that came from.
    assert trouble.value.__cause__ is None
    assert trouble.value.__suppress_context__ or trouble.value.__context__ is None


@pytest.mark.parametrize("line", [line for line in CUT_IN_TWO if "a/Zq7" in line])
def test_a_password_that_was_cut_in_two_says_how_to_write_it(tmp_path: Path, line: str) -> None:
    name, _, text = line.partition("=")

    with pytest.raises(NotSetUp, match="/ as %2F"):
        Config.load(tmp_path, {name: text})

    Config.load(tmp_path, {name: text.replace("a/Zq7", "a%2FZq7")})


def test_settings_show_no_secret_when_they_are_printed(tmp_path: Path) -> None:
    given = {
        "SECRET_KEY": A_SECRET,
        "SMTP_URL": "smtps://alcove:Zq7@mail.example.org",
        "IMAP_URL": "imaps://alcove:Zq7@mail.example.org",
        "DATABASE_URL": "postgresql://alcove:Zq7@db.example.org/alcove",
    }

    printed = repr(Config.load(tmp_path, given))

    assert "Zq7" not in printed
    assert A_SECRET not in printed


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("TIME_ZONE", "europe/london", "Europe/London"),
        ("TIME_ZONE", " AMERICA/new york ", "America/New_York"),
        ("TIME_ZONE", "utc", "UTC"),
        ("PROXIES", " 2\r", 2),
        ("PROXIES", '"1"', 1),
        ("MAIL_FROM", " hello@BÜCHER.example\r", "hello@xn--bcher-kva.example"),
        ("MAIL_FROM", "alcove@localhost", "alcove@localhost"),
        ("PUBLIC_CONTACT", '"help@alcove.example.org"', "help@alcove.example.org"),
        ("OPERATOR_ADDRESS", "sol@operators.example ", "sol@operators.example"),
        ("MAIL_CHECKED_BY", " MX.example.org. ", "mx.example.org"),
        ("SITE_NAME", '  "Thursday   evenings"  ', "Thursday evenings"),
        ("LEAVE_URL", "HTTPS://WWW.Example.org", "https://www.example.org/"),
        (
            "LEAVE_URL",
            "https://bücher.example/ä?q=ö",
            "https://xn--bcher-kva.example/%C3%A4?q=%C3%B6",
        ),
        ("LEAVE_URL", 'https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
    ],
)
def test_other_settings_are_cleaned_once(
    tmp_path: Path, name: str, text: str, read: object
) -> None:
    assert getattr(Config.load(tmp_path, {name: text}), name.lower()) == read


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("TIME_ZONE", text) for text in ("Europe", "London", "GMT+1", "/etc/localtime")),
        *(("PROXIES", text) for text in ("True", "1.0", "-1", "+1", "99", "9" * 30, "one", "١")),
        *(("MAIL_FROM", text) for text in ("hello", "A <a@b.org>", "a@b.org, c@d.org", "a@b@c")),
        *(("MAIL_CHECKED_BY", text) for text in ("mx one", "mx;x", 'a"b', "mx(1)")),
        *(("LEAVE_URL", text) for text in ("bbc.co.uk", "/weather", "javascript:alert(1)")),
        *(
            ("LEAVE_URL", text)
            for text in ("data:text/html,x", "https://a;script-src *", "//x.org")
        ),
        *(("DATABASE_URL", text) for text in ("sqlite://", "sqlite:///", "sqlite:///:memory:")),
        *(("DATABASE_URL", text) for text in ("sqlite:///file:x?mode=ro", "sqlite:////a.db?x=1")),
        *(("DATABASE_URL", text) for text in ("alcove.db", "postgresql:alcove", "sqlite:////srv/")),
        ("SITE_NAME", "x" * 61),
        ("SITE_NAME", "two\nlines"),
        ("SMTP_URL", "smtp://127.0.0.1?timeout=0"),
        ("SMTP_URL", "smtp://127.0.0.1?timeout=9999"),
        ("SMTP_URL", "smtp://127.0.0.1:0"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(NotSetUp, match=name):
        Config.load(tmp_path, {name: text})


@pytest.mark.parametrize("text", ["", " ", "\r\n", '""', "\ufeff", '" "'])
def test_an_empty_setting_is_one_that_is_not_set(tmp_path: Path, text: str) -> None:
    (tmp_path / "alcove.toml").write_text('site_name = "From the file"\n')
    names = (
        "SITE_NAME",
        "BASE_URL",
        "SECRET_KEY",
        "DATABASE_URL",
        "KEY_RING",
        "SMTP_URL",
        "IMAP_URL",
    )
    others = ("MAIL_CHECKED_BY", "MAIL_FROM", "PUBLIC_CONTACT", "OPERATOR_ADDRESS", "TIME_ZONE")
    given = dict.fromkeys((*names, *others, "PROXIES", "LEAVE_URL", "ALCOVE_INSTANCE"), text)

    assert Config.load(tmp_path, given) == Config.load(tmp_path, {})
    assert Config.load(tmp_path, given).site_name == "From the file"


def test_a_site_without_a_name_goes_by_its_host_and_not_by_ours(tmp_path: Path) -> None:
    assert Config.load(tmp_path, {"BASE_URL": "https://thursdays.example"}).site_name == (
        "thursdays.example"
    )


def test_no_address_stands_in_for_one_that_is_shown(tmp_path: Path) -> None:
    given = {"OPERATOR_ADDRESS": "sol@operators.example", "MAIL_FROM": "hello@alcove.example"}

    assert Config.load(tmp_path, given).public_contact == ""


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
def test_a_file_may_begin_with_a_byte_order_mark_and_end_lines_as_windows_does(
    tmp_path: Path, start: bytes
) -> None:
    (tmp_path / "alcove.toml").write_bytes(start + b'site_name = "Thursdays"\r\nproxies = 1\r\n')

    config = Config.load(tmp_path, {})

    assert (config.site_name, config.proxies) == ("Thursdays", 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"proxies = true", "proxies in alcove.toml must be text"),
        (b"proxies = 1.5", "proxies in alcove.toml must be text"),
        (b'mail_from = ["a@b.org"]', "mail_from in alcove.toml must be text"),
        (b"[smtp_url]\na = 1", "smtp_url in alcove.toml must be text"),
        (b'site_name = "a"\nSITE_NAME = "b"', "twice"),
        ("site_name = 'ä'".encode("utf-16"), "UTF-8"),
        ("site_name = 'ä'".encode("latin-1"), "UTF-8"),
        (b"secret_key = Zq7Zq7Zq7", "line 1"),
        (b'secret_key = "Zq7Zq7', "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "alcove.toml").write_bytes(content)

    with pytest.raises(NotSetUp) as trouble:
        Config.load(tmp_path, {})

    assert words in trouble.value.message
    assert "Zq7" not in trouble.value.message


def test_paths_begin_at_the_installation_wherever_a_command_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    given = {"KEY_RING": "keys/ring.json", "DATABASE_URL": "sqlite:///rows.db"}

    config = Config.load(tmp_path, given)

    assert config.key_ring == tmp_path / "keys/ring.json"
    assert config.database_url == f"sqlite:///{tmp_path}/rows.db"


def test_the_folder_of_the_installation_is_whole_and_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()

    assert Config.load(tmp_path, {"ALCOVE_INSTANCE": "here\r"}).instance == tmp_path / "here"
    with pytest.raises(NotSetUp, match="ALCOVE_INSTANCE"):
        Config.load(tmp_path, {"ALCOVE_INSTANCE": "file"})


@pytest.mark.parametrize("text", ["tcp://10.0.0.1:80", "0", "65536", "-1", "http", "5000.0"])
def test_a_port_that_is_none_is_refused_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotSetUp, match="PORT"):
        Config.load(tmp_path, {"ALCOVE_DEMO": "1", "PORT": text})


@pytest.mark.parametrize(
    "text",
    [
        "a" * 40,
        "ab" * 20,
        "changeme" * 5,
        "ChangeMe-ChangeMe-ChangeMe-12345678",
        "my-very-long-and-hidden-secret-4711-0815",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "12345678901234567890123456789012345",
        "correct horse battery staple garden path",
        "CorrectHorseBatteryStapleGardenPathTwelve"[:33].capitalize(),
        "Correct-Horse-Battery-Staple-Garden-42",
        "a secret key that is only ever used by tests",
        "made-up data need no secret, and nobody else can reach it",
        "x7" + "0" * 38,
        "hunter2",
    ],
)
def test_a_secret_that_could_be_guessed_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotSetUp, match="SECRET_KEY") as trouble:
        Config.load(tmp_path, {"SECRET_KEY": text})

    assert text not in trouble.value.message
    assert "Make one with" in trouble.value.message


def test_random_secrets_are_taken_however_they_are_written() -> None:
    made = [
        text
        for _ in range(500)
        for text in (*map(secrets.token_hex, (16, 32)), *map(secrets.token_urlsafe, (24, 48)))
    ]

    assert [text for text in made if weakness(text)] == []


def test_a_key_ring_with_a_weak_key_is_refused(tmp_path: Path) -> None:
    good = KeyRing.generate()
    weak = {
        "same": KeyRing("k1", {"k1": b"a" * 32}, good.index, good.links),
        "short": KeyRing("k1", {"k1": good.index[:16]}, good.index, good.links),
        "index": KeyRing(good.current, good.sealing, b"\0" * 32, good.links),
        "twice": KeyRing(good.current, good.sealing, good.links, good.links),
    }
    for name, ring in weak.items():
        ring.write(tmp_path / name)

        with pytest.raises(NotSetUp, match="could be guessed"):
            KeyRing.read(tmp_path / name)
