"""Rules of forgetting: applied in batches, counted without harm, and gone from the disk too."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Select, delete, select

from core import retention
from core.db import db
from core.outbox import OutgoingMail
from core.retention import Rule, purge
from tests.core.letters import a_letter, a_mail, states

DAY = timedelta(days=1)


def _old(now: datetime) -> Select[int]:
    return select(OutgoingMail.id).where(OutgoingMail.created_at < now - DAY)


def _forget(ids: list[int]) -> None:
    db.session.execute(delete(OutgoingMail).where(OutgoingMail.id.in_(ids)))


RULE = Rule("old", "Letters older than a day", _old, _forget)


def test_purge_forgets_what_is_due_and_nothing_else(app: Flask, now: datetime) -> None:
    a_mail(now - 2 * DAY, "old")
    a_mail(now, "new")

    counts = purge([RULE], now)

    assert counts == {"old": 1}
    assert set(states()) == {"new"}


def test_purge_goes_on_batch_by_batch(
    app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        a_mail(now - 2 * DAY, str(number))

    assert purge([RULE], now) == {"old": 5}
    assert purge([RULE], now) == {"old": 0}


def test_dry_run_counts_and_changes_nothing(app: Flask, now: datetime) -> None:
    a_mail(now - 2 * DAY, "old")

    assert purge([RULE], now, dry_run=True) == {"old": 1}
    assert set(states()) == {"old"}


def test_forgotten_words_are_on_no_disk(app: Flask, now: datetime, tmp_path: Path) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("Needs SQLite: it looks into the database file.")
    # The key stands unsealed in its row, so its bytes can be looked for.
    a_mail(now - 2 * DAY, "canary-in-a-key", letter=a_letter())

    purge([RULE], now)

    db.session.remove()
    files = [path.read_bytes() for path in tmp_path.glob("alcove.db*")]
    assert not any(b"canary-in-a-key" in content for content in files)
