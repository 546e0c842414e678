"""Sealed columns, the key ring, and the keyed index by which an address can be looked up.

This defends a stolen disk, dump or backup; it does not defend a running server that has been
taken over. The key ring lives in a file beside the database, never inside it.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from core.errors import NotSetUp
from core.text import Damaged
from core.tokens import is_weak_key

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"1"
EXTENSION = "alcove.key_ring"


@dataclass(frozen=True)
class KeyRing:
    """The secrets of one installation.

    ``sealing`` maps a key id to a key; ``current`` seals, all of them open. ``index`` keys the
    look-up of addresses and ``links`` the private links; both stay the same for ever, since
    changing them would orphan every address and every link.
    """

    current: str
    sealing: dict[str, bytes]
    index: bytes
    links: bytes

    @classmethod
    def generate(cls) -> "KeyRing":
        """Return a new ring of random keys."""
        fresh = (secrets.token_bytes(KEY_BYTES) for _ in range(3))
        return cls("k1", {"k1": next(fresh)}, next(fresh), next(fresh))

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt (AES-256-GCM), bound to ``place`` so that it opens nowhere else."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        name = self.current.encode()
        sealed = _cipher(self.sealing[self.current]).encrypt(nonce, plain, place.encode())
        return VERSION + bytes([len(name)]) + name + nonce + sealed

    def unseal(self, envelope: bytes, place: str) -> bytes:
        """Decrypt what ``seal`` made for the same place.

        Raises ``Unreadable`` if the key is unknown or the bytes were changed or moved.
        """
        length = envelope[1] if len(envelope) > 1 else 0
        name = envelope[2 : 2 + length].decode(errors="replace")
        nonce = envelope[2 + length : 2 + length + NONCE_BYTES]
        if envelope[:1] != VERSION or name not in self.sealing:
            raise Unreadable(f"no key called {name} to open {place.split(':')[0]}")
        try:
            cipher = _cipher(self.sealing[name])
            # A view, since a body can be long and need not be copied once more.
            sealed = memoryview(envelope)[2 + length + NONCE_BYTES :]
            return cipher.decrypt(nonce, sealed, place.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"{place.split(':')[0]} was changed or moved") from error

    def blind(self, text: str) -> str:
        """Return the look-up index of an address: the same for the same address, else nothing."""
        canonical = unicodedata.normalize("NFKC", text).strip().casefold()
        return hmac.new(self.index, canonical.encode(), hashlib.sha256).hexdigest()

    def index_of(self, identifier: str) -> str:
        """Return the look-up index of an identifier that programs give back letter for letter."""
        return hmac.new(
            self.index, b"identifier:" + identifier.encode(), hashlib.sha256
        ).hexdigest()

    def private_token(self, purpose: str, name: str) -> str:
        """Return the secret part of a private link: 256 bits that only this ring can make."""
        made = hmac.new(self.links, f"{purpose}:{name}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def write(self, path: Path) -> None:
        """Write to a new file that only its owner can read; raises ``FileExistsError``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "current": self.current,
            "sealing": {name: key.hex() for name, key in self.sealing.items()},
            "index": self.index.hex(),
            "links": self.links.hex(),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path) -> "KeyRing":
        """Read what ``write`` wrote; raises ``NotSetUp`` if it is missing or damaged."""
        try:
            content = json.loads(path.read_text())
            sealing = {name: bytes.fromhex(key) for name, key in content["sealing"].items()}
            ring = cls(
                content["current"],
                sealing,
                bytes.fromhex(content["index"]),
                bytes.fromhex(content["links"]),
            )
            ring.sealing[ring.current]
        except FileNotFoundError:
            raise NotSetUp(
                f"There is no key ring at {path}. Put the one from your backup there. "
                "On a new machine run: flask init"
            ) from None
        except OSError as error:
            raise NotSetUp(f"The key ring at {path} cannot be opened: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotSetUp(
                f"The key ring at {path} is damaged. Put the copy from your backup in its place."
            ) from None
        ring._refuse_weak(path)
        return ring

    def _refuse_weak(self, path: Path) -> None:
        """Raise ``NotSetUp`` if a key is plainly not random: one written by hand can be guessed,
        and a short one can be found by trying.
        """
        keys = [*self.sealing.values(), self.index, self.links]
        if any(is_weak_key(key, KEY_BYTES) for key in keys) or len(set(keys)) < len(keys):
            raise NotSetUp(
                f"The key ring at {path} has a key that could be guessed. "
                "Put the copy from your backup in its place, or let flask init make a new one."
            )


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    """Return the cipher of a key; the ring holds the key for as long as we do."""
    return AESGCM(key)


