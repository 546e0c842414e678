"""What an installation does when somebody uses its pages: a process of its own for one tree.

``benchmarks.acts`` starts it with the tree that is to be measured on ``PYTHONPATH``, writes the
name of an act on each line of its standard input, and reads what the act cost, as JSON. So that one
and the same file measures any tree, whatever its modules are called, it uses nothing of ours but
``app.create_app``, the ``flask`` commands, the pages and the letters; it finds forms on pages as a
browser does, fills them in and presses their buttons.
"""

import dataclasses
import gc
import json
import logging
import os
import re
import socket
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, Pool, event
from werkzeug.test import TestResponse

# This folder is not to be looked in for modules, and this tree only for what the other has not.
sys.path.append(str(Path(sys.path.pop(0)).parent))
from tests.pressing import Form, forms_on, press

SITE = "http://127.0.0.1:8080"
#: When everything happens: a Monday, so that the same dates are planned on every day of the year.
STARTS = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
FIRST = date(2027, 3, 11)
FACILITATOR = "amara@facilitators.example"
#: Statements that begin and end units of work are told apart from those that read and write.
FRAMING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
#: Longer than letters wait before they leave.
PAUSE = timedelta(minutes=11)
OURS = ("app.py", "core", "groups", "scheduling")
TREE = Path.cwd()


class Mailboxes:
    """A mail server on this machine that keeps the words of what it is given, by address."""

    def __init__(self) -> None:
        self.letters: dict[str, list[str]] = defaultdict(list)
        #: The addresses of messages with a calendar invitation.
        self.calendars: list[str] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one message."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        body = message.get_body(("plain",))
        if any(part.get_content_type() == "text/calendar" for part in message.walk()):
            self.calendars.append(envelope.rcpt_tos[0])
        self.letters[envelope.rcpt_tos[0]].append(str(body.get_content()) if body else "")
        return "250 ok"

    def newest(self, address: str, pattern: str) -> str:
        """Return what the newest letter that has it says there."""
        for words in reversed(self.letters[address]):
            if found := re.search(pattern, words):
                return found[1]
        raise RuntimeError(f"no letter to {address} says {pattern}")


@dataclasses.dataclass
class Spent:
    """What one request cost."""

    statements: int = 0
    kinds: Counter[str] = dataclasses.field(default_factory=Counter)
    modules: set[str] = dataclasses.field(default_factory=set)
    cpu: float = 0.0
    locked: float = 0.0


