"""Make an installation as release fe5023e left it: the folder that its commands wrote, a dump of
its database, and what its people held in their hands by then.

Run in a checkout of that commit, with an empty folder and the URL of an empty database:
``python make.py FOLDER [DATABASE_URL]``. Everything here is by that release's own commands and
verbs; mail goes to a real server. All names, addresses and keys are made up.
"""

# The imports are those of another release, once it is known where it is.
# mypy: ignore-errors
# ruff: noqa: PLC0415

import json
import os
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

FOLDER, DATABASE_URL = Path(sys.argv[1]), (sys.argv[2:] or [""])[0]
BEGAN = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ANSWERS = [
    *("--site-name", "Thursdays", "--base-url", "https://thursdays.example"),
    *("--mail-from", "hello@thursdays.example", "--facilitator", "Amara Osei"),
    *("--address", "amara@people.example"),
]
os.environ["ALCOVE_INSTANCE"] = str(FOLDER)
if DATABASE_URL:
    os.environ["DATABASE_URL"] = DATABASE_URL
sys.path.insert(0, str(Path.cwd()))


def run(app, *command):
    """Run one of the release's commands to its end."""
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output


def group(amara):
    """Set up a group of four sessions and offer three places."""
    from core.mail import Mailbox
    from scheduling.dates.recurrence import MonthlyByWeekday
    from scheduling.places.drafts import Draft, save_draft, send_draft
    from scheduling.runs.set_up import SetUp

    thursdays = SetUp(
        MonthlyByWeekday(3, 2), date(2026, 12, 10), time(18), time(19, 30), sessions=4,
        place="The upper room", room="https://rooms.example/thursday",
    )  # fmt: skip
    people = [Mailbox(name, f"{name.lower()}@people.example") for name in ("Amina", "Dev", "Rhys")]
    draft = Draft("Thursday evenings", thursdays, pqe_most=10, places=8, mailboxes=people)
    cohort = save_draft(draft, by=amara, now=BEGAN)
    send_draft(cohort, now=BEGAN, due_at=BEGAN + timedelta(minutes=10))
    return cohort


def arrives(offer, kept_by, now):
    """Let somebody take a place and prove their address."""
    from scheduling.models import Detail
    from scheduling.places.arrivals import DiaryChoices, arrive

    choices = DiaryChoices(kept_by=kept_by, detail=Detail.FULL, words=None)
    membership = arrive(offer, None, choices, now=now)
    membership.person.proved_at = now
    return membership


def tell(app):
    """Let all this happen, and return what people hold of it."""
    from core.db import db
    from core.transaction import transaction
    from groups import accounts
    from scheduling.attendance.answers import give
    from scheduling.changing import sessions as acts
    from scheduling.keeping import diaries
    from scheduling.models import Answer, KeptBy, PeerSession

    with transaction():
        amara = accounts.person_with("amara@people.example")
        amara.proved_at = BEGAN
        cohort = group(amara)
        offers = {offer.name: offer for offer in cohort.offers}
    with transaction():
        amina = arrives(offers["Amina"], KeptBy.FEED, BEGAN + DAY)
        dev = arrives(offers["Dev"], KeptBy.INVITATIONS, BEGAN + DAY)
        feed = diaries.make_feed(
            diaries.diary_of(amina.person, now=BEGAN), "Phone", now=BEGAN + DAY
        )
    with time_machine.travel(BEGAN + 2 * DAY):
        run(app, "tick")
    held = db.session.query(PeerSession).order_by(PeerSession.starts_at).all()
    with transaction():
        give(held[0], dev, Answer.COMING, now=BEGAN + 3 * DAY)
        give(held[0], amina, Answer.NOT_THIS_TIME, now=BEGAN + 3 * DAY)
        acts.move(
            held[1], on=date(2027, 1, 13), starts=time(18), ends=time(19, 30),
            now=BEGAN + 4 * DAY, tell=True, by=amara,
        )  # fmt: skip
        secret = accounts.start_sign_in(amara, device="Firefox", now=BEGAN + 20 * DAY)
    with time_machine.travel(BEGAN + 5 * DAY):
        run(app, "tick")
        told = facts(feed, dev, held, offers["Rhys"], secret)
    with time_machine.travel(BEGAN + 8 * DAY):
        # What letters said is blanked by then.
        run(app, "purge")
    return told


def facts(feed, dev, held, rhys, secret):
    """Return the links, identifiers and numbers that are out."""
    from core.db import db
    from groups.offers import token_of
    from scheduling.attendance.answer_links import token_for
    from scheduling.feeds import contents
    from scheduling.keeping import diaries
    from scheduling.models import Invitation

    told = db.session.query(Invitation).order_by(Invitation.id)
    return {
        "feed": diaries.feed_token(feed),
        "entries": [
            [one.uid, one.sequence, one.starts_at.isoformat(), one.summary]
            for one in contents.entries(feed.diary, now=BEGAN + 20 * DAY)
        ],
        "invitations": [
            [one.membership.person.name, one.uid, one.sequence, one.method] for one in told
        ],
        "sign_in": secret,
        "offer": token_of(rhys),
        "answer": token_for(held[0], dev),
        "stop": diaries.stop_token(dev.person),
    }


def dump():
    """Return the statements that make the database anew."""
    if not DATABASE_URL:
        with sqlite3.connect(FOLDER / "alcove.db") as connection:
            return "\n".join(connection.iterdump()) + "\n"
    options = ("--inserts", "--no-owner", "--no-privileges")
    said = subprocess.run(["pg_dump", *options, DATABASE_URL], capture_output=True, text=True)  # noqa: S603, S607 - a tool of this machine
    assert said.returncode == 0, said.stderr
    # What begins with a backslash is for psql alone.
    return "".join(line for line in said.stdout.splitlines(True) if not line.startswith("\\"))


def main():
    """Make the installation and write everything into its folder."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    from app import create_app
    from core.db import db

    with time_machine.travel(BEGAN):
        run(create_app(), "init", *ANSWERS, "--smtp-url", "smtp://127.0.0.1:25")
        app = create_app()
        run(app, "add-operator", "Sol Reyes", "sol@people.example")
    with app.app_context():
        told = tell(app)
        db.session.remove()
        db.engine.dispose()
    server.stop()
    (FOLDER / "facts.json").write_text(json.dumps(told, indent=1) + "\n")
    (FOLDER / "database.sql").write_text(dump())


main()