class Unreadable(Exception):
    """A sealed value cannot be opened with this key ring."""


def key_ring() -> KeyRing:
    """Return the key ring of the running app; raises ``NotSetUp`` when it has none."""
    ring = current_app.extensions.get(EXTENSION)
    if not isinstance(ring, KeyRing):
        raise NotSetUp("This installation has no key ring yet. Run: flask init")
    return ring


def blind_index(address: str) -> str:
    """Return the index under which an address is stored and found."""
    return key_ring().blind(address)


def index_of(identifier: str) -> str:
    """Return the index under which an identifier is stored and found."""
    return key_ring().index_of(identifier)


class SealedBytes:
    """A plain attribute whose value is stored encrypted in the column ``<name>_sealed``.

    The ciphertext is bound to table, column and the row's ``public_id``: copied to another row it
    does not open. ``None`` stays ``None``.
    """

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.column = f"{name}_sealed"
        self.table = owner.__tablename__

    def seal(self, plain: bytes, public_id: str) -> bytes:
        """Return what the column holds for a row, where rows are written without being made."""
        return key_ring().seal(plain, self._place(public_id))

    def unseal(self, envelope: bytes | None, public_id: str) -> bytes:
        """Return what ``seal`` was given for the same row; raises ``Unreadable``, also where the
        column has been emptied.
        """
        if envelope is None:
            raise Unreadable(f"nothing is left in {self.table}.{self.column}")
        return key_ring().unseal(envelope, self._place(public_id))

    def _place(self, public_id: str) -> str:
        return f"{self.table}.{self.column}:{public_id}"

    def _read(self, row: Any) -> bytes | None:
        envelope = getattr(row, self.column)
        return None if envelope is None else self.unseal(envelope, row.public_id)

    def _write(self, row: Any, plain: bytes | None) -> None:
        sealed = None if plain is None else self.seal(plain, row.public_id)
        setattr(row, self.column, sealed)

    @overload
    def __get__(self, row: None, owner: type[Any]) -> "SealedBytes": ...
    @overload
    def __get__(self, row: object, owner: type[Any]) -> Any: ...
    def __get__(self, row: object | None, owner: type[Any]) -> Any:
        return self if row is None else self._read(row)

    def __set__(self, row: object, value: Any) -> None:
        self._write(row, value)


class Sealed(SealedBytes):
    """The same for text. Reading gives ``str`` (or ``None`` where nothing is stored).

    One that does not open takes nothing else along: reading it gives ``Damaged``, which says so to
    whoever is shown it, and is noted (``damaged_lately``). Writing that, or nothing at all, leaves
    the column as it is, so that a form in which nobody typed anything cannot wipe out what the
    right key could still open.
    """

    def __get__(self, row: object | None, owner: type[Any]) -> Any:
        if row is None:
            return self
        try:
            plain = self._read(row)
            return None if plain is None else plain.decode()
        except (Unreadable, UnicodeDecodeError):
            _damaged.add(f"{self.table}.{self.column.removesuffix('_sealed')}")
            return Damaged()

    def __set__(self, row: object, value: Any) -> None:
        if isinstance(value, Damaged):
            return
        if not value and isinstance(self.__get__(row, type(row)), Damaged):
            return
        self._write(row, None if value is None else str(value).encode())


_damaged: set[str] = set()


def damaged_lately() -> set[str]:
    """Return which kinds of text could not be read in this process since this was last asked, such
    as ``series.place``; never whose.
    """
    found = set(_damaged)
    _damaged.difference_update(found)
    return found
