"""What can be wrong with an installation, and how to mend each thing."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core import clock, config, guard, installation
from core.db import db
from core.election import lock_trouble
from core.encryption import KeyRing
from core.errors import NotSetUp, Unreachable
from core.mailbox import ABOVE, Inbox, Pile
from core.outbox_upkeep import is_kept_waiting
from core.pulse import Beat, Pulse, beats, other_troubles
from core.smtp import Connection
from core.worker import Job

#: A letter that has been due for this long means that the clock does not run.
QUIET = timedelta(minutes=5)
#: Words in a name that give too much away in a mailbox, a diary or the log of a proxy at work. The
#: name of this software is one of them: anyone can look up what it is for.
TELLING = re.compile(
    r"alcove|support|well-?being|wellness|mental|health|trauma|therap|counsell|recover|lawcare"
    r"|burn-?out|addict|stress|vicarious|reflecti|peer|sobriety|confidential|anonymous|healing",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and the mend when it is not.

    ``ok`` is ``None`` for what deserves a glance but keeps nobody from working.
    """

    name: str
    ok: bool | None
    words: str
    mend: str = ""


def examine(now: datetime, jobs: Sequence[Job] = ()) -> list[Finding]:
    """Check everything; trouble in one place does not stop the other checks.

    ``jobs`` are those that the clock should run.
    """
    looks: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
        _settings,
        _addresses,
        _names,
        _key_ring,
        _database,
        _mail_server,
        _mailbox,
        partial(_clock, jobs=jobs),
        _clock_lock,
        _zones,
        _reachable,
    )
    # It says what is wrong, where every other command refuses to begin.
    with guard.unchecked():
        return [finding for look in looks for finding in look(now)]


def _settings(_now: datetime) -> Iterator[Finding]:
    settings = config.current()
    missing = settings.missing()
    words = "all there" if not missing else f"missing: {', '.join(missing)}"
    yield Finding("Settings", not missing, words, "Run: flask init")
    file = settings.instance / config.FILE_NAME
    if file.exists() and _open_to_others(file):
        yield Finding("Settings file", False, f"others can read {file}", f"Run: chmod 600 {file}")


def _addresses(_now: datetime) -> Iterator[Finding]:
    settings = config.current()
    if settings.public_contact:
        yield Finding("Public contact", True, f"{settings.public_contact}, shown to anyone")
    else:
        words = "not set: there is no security.txt, and pages tell people to ask in person"
        mend = "Set PUBLIC_CONTACT to an address that anyone may see."
        if settings.operator_address:
            mend += " OPERATOR_ADDRESS is only for alerts and is no longer shown."
        yield Finding("Public contact", None, words, mend)
    if settings.operator_address:
        yield Finding("Alerts", True, "go to OPERATOR_ADDRESS, which is never shown")
    else:
        mend = "Set OPERATOR_ADDRESS to the address that should get alerts."
        yield Finding("Alerts", None, "nobody is told when something breaks", mend)


def _names(_now: datetime) -> Iterator[Finding]:
    settings = config.current()
    if settings.demo:
        return
    seen = {
        "SITE_NAME": settings.site_name,
        "BASE_URL": settings.host,
        "MAIL_FROM": settings.mail_from,
        "PUBLIC_CONTACT": settings.public_contact,
    }
    for name, value in seen.items():
        found = TELLING.search(value)
        if found:
            words = f"{name} contains “{found[0]}”, which others can read in mailboxes and logs"
            yield Finding("Names", None, words, "Choose an ordinary word that gives nothing away.")


def _key_ring(_now: datetime) -> Iterator[Finding]:
    path = config.current().key_ring
    if path is None or not path.exists():
        yield Finding("Key ring", False, f"there is none at {path}", "Run: flask init")
        return
    try:
        ring = KeyRing.read(path)
        ring.unseal(ring.seal(b"well", "doctor"), "doctor")
    except NotSetUp as error:
        yield Finding("Key ring", False, str(error))
        return
    if _open_to_others(path):
        yield Finding("Key ring", False, f"others can read {path}", f"Run: chmod 600 {path}")
    else:
        keys = len(ring.sealing)
        yield Finding("Key ring", True, f"{keys} sealing key{'s' if keys > 1 else ''}")


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(os.stat(path).st_mode) & 0o077)


def _database(_now: datetime) -> Iterator[Finding]:
    kind = db.engine.dialect.name
    try:
        found = installation.look(db.session.connection().connection.dbapi_connection, kind)
        yield Finding("Database", True, f"{kind} answers")
        yield from _belonging(found)
        if kind == "sqlite":
            yield _integrity()
    except NotSetUp as error:
        yield Finding("Database", False, str(error))
    except SQLAlchemyError as error:
        name = type(getattr(error, "orig", error)).__name__
        mend = "Start the database, or set DATABASE_URL to where it is."
        yield Finding("Database", False, f"{kind} does not answer ({name})", mend)
    finally:
        db.session.rollback()


