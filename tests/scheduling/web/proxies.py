"""Real proxies, set up by the very words of ``docs/operations.md``."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
HOST = "alcove.example.org"
#: What the page says, and what a test puts in its place.
UPSTREAM = "127.0.0.1:5000"
SECONDS_TO_START = 10


@dataclass(frozen=True)
class Proxy:
    """A running proxy: where it listens, and the folder in which it may have written logs."""

    https: int
    http: int
    folder: Path

    def written(self) -> str:
        """Return everything it has written into any file, however deep."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "\n".join(path.read_text(errors="replace") for path in files)


def snippet(after: str) -> str:
    """Return the first piece of configuration that the page shows after these words."""
    text = PAGE.read_text()
    found = re.search(r"```\n(.*?)```", text[text.index(f"\n{after}") :], re.DOTALL)
    assert found is not None
    return found[1]


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, upstream: int) -> Iterator[Proxy]:
    """Run nginx with the words of the page in front of a port."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    made = Proxy(free_port(), free_port(), folder)
    certificate, key = _certificate(folder)
    said = snippet("nginx ")
    for words, instead in {
        "listen 443": f"listen 127.0.0.1:{made.https}",
        "listen 80": f"listen 127.0.0.1:{made.http}",
        "/etc/ssl/alcove.pem": str(certificate),
        "/etc/ssl/alcove.key": str(key),
        UPSTREAM: f"127.0.0.1:{upstream}",
    }.items():
        assert words in said
        said = said.replace(words, instead)
    user = "user root;" if os.geteuid() == 0 else ""
    # Outside of what the page says everything is logged, and everything compressed.
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log debug; events {{}}\n"
        f"http {{ access_log {folder}/access.log; gzip on; gzip_types *; gzip_min_length 1;\n"
        f"{said}}}"
    )
    with _running([program, "-p", str(folder), "-c", str(folder / "nginx.conf")], made):
        yield made


@contextmanager
def caddy(folder: Path, upstream: int) -> Iterator[Proxy]:
    """Run Caddy with the words of the page in front of a port."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("Caddy is not installed: apt-get install caddy")
    made = Proxy(free_port(), free_port(), folder)
    certificate, key = _certificate(folder)
    ports = f"{{\n    admin off\n    http_port {made.http}\n    https_port {made.https}"
    kept = f"        output file {folder}/caddy.log\n        level debug"
    said = snippet("Caddy ")
    for words, instead in {
        "{\n    servers {": f"{ports}\n    servers {{",
        "log default {": f"log default {{\n{kept}",
        f"\n{HOST} {{": f"\n{HOST} {{\n    tls {certificate} {key}",
        UPSTREAM: f"127.0.0.1:{upstream}",
    }.items():
        assert words in said
        said = said.replace(words, instead)
    (folder / "Caddyfile").write_text(said)
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, made):
        yield made


@contextmanager
def _running(command: list[str], proxy: Proxy) -> Iterator[None]:
    own = {**os.environ, "HOME": str(proxy.folder), "XDG_DATA_HOME": str(proxy.folder / "data")}
    with (proxy.folder / "said").open("w") as said:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command, stdout=said, stderr=subprocess.STDOUT, env=own
        )
    try:
        _wait_for(proxy, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(proxy: Proxy, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", proxy.https)) == 0:
                return
        assert process.poll() is None, (proxy.folder / "said").read_text()
        time.sleep(0.05)
    raise AssertionError((proxy.folder / "said").read_text())


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