@contextmanager
def observed(*, modules: bool = False) -> Iterator[Spent]:
    """Count statements inside, and the processor time as a whole and under SQLite's write lock;
    with ``modules`` also those of ours in which a function is entered, which takes its own time.
    """
    spent, taken = Spent(), list[float]()

    def execute(
        _connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            taken.append(time.process_time())
        if not statement.startswith(FRAMING):
            spent.statements += 1
            spent.kinds[" ".join(statement.split())[:160]] += 1

    def given_back(_connection: Any, _record: Any) -> None:
        if taken:
            spent.locked += time.process_time() - taken.pop()

    def entered(frame: FrameType, what: str, _argument: Any) -> None:
        if what == "call":
            spent.modules.add(frame.f_code.co_filename)

    event.listen(Engine, "before_cursor_execute", execute)
    event.listen(Pool, "checkin", given_back)
    began = time.process_time()
    sys.setprofile(entered if modules else None)
    try:
        yield spent
    finally:
        sys.setprofile(None)
        spent.cpu = time.process_time() - began
        event.remove(Engine, "before_cursor_execute", execute)
        event.remove(Pool, "checkin", given_back)
        spent.modules = {name for name in map(_of_ours, spent.modules) if name}


def _of_ours(filename: str) -> str:
    try:
        path = Path(filename).relative_to(TREE)
    except ValueError:
        return ""
    return str(path) if path.parts[0] in OURS and path.suffix == ".py" else ""


class Site:
    """One new installation with its pages and its mail."""

    def __init__(self, folder: Path, mail: Controller, boxes: Mailboxes) -> None:
        # Apps read the environment where they are made.
        from app import create_app  # noqa: PLC0415

        os.environ |= {"ALCOVE_INSTANCE": str(folder), "MAIL_PACE": "0"}
        self.boxes = boxes
        answers = {"site-name": "Thursdays", "base-url": SITE, "mail-from": "post@alcove.example"}
        answers |= {"smtp-url": f"smtp://127.0.0.1:{mail.port}"}
        answers |= {"facilitator": "Amara", "address": FACILITATOR}
        self._run(create_app(), "init", *(f"--{name}={said}" for name, said in answers.items()))
        self.app = create_app()
        # As in a process that serves, whichever module of a tree sets it there.
        gc.set_threshold(10_000)
        self.app.test_client_class = FlaskClient
        read = self.app.extensions["alcove.config"]
        #: The same without the pause before letters leave, in which the past is made.
        self.hasty = create_app(dataclasses.replace(read, pause=timedelta(0)))

    @staticmethod
    def _run(app: Flask, *command: str) -> None:
        # What is asked beyond that may stay blank.
        result = app.test_cli_runner().invoke(args=command, input="\n" * 9)
        if result.exit_code:
            raise RuntimeError(f"flask {command[0]}: {result.output} {result.exception!r}")

    def tick(self) -> None:
        """Let every job run, so that nothing waits any more."""
        self._run(self.hasty, "tick")

    def browser(self, *, hasty: bool = False, network: int = 1) -> "Browser":
        """Return a browser in which nobody is signed in."""
        client = (self.hasty if hasty else self.app).test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.0.{network}.1"
        return Browser(self, client)


class Browser:
    """Somebody's browser: the page it shows, and what is done there."""

    def __init__(self, site: Site, client: FlaskClient) -> None:
        self.site, self.client = site, client
        self.page: TestResponse | None = None

    def open(self, path: str, **more: Any) -> TestResponse:
        """Open a page, and follow where it leads."""
        more.setdefault("base_url", SITE)
        self.page = self.client.open(path, **more)
        return self.page

    def go(self, path: str) -> None:
        """Open a page that has to be there."""
        found = self.open(path, follow_redirects=True)
        if found.status_code != 200:
            raise RuntimeError(f"{path} answers {found.status_code}")

    def form(self, field: str = "", *, ends: str = "") -> Form:
        """Return the form with this field, or whose address ends so, or that acts on this page."""
        assert self.page is not None  # noqa: S101 - somebody opened it
        here = self.page.request.path

        def fits(form: Form) -> bool:
            if field:
                return any(name == field for name, _ in [*form.fields, *form.choices])
            path = urlsplit(form.action).path
            return path.endswith(ends) if ends else path == here

        for form in forms_on(self.page):
            if form.method == "POST" and fits(form):
                return form
        raise RuntimeError(f"no form {field or ends or 'that acts'} on {here}: {self.words()}")

    def send(self, form: Form, typed: Mapping[str, str] | None = None) -> TestResponse:
        """Fill a form in and press its first button; an answer that refuses is an error."""
        values = dict(typed or {})
        form.fields = [(name, said) for name, said in form.fields if name not in values]
        form.fields += values.items()
        self.page = press(self, form)
        if self.page.status_code >= 400:
            raise RuntimeError(f"{form.action} answers {self.page.status_code}: {self.words()}")
        return self.page

    def follow(self) -> None:
        """Go where the last answer leads."""
        assert self.page is not None  # noqa: S101 - somebody opened it
        if self.page.location:
            self.go(self.page.location)

    def words(self) -> str:
        """Return the words of the page, for whoever wonders why something was refused."""
        text = self.page.get_data(as_text=True) if self.page else ""
        main = text[text.find("<main") :]
        return " ".join(re.sub(r"<[^>]+>", " ", main).split())[:1200]

    def links(self, pattern: str) -> list[str]:
        """Return the addresses on the page that look like this, each once, in its order."""
        assert self.page is not None  # noqa: S101 - somebody opened it
        return list(dict.fromkeys(re.findall(pattern, self.page.get_data(as_text=True))))

    def sign_in(self, address: str) -> None:
        """Ask for a code and type it."""
        self.go("/sign-in")
        self.send(self.form("address"), {"address": address})
        self.follow()
        self.site.tick()
        code = self.site.boxes.newest(address, r"\b(\d{3} ?\d{3})\b")
        self.send(self.form("code"), {"code": code})
        self.follow()


def save_group(browser: Browser, people: int, sessions: int, **more: str) -> str:
    """Fill in the first screen of setting up a group; return the path of the group."""
    browser.go("/groups/new")
    invited = "\n".join(f"Member{n} <member{n}@people.example>" for n in range(people))
    typed = {
        "name": "Thursday evenings",
        "first_on": FIRST.isoformat(),
        "sessions": str(sessions),
        "room": "https://rooms.example/thursday",
        "places": "",
        "people": invited,
    }
    browser.send(browser.form("first_on"), typed | more)
    browser.follow()
    assert browser.page is not None  # noqa: S101 - just opened
    found = re.match(r"/groups/[\w-]+", browser.page.request.path)
    if found is None:
        raise RuntimeError(f"no group was saved: {browser.words()}")
    return found[0]


def send_group(browser: Browser) -> None:
    """Press the button of the second screen that sends."""
    browser.send(browser.form(ends="/send"))


@dataclasses.dataclass
class Group:
    """A group that runs: its path, its sessions' paths, and the browser of who facilitates it."""

    path: str
    sessions: list[str]
    browser: Browser
    site: Site

    def typed(self, page: str, field: str, typed: Mapping[str, str]) -> TestResponse:
        """Fill in the form of a change, and show its check."""
        self.browser.go(page)
        return self.browser.send(self.browser.form(field), typed)

    def confirm(self) -> TestResponse:
        """Press the button of the check."""
        return self.browser.send(self.browser.form())


def running_group(site: Site, members: int, sessions: int) -> Group:
    """Set up a group in which everybody has joined and has their invitations."""
    hasty = site.browser(hasty=True)
    hasty.sign_in(FACILITATOR)
    path = save_group(hasty, members, sessions)
    send_group(hasty)
    site.tick()
    for n in range(members):
        _join(site.browser(hasty=True, network=2 + n), f"member{n}@people.example")
    site.tick()
    invited = [box for box in site.boxes.calendars if box.startswith("member")]
    if len(set(invited)) < members:
        raise RuntimeError(f"{len(set(invited))} of {members} members got a calendar invitation")
    browser = site.browser()
    browser.sign_in(FACILITATOR)
    browser.go(f"{path}/dates")
    found = browser.links(rf"{path}/sessions/[\w-]+(?=[\"/?])")
    if len(found) != sessions:
        raise RuntimeError(f"{len(found)} of {sessions} sessions are linked: {browser.words()}")
    return Group(path, found, browser, site)


def _join(browser: Browser, address: str) -> None:
    """Say yes with the link of the invitation, and prove with a code that the address is ours."""
    boxes = browser.site.boxes
    browser.go(boxes.newest(address, r"(/i/[\w-]+)"))
    accepting = browser.form(ends="/accept")
    browser.send(accepting, _ticked(accepting))
    browser.follow()
    browser.send(browser.form(ends="/go-on"))
    browser.follow()
    browser.site.tick()
    browser.send(browser.form("code"), {"code": boxes.newest(address, r"\b(\d{3} ?\d{3})\b")})


def _ticked(form: Form) -> dict[str, str]:
    """Tick what has to be ticked: boxes that stand alone and are empty, not a second choice."""
    chosen = {name for name, _ in form.fields}
    return {name: said for name, said in form.choices if name not in chosen}


class Acts:
    """What can be asked for, each in a group or an installation made for it.

    Every act happens once more than it is asked for, so that what a process does only once is over.
    """

    def __init__(self, folder: Path, mail: Controller, boxes: Mailboxes, clock: Any) -> None:
        self._folder, self._mail, self._boxes, self._clock = folder, mail, boxes, clock
        self._groups: dict[tuple[int, int], Group] = {}
        self._done: Counter[object] = Counter()

    def _site(self) -> Site:
        return Site(Path(tempfile.mkdtemp(dir=self._folder)), self._mail, self._boxes)

    def _group(self, members: int, sessions: int) -> Group:
        key = (members, sessions)
        if key not in self._groups:
            self._boxes.calendars.clear()
            self._groups[key] = running_group(self._site(), members, sessions)
        group = self._groups[key]
        # Other groups' acts take their time too, and nobody stays signed in for ever.
        group.browser.open(group.path)
        if group.browser.page is not None and group.browser.page.location:
            group.browser.sign_in(FACILITATOR)
        return group

    def _past(self, group: Group) -> None:
        """Let everything leave that waits."""
        self._clock.shift(PAUSE)
        group.site.tick()

    def moved(self, members: int, sessions: int, *, waits: bool, modules: bool) -> dict[str, Spent]:
        """Move the first session by a day; with ``waits`` again while the letters still wait."""
        group = self._group(members, sessions)
        for _ in range(2):
            day = FIRST + timedelta(days=1 + self._done.total() % 9)
            self._done["move"] += 1
            with observed(modules=modules) as opening:
                group.browser.go(f"{group.sessions[0]}/move")
            form = group.browser.form("on")
            with observed(modules=modules) as check:
                group.browser.send(form, {"on": day.isoformat()})
            with observed(modules=modules) as act:
                group.confirm()
            if not waits:
                self._past(group)
        self._past(group)
        return {"form": opening, "check": check, "act": act}

    def shifted(self, members: int, sessions: int) -> dict[str, Spent]:
        """Move every session by a week, there and back."""
        group = self._group(members, sessions)
        for _ in range(1 if self._done[members, sessions] else 2):
            way = ("later", "earlier")[self._done[members, sessions] % 2]
            self._done[members, sessions] += 1
            group.browser.go(f"{group.sessions[0]}/change/days?which=all")
            form = group.browser.form("days")
            with observed() as check:
                group.browser.send(form, {"days": "7", "way": way})
            with observed() as act:
                group.confirm()
            self._past(group)
        return {"check": check, "act": act}

    def sent(self, people: int) -> dict[str, Spent]:
        """Set a group up and send its invitations, in a new installation."""
        site = self._site()
        warm = site.browser()
        warm.sign_in(FACILITATOR)
        save_group(warm, 0, 1)
        with observed() as saving:
            save_group(warm, people, 12)
        with observed() as sending:
            send_group(warm)
        return {"save": saving, "act": sending}


def _asked(acts: Acts, asked: dict[str, Any]) -> dict[str, Any]:
    name = asked.pop("act")
    spent: dict[str, Spent] = getattr(acts, name)(**asked)
    return {
        part: {
            "statements": one.statements,
            "modules": sorted(one.modules),
            "cpu": one.cpu,
            "locked": one.locked,
            "kinds": one.kinds.most_common(),
        }
        for part, one in spent.items()
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Do what each line asks for, and say on a line what it cost."""
    # Whoever asks reads our answers; whatever else is said goes where errors go.
    answers, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.WARNING)
    boxes = Mailboxes()
    mail = Controller(boxes, hostname="127.0.0.1", port=_free_port())
    mail.start()
    try:
        with time_machine.travel(STARTS) as clock, tempfile.TemporaryDirectory() as folder:
            acts = Acts(Path(folder), mail, boxes, clock)
            for line in sys.stdin:
                print(json.dumps(_asked(acts, json.loads(line))), file=answers, flush=True)
    finally:
        mail.stop()


if __name__ == "__main__":
    main()
