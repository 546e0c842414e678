"""Sealing, the key ring's file, and the keyed look-up of addresses."""

import stat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from core.config import current
from core.db import db
from core.encryption import KeyRing, Unreadable, blind_index
from core.errors import NotSetUp
from core.text import Damaged
from core.transaction import transaction
from groups.models import Person
from tests.build import a_person, rotated


def test_sealed_text_opens_only_in_the_place_it_was_sealed_for() -> None:
    ring = KeyRing.generate()
    envelope = ring.seal(b"Amina", "person.name_sealed:one")

    opened = ring.unseal(envelope, "person.name_sealed:one")

    assert opened == b"Amina"
    with pytest.raises(Unreadable):
        ring.unseal(envelope, "person.name_sealed:two")


def test_sealing_twice_gives_different_bytes() -> None:
    ring = KeyRing.generate()

    assert ring.seal(b"Amina", "a") != ring.seal(b"Amina", "a")


@pytest.mark.parametrize("position", [0, 1, 3, 8, 20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    ring = KeyRing.generate()
    envelope = bytearray(ring.seal(b"Amina", "a"))
    envelope[position] ^= 1

    with pytest.raises(Unreadable):
        ring.unseal(bytes(envelope), "a")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    before = KeyRing.generate()
    old = before.seal(b"Amina", "a")
    after = rotated(before)

    assert after.unseal(old, "a") == b"Amina"
    with pytest.raises(Unreadable):
        before.unseal(after.seal(b"Amina", "a"), "a")


def test_rotation_keeps_the_index_and_the_private_links() -> None:
    before = KeyRing.generate()
    after = rotated(before)

    assert after.blind("a@b.example") == before.blind("a@b.example")
    assert after.private_token("feed", "x") == before.private_token("feed", "x")


def test_the_index_ignores_case_and_space_and_differs_between_installations() -> None:
    ring = KeyRing.generate()

    assert ring.blind(" Amina@People.example ") == ring.blind("amina@people.example")
    assert ring.blind("amina@people.example") != KeyRing.generate().blind("amina@people.example")


def test_a_private_link_differs_by_purpose_and_by_row() -> None:
    ring = KeyRing.generate()

    links = {ring.private_token(purpose, row) for purpose in ("feed", "offer") for row in "ab"}

    assert len(links) == 4


def test_the_file_is_for_its_owner_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key-ring.json"
    ring = KeyRing.generate()
    ring.write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.read(path) == ring
    with pytest.raises(FileExistsError):
        KeyRing.generate().write(path)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"current": "k1", "sealing": {}}', "nonsense"]
)
def test_a_damaged_file_is_refused_with_the_mend(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key-ring.json"
    path.write_text(content)

    with pytest.raises(NotSetUp, match="copy from your backup"):
        KeyRing.read(path)


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="flask init"):
        KeyRing.read(tmp_path / "nowhere.json")


def test_a_row_reads_what_was_written_and_the_file_does_not_hold_it(app: Flask) -> None:
    person = a_person("Amina Canary", "canary@people.example")
    db.session.expire_all()

    assert (person.name, person.email) == ("Amina Canary", "canary@people.example")
    assert person.email_index == blind_index("CANARY@people.example")
    if db.engine.dialect.name == "sqlite":
        folder = current().instance
        held = b"".join(path.read_bytes() for path in folder.glob("alcove.db*"))
        assert b"SQLite format 3" in held
        assert b"Canary" not in held
        assert b"canary@" not in held


def test_a_value_copied_from_another_row_does_not_open(app: Flask) -> None:
    amina, dev = a_person("Amina"), a_person("Dev")
    with transaction():
        db.session.execute(
            text(
                "UPDATE person SET name_sealed = (SELECT name_sealed FROM person WHERE id = :one)"
                " WHERE id = :other"
            ),
            {"one": amina.id, "other": dev.id},
        )

    assert isinstance(db.session.get_one(Person, dev.id).name, Damaged)


def test_nothing_stays_nothing(app: Flask) -> None:
    person = a_person("Amina")
    with transaction():
        person.name = None

    assert person.name is None
    assert person.name_sealed is None
