"""Five hundred letters are due, the mail server hangs at one recipient, and codes still leave."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from time import monotonic, sleep

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from core.outbox import About, Posting, Promise, post_many
from core.transaction import transaction
from tests import build
from tests.core.letters import a_letter, states
from tests.core.mail_servers import Desk
from tests.core.mail_servers import serving as receiving
from tests.core.test_clock import wait_until
from tests.serving import Site, serving

DUE = 500
ASKED = 24
HANGS = "hangs@people.example"


class SlowDesk(Desk):
    """Takes 30 ms for a letter, and for one recipient all the time there is."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self.stage = stage
        self.at: dict[str, float] = {}
        self.hung = threading.Event()
        self.goes_on = threading.Event()

    async def _hang(self, stage: str, recipient: str) -> None:
        if stage == self.stage and recipient == HANGS:
            self.hung.set()
            while not self.goes_on.is_set():
                await asyncio.sleep(0.1)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._hang("RCPT", address)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(0.03)
        await self._hang("dot", envelope.rcpt_tos[0])
        self.at.setdefault(envelope.rcpt_tos[0], monotonic())
        return await super().handle_DATA(server, session, envelope)


def post_letters(now: datetime) -> None:
    """Post letters that are due, the first of them to whom the server hangs."""
    people = [HANGS, *(f"reader{number}@people.example" for number in range(DUE - 1))]
    kept = Promise.MUST_ARRIVE
    with transaction():
        post_many(
            [Posting(a_letter(one), one, "test", kept, About(thread=one)) for one in people], now
        )


def ask_for_codes(site: Site) -> dict[str, float]:
    """Ask for a code for one person after another, each from another network; returns when each
    was answered.
    """
    answered, form = {}, site.form()
    for number in range(ASKED):
        address = f"member{number}@people.example"
        body = f"csrf_token={form.token}&address=member{number}%40people.example".encode()
        headers = {
            "Cookie": form.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"203.0.113.{number}",
        }
        answer = site.ask("/sign-in", "POST", body=body, headers=headers)
        assert answer.status == 303, answer
        # Sending five hundred letters keeps nobody from writing.
        assert answer.seconds < 2
        answered[address] = monotonic()
        sleep(0.4)
    return answered


@contextmanager
def site_of(app: Flask, folder: Path, desk: SlowDesk) -> Iterator[Site]:
    """Serve, sending to this desk, which lets go of everybody in the end."""
    with receiving(desk) as port:
        settings = {"SMTP_URL": f"smtp://127.0.0.1:{port}"}
        with serving(app, folder, proxies=1, settings=settings) as site:
            try:
                yield site
            finally:
                desk.goes_on.set()


@pytest.mark.parametrize("stage", ["RCPT", "dot"])
def test_codes_leave_within_seconds_and_one_recipient_holds_up_nobody(
    app: Flask, tmp_path: Path, stage: str
) -> None:
    for number in range(ASKED):
        build.a_person("", f"member{number}@people.example")
    desk = SlowDesk(stage)
    with site_of(app, tmp_path / "instance", desk) as site:
        post_letters(datetime.now(UTC))
        assert desk.hung.wait(30)
        hung_at = monotonic()
        answered = ask_for_codes(site)
        assert wait_until(lambda: desk.at.keys() >= answered.keys(), 30)
        wait_until(lambda: len(desk.at) >= DUE - 1 + ASKED, 60)

    waits = sorted(desk.at[address] - moment for address, moment in answered.items())
    p50, p95 = quantiles(waits, n=2)[0], quantiles(waits, n=20)[-1]
    others = sorted(moment for address, moment in desk.at.items() if "reader" in address)
    longest = max(b - a for a, b in pairwise([hung_at, *others]))
    said = f"p50 {p50:.2f}, p95 {p95:.2f}, worst {waits[-1]:.2f}; others waited {longest:.1f} s"
    print(f"\nhanging at {stage}: {said}")  # noqa: T201 - what was measured
    assert (p95 <= 2, waits[-1] <= 5, longest <= 15) == (True, True, True), said
    assert len(others) == DUE - 1
    assert sum(state == "sent" for state in states().values()) >= DUE - 1 + ASKED
    # Nobody got a letter twice.
    assert len(desk.taken) == len({to[0] for _, to, _ in desk.taken})


def test_a_code_at_whose_recipient_the_server_hangs_holds_up_no_other_code(
    app: Flask, tmp_path: Path
) -> None:
    for number in range(ASKED):
        build.a_person("", f"member{number}@people.example")
    desk = SlowDesk("dot")
    with site_of(app, tmp_path / "instance", desk) as site:
        build.a_person("", HANGS)
        form = site.form()
        assert form.send("/sign-in", address=HANGS).status == 303
        assert desk.hung.wait(30)
        answered = ask_for_codes(site)
        arrived = wait_until(lambda: desk.at.keys() >= answered.keys(), 30)

    waits = sorted(desk.at[address] - moment for address, moment in answered.items())
    print(f"\na code hangs: worst of the others {waits[-1]:.2f} s")  # noqa: T201 - what was measured
    assert (arrived, waits[-1] <= 5) == (True, True)
