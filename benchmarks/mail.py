"""Invitations: rendered, put into the outbox, and handed to a mail server on the same machine."""

from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from benchmarks.installation import installation
from benchmarks.report import Row, limited
from benchmarks.sink import mail_sink
from benchmarks.world import Size, build
from core.delivery import deliver_due
from core.service_urls import SmtpSettings
from scheduling.letters.bulk_invitations import issue_due

MEMBERS, DATES = 10, 3
MILLISECONDS = 1000


def measure(folder: Path, groups: int, now: datetime, rounds: int) -> list[Row]:
    """Invite ten members of each of so many groups to their next three dates, in so many rounds,
    each in a new installation on SQLite.
    """
    with mail_sink() as port:
        smtp = SmtpSettings("127.0.0.1", port)
        found = [_round(folder / f"mail-{n}", groups, now, smtp) for n in range(rounds)]
    each_second = [letters / clock for letters, clock, _ in found]
    cpu = [used / letters * MILLISECONDS for letters, _, used in found]
    return [
        limited(
            "Invitations rendered and handed to a mail server, one process",
            each_second,
            400,
            "a second",
            at_least=True,
        ),
        Row(
            "Processor time for one of them",
            "reported",
            f"{median(cpu):.2f} ms",
            f"{min(cpu):.2f} to {max(cpu):.2f}",
        ),
    ]


def _round(
    folder: Path, groups: int, now: datetime, smtp: SmtpSettings
) -> tuple[int, float, float]:
    """Return how many letters were sent, and the seconds it took on the clock and the processor."""
    with installation(folder, smtp=smtp):
        build(Size(members=groups * MEMBERS, groups=groups, busy=0), now)
        clock, cpu = perf_counter(), process_time()
        written = issue_due(now)
        sent = deliver_due(now)
        seconds, used = perf_counter() - clock, process_time() - cpu
    if not written == sent == groups * MEMBERS * DATES:
        raise RuntimeError(f"{written} invitations were written and {sent} sent")
    return sent, seconds, used
