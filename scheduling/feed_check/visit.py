"""Asking for one feed in every way its readers do: what was answered, before it is judged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum, auto
from time import sleep
from typing import Final

from scheduling.feed_check.fetching import REDIRECTS, Address, Answer, NotFetched, ask, follow

#: Between two readings, so that a stamp made of the time of the request shows.
PAUSE: Final = 1.1
LONG_AGO: Final = "Thu, 01 Jan 1970 00:00:00 GMT"
#: A date that nobody can read.
NO_DATE: Final = "yesterday"
OTHER_TAG: Final = '"never-given"'
PART: Final = "bytes=0-14"
#: Nobody is waited for again and again.
MOST_SILENCES: Final = 2


class Question(StrEnum):
    """One way to ask. The first asking of all, by GET and with no wishes, is not among them."""

    AGAIN = auto()
    HEAD = auto()
    SAME_TAG = auto()
    WEAK_TAG = auto()
    LISTED_TAG = auto()
    SAME_TAG_OLD_DATE = auto()
    OTHER_TAG_SAME_DATE = auto()
    SAME_DATE = auto()
    OLD_DATE = auto()
    UNREADABLE_DATE = auto()
    OTHER_KIND = auto()
    COMPRESSED = auto()
    PART = auto()
    PROPFIND = auto()
    OTHER_SECRET = auto()
    HEAD_OTHER_SECRET = auto()
    ROBOTS = auto()
    UNENCRYPTED = auto()


@dataclass(frozen=True, slots=True)
class Visit:
    """What a feed answered: the redirects on the way, then ``first``, then all other questions.

    A question that was not asked, or that nobody answered, is not in ``answers``.
    """

    redirects: list[Answer]
    first: Answer
    answers: dict[Question, Answer] = field(default_factory=dict)
    silences: list[Question] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Asking:
    question: Question
    address: Address
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


def visit(address: Address) -> Visit:
    """Ask for a feed in every way. Nothing that is sent could change anything over there.

    Raises NotFetched when the very first asking comes to nothing.
    """
    redirects, first = follow(address)
    seen = Visit(redirects, first)
    sleep(PAUSE)
    for asking in _askings(first):
        if len(seen.silences) == MOST_SILENCES:
            break
        try:
            answer = ask(asking.address, asking.method, asking.headers)
            if asking.question is Question.ROBOTS and answer.status in REDIRECTS:
                answer = follow(asking.address)[1]
            seen.answers[asking.question] = answer
        except NotFetched:
            seen.silences.append(asking.question)
    return seen


def tag_of(answer: Answer) -> str:
    """Return the entity tag with its quotes, without the mark of a weak one, or nothing."""
    return answer.header("ETag").removeprefix("W/")


def _askings(first: Answer) -> Iterator[_Asking]:
    here = first.address
    yield _Asking(Question.AGAIN, here)
    yield _Asking(Question.HEAD, here, "HEAD")
    for question, headers in _conditions(tag_of(first), first.header("Last-Modified")):
        yield _Asking(question, here, headers=headers)
    for question, headers in (
        (Question.OTHER_KIND, {"Accept": "application/calendar+json"}),
        (Question.COMPRESSED, {"Accept-Encoding": "gzip, deflate, br"}),
        (Question.PART, {"Range": PART}),
    ):
        yield _Asking(question, here, headers=headers)
    # As Thunderbird asks whether this is a calendar server.
    yield _Asking(Question.PROPFIND, here, "PROPFIND", {"Depth": "0", "Content-Length": "0"})
    yield from _about_the_host(here)


def _conditions(tag: str, date: str) -> Iterator[tuple[Question, dict[str, str]]]:
    if tag:
        yield Question.SAME_TAG, {"If-None-Match": tag}
        yield Question.WEAK_TAG, {"If-None-Match": f"W/{tag}"}
        yield Question.LISTED_TAG, {"If-None-Match": f"{OTHER_TAG}, {tag}"}
        yield Question.SAME_TAG_OLD_DATE, {"If-None-Match": tag, "If-Modified-Since": LONG_AGO}
    if date:
        yield (
            Question.OTHER_TAG_SAME_DATE,
            {"If-None-Match": OTHER_TAG, "If-Modified-Since": date},
        )
        yield Question.SAME_DATE, {"If-Modified-Since": date}
    yield Question.OLD_DATE, {"If-Modified-Since": LONG_AGO}
    yield Question.UNREADABLE_DATE, {"If-Modified-Since": NO_DATE}


def _about_the_host(here: Address) -> Iterator[_Asking]:
    """Ask what needs no secret, with one that nobody has."""
    yield _Asking(Question.ROBOTS, here.at("/robots.txt"))
    if not here.secret:
        return
    stranger = here.with_made_up_secret()
    yield _Asking(Question.OTHER_SECRET, stranger)
    yield _Asking(Question.HEAD_OTHER_SECRET, stranger, "HEAD")
    if here.secure and not here.is_here and not here.query:
        # The real secret must not travel in the open, and any other shows as much.
        yield _Asking(Question.UNENCRYPTED, stranger.over_http())
