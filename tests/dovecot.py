"""A throwaway IMAP server for tests: Dovecot on free ports, gone when they end."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.service_urls import ImapSettings

USER = "hello@alcove.example"
PASSWORD = "a-pass:word/of@ours"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {account}
default_internal_group = {group}
default_login_user = {account}
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u:LAYOUT=fs
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={account} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
protocol imap {{
  {capability}
}}
"""


@dataclass(frozen=True)
class Server:
    """A running server with one empty mailbox for whoever asks first."""

    port: int
    tls_port: int
    certificate: Path
    user: str = USER

    def mailbox_of(self, name: str) -> "Server":
        """Return the same server with another mailbox, which nobody has used yet."""
        letters = "".join(letter for letter in name.lower() if letter.isalnum())
        return replace(self, user=f"{letters[-50:]}@alcove.example")

    def settings(self, **changes: Any) -> ImapSettings:
        """Return how our own code reads the mailbox, on the loopback address."""
        values = {
            "host": "127.0.0.1",
            "port": self.port,
            "username": self.user,
            "password": PASSWORD,
            "security": "none",
        }
        return ImapSettings(**{**values, **changes})

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """Somebody else's mail program, signed in to the same mailbox."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as imap:
            imap.login(f'"{self.user}"', PASSWORD)
            yield imap

    def deliver(self, *messages: bytes, folder: str = "INBOX", on: datetime | None = None) -> None:
        """Put messages into a folder, as if they had come in on that day."""
        arrived = None if on is None else imaplib.Time2Internaldate(on)
        with self.client() as imap:
            for message in messages:
                imap.append(f'"{folder}"', "", arrived or "", message)

    def folders(self) -> dict[str, int]:
        """Return how many messages lie in each folder, by its name."""
        with self.client() as imap:
            lines = [bytes(line).decode() for line in imap.list()[1] if isinstance(line, bytes)]
            names = [line.split('" ', 1)[1].strip('"') for line in lines if "Noselect" not in line]
            return {name: int(imap.select(f'"{name}"')[1][0] or 0) for name in names}


@contextmanager
def dovecot_or_skip(
    *, separator: str = "/", prefix: str = "", capability: str = ""
) -> Iterator[Server]:
    """Start a server; skip with one clear line where Dovecot 2.3 is not installed.

    ``capability`` is what it says it can do, where that is less than it can.
    """
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not _version(program).startswith("2.3."):
        pytest.skip("Dovecot 2.3 is not installed: apt-get install dovecot-imapd")
    entry = pwd.getpwnam("nobody" if os.geteuid() == 0 else getpass.getuser())
    folder = Path(tempfile.mkdtemp(prefix="alcove-dovecot-"))
    made = Server(_free_port(), _free_port(), _certificate(folder))
    said = f"imap_capability = {capability}" if capability else ""
    configuration = CONFIGURATION.format(
        folder=folder,
        account=entry.pw_name,
        group=grp.getgrgid(entry.pw_gid).gr_name,
        password=PASSWORD,
        separator=separator,
        prefix=prefix,
        capability=said,
        port=made.port,
        tls_port=made.tls_port,
    )
    (folder / "dovecot.conf").write_text(configuration)
    server = _started(program, folder, entry)
    try:
        _wait(made.port, folder)
        yield made
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _started(program: str, folder: Path, entry: pwd.struct_passwd) -> "subprocess.Popen[bytes]":
    """Start it in the foreground; it refuses to read mail as root, so then as nobody."""
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid)
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return subprocess.Popen(  # noqa: S603 - our own arguments
        [program, "-F", "-c", str(folder / "dovecot.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **account,
    )


def _version(program: str) -> str:
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    return asked.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(folder: Path) -> Path:
    """Write a key and a certificate for the loopback address, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server in a test")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate = folder / "certificate.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return certificate


def _wait(port: int, folder: Path) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as link:
            if link.recv(100).startswith(b"* OK"):
                return
        subprocess.run(["sleep", "0.1"], check=True)  # noqa: S607 - a plain pause
    log = folder / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")