def _belonging(found: installation.Found) -> Iterator[Finding]:
    """Say whether database, release and key ring are those of one installation."""
    of_tables = installation.trouble_with_tables(found)
    yield Finding("Tables", of_tables is None, of_tables or "match this release")
    of_ring = installation.trouble_with_ring(found, current_app)
    if found.revision is not None:
        yield Finding("Belonging", of_ring is None, of_ring or "database and key ring fit together")


def _integrity() -> Finding:
    answer = db.session.execute(text("PRAGMA quick_check")).scalar_one()
    mend = "Stop the site and put your last backup in the database's place."
    return Finding("Database file", answer == "ok", "whole" if answer == "ok" else answer, mend)


def _mail_server(_now: datetime) -> Iterator[Finding]:
    settings = config.current()
    if settings.demo:
        yield Finding("Mail server", None, "demo mode: nothing is sent")
        return
    if settings.smtp is None:
        yield Finding("Mail server", False, "none is set", "Set SMTP_URL, or run: flask init")
        return
    where = f"{settings.smtp.host}:{settings.smtp.port}"
    try:
        with Connection(settings.smtp):
            yield Finding("Mail server", True, f"{where} answers")
    except Unreachable as error:
        mend = "Correct SMTP_URL, then run: flask send-test you@example.org"
        yield Finding("Mail server", False, error.words, mend)


def _mailbox(_now: datetime) -> Iterator[Finding]:
    settings = config.current().imap
    if settings is None:
        return
    try:
        with Inbox(settings) as inbox:
            # Making them is the surest way to find out whether we may.
            inbox.make_piles()
            waiting = inbox.count(Pile.FOR_A_PERSON)
    except Unreachable as error:
        yield Finding("Mailbox", False, error.words, "Correct IMAP_URL.")
        return
    yield Finding("Mailbox", True, f"{settings.host}:{settings.port} lets us read and sort")
    if waiting:
        words = f"{waiting} message{'s wait' if waiting > 1 else ' waits'} for a person"
        mend = f"Read them in the folder {ABOVE}/{Pile.FOR_A_PERSON}, and move them away."
        yield Finding("Mailbox", None, words, mend)


def _clock(now: datetime, jobs: Sequence[Job]) -> Iterator[Finding]:
    try:
        seen = beats(jobs, now)
        others, waits = list(other_troubles(jobs)), is_kept_waiting(now - QUIET)
    except (SQLAlchemyError, NotSetUp):
        db.session.rollback()
        return
    if all(beat.pulse is Pulse.NEVER for beat in seen):
        # An installation that was set up a moment ago is well; it only has not been started.
        ok = False if waits else None
        yield Finding("Clock", ok, "it has never run", "Run: flask serve, or flask worker")
        return
    silent = [beat for beat in seen if beat.pulse is not Pulse.WELL]
    if silent == seen and all(beat.pulse is Pulse.LATE for beat in seen):
        last = max(beat.finished_at for beat in seen if beat.finished_at is not None)
        words = f"it last ran {(now - last) // timedelta(minutes=1)} minutes ago"
        yield Finding("Clock", False, words, "Run: flask serve, or flask worker")
    elif silent:
        yield from (Finding("Clock", False, *_said(beat)) for beat in silent)
    else:
        yield Finding("Clock", True, "it runs")
    for words in [f"{beat.job.name}: {beat.trouble}" for beat in seen if beat.trouble] + others:
        yield Finding("Clock", False, words, "See the lines above.")


def _said(beat: Beat) -> tuple[str, str]:
    """Say what is wrong with a job, and what would help."""
    if beat.pulse is Pulse.AHEAD:
        return (
            f"{beat.job.name} last ran at a time in the future",
            "Set the machine’s clock right. If this lasts for more than a minute, restart Alcove.",
        )
    said = "hasn’t run yet" if beat.pulse is Pulse.NEVER else "hasn’t run properly for too long"
    return f"{beat.job.name} {said}", "Restart Alcove. If that doesn’t help, look in its log."


def _clock_lock(_now: datetime) -> Iterator[Finding]:
    trouble = lock_trouble(config.current().instance / clock.LOCK)
    if trouble:
        yield Finding("Clock lock", None, trouble, "Put the instance folder on a local disk.")


def _zones(_now: datetime) -> Iterator[Finding]:
    name = config.current().time_zone
    try:
        ZoneInfo(name)
        yield Finding("Zone data", True, f"{name} is known")
    except ZoneInfoNotFoundError:
        mend = "Run: make .venv/installed"
        yield Finding("Zone data", False, f"nothing is known about {name}", mend)


def _reachable(_now: datetime) -> Iterator[Finding]:
    settings = config.current()
    if settings.reachable and settings.secure:
        yield Finding("Public address", True, settings.base_url)
        return
    if not settings.reachable:
        words = (
            f"{settings.base_url or 'there is none, so it'} cannot be reached by Google or Outlook"
        )
        mend = "Feeds work in programs on this network only. Set BASE_URL to a public address."
    else:
        words = f"{settings.base_url} is not https"
        mend = "Put a proxy with a certificate in front, and set BASE_URL to https://…"
    yield Finding("Public address", None, words, mend)
