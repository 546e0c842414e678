"""The base of every table, transactions and look-ups."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import Table, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.db import Base, Technical, db, insert_many, public_id
from core.errors import NotFound
from core.lookup import all_in, find
from core.transaction import transaction
from groups.models import Person
from tests.build import CREATED, a_person


def test_a_time_comes_back_aware_and_in_utc(app: Flask) -> None:
    person = a_person()
    plus_two = timezone(timedelta(hours=2))
    with transaction():
        person.proved_at = datetime(2026, 7, 1, 12, 0, tzinfo=plus_two)
    db.session.expire_all()

    assert person.proved_at == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert person.proved_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    person = a_person()

    with pytest.raises(Exception, match="without a zone"), transaction():
        person.proved_at = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - the mistake under test


def test_ids_are_never_repeated_and_carry_128_bits() -> None:
    ids = {public_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {len(identifier) for identifier in ids} == {22}


def test_an_unknown_column_is_refused(app: Flask) -> None:
    with pytest.raises(TypeError, match="nickname"):
        Person(nickname="A")


def unclassed(*tables: Table) -> set[str]:
    """Return the columns that do not say what they hold."""
    known = {"technical", "belongs"}
    columns = [column for table in tables for column in table.columns]
    return {str(column) for column in columns if column.info.get("data_class") not in known}


def test_every_column_of_every_table_has_a_data_class() -> None:
    tables = Base.metadata.tables

    assert len(tables) >= 17
    assert unclassed(*tables.values()) == set()


def test_a_column_without_a_data_class_is_noticed() -> None:
    class Own(DeclarativeBase):
        """A registry of this test's own."""

    class Note(Own):
        """A table with one column that says nothing of itself."""

        __tablename__ = "note"
        id: Mapped[Technical[int]] = mapped_column(primary_key=True)
        words: Mapped[str]

    assert unclassed(Note.metadata.tables["note"]) == {"note.words"}


def test_a_block_that_raises_leaves_nothing(app: Flask) -> None:
    person = a_person("Amina")

    def half_done() -> None:
        with transaction():
            person.name = "Somebody else"
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert person.name == "Amina"


def test_changes_made_before_a_transaction_are_not_lost_silently(app: Flask) -> None:
    person = a_person("Amina")
    person.name = "Somebody else"

    with pytest.raises(RuntimeError), transaction():
        pass


def test_foreign_keys_are_kept(app: Flask) -> None:
    with pytest.raises(Exception, match="(?i)foreign key"), transaction():
        db.session.execute(
            text(
                "INSERT INTO membership (public_id, cohort_id, person_id, role, state, joined_at)"
                " VALUES ('x', 99, 99, 'member', 'active', '2026-01-01 00:00:00')"
            )
        )


def test_two_writers_lose_no_update(app: Flask) -> None:
    person_id = a_person("0").id

    def count_up() -> None:
        with app.app_context():
            for _ in range(25):
                with transaction():
                    rows = select(Person).where(Person.id == person_id).with_for_update()
                    row = db.session.scalars(rows).one()
                    row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()

    assert db.session.get_one(Person, person_id).name == "100"


def test_find_gives_what_the_scope_reaches_and_nothing_else(app: Flask) -> None:
    amina, dev = a_person("Amina"), a_person("Dev")
    scope = select(Person).where(Person.email_index == amina.email_index)

    assert find(scope, amina.public_id) is amina
    for identifier in (dev.public_id, "no such id", ""):
        with pytest.raises(NotFound):
            find(scope, identifier)
    assert all_in(scope) == [amina]
    assert amina.created_at == CREATED


def test_many_rows_are_what_they_would_have_been_one_by_one(app: Flask) -> None:
    one = a_person("One")
    plus_two = timezone(timedelta(hours=2))
    rows = [
        {
            "public_id": f"row {number}",
            "email_sealed": b"sealed",
            "email_index": f"index {number}",
            "created_at": datetime(2026, 7, 1, 12, 0, number % 2, tzinfo=plus_two),
        }
        for number in range(500)
    ]

    with transaction():
        insert_many(Person, rows)

    made = list(db.session.scalars(select(Person).where(Person.id != one.id).order_by(Person.id)))
    assert [person.public_id for person in made] == [row["public_id"] for row in rows]
    assert made[3].created_at == datetime(2026, 7, 1, 10, 0, 1, tzinfo=UTC)
    assert (made[3].time_zone, made[3].operates, made[3].name) == ("Europe/London", False, None)


def test_no_rows_are_inserted_without_a_statement(app: Flask) -> None:
    with transaction():
        insert_many(Person, [])

    assert db.session.query(Person).count() == 0


def test_many_rows_refuse_a_time_without_a_zone(app: Flask) -> None:
    naive = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - the mistake under test
    row = {"public_id": "a", "email_sealed": b"a", "email_index": "a", "created_at": naive}

    with pytest.raises(ValueError, match="without a zone"), transaction():
        insert_many(Person, [row])
