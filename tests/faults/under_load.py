"""Asking a served site without pause, and what came back."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.serving import Answer


@dataclass
class Answers:
    """What came back: answers, and the classes of errors where none came."""

    answers: list[Answer] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def statuses(self) -> set[int]:
        """Every status that came."""
        return {answer.status for answer in self.answers}

    @property
    def p95(self) -> float:
        """So many seconds at most took 95 of 100 answers."""
        return statistics.quantiles([answer.seconds for answer in self.answers], n=20)[-1]

    @property
    def longest(self) -> float:
        """How many seconds the slowest answer took."""
        return max(answer.seconds for answer in self.answers)


@contextmanager
def asking(ask: Callable[[], Answer], *, threads: int, pause: float) -> Iterator[Answers]:
    """Ask again and again with so many seconds in between, until the end of the block."""
    found, stop = Answers(), threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                found.answers.append(ask())
            except OSError as error:
                found.errors[type(error).__name__] += 1
            time.sleep(pause)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in running:
            thread.join()
