"""The other answers of a feed: asked again, asked by tag and date, asked oddly (H4 to H15).

Pure. A question that nobody answered says nothing here but that (``silence_findings``).
"""

from collections.abc import Iterator
from typing import Final
from urllib.robotparser import RobotFileParser

from scheduling.feed_check.report import Finding
from scheduling.feed_check.requests import PART, Answer, Question, Visit, tag_of

#: Google reads feeds under this name, and under the star where nothing is said of it.
ROBOTS: Final = ("Google-Calendar-Importer", "*")
#: A page that says "not found" in full says too much.
LONGEST_ABSENCE: Final = 2_000

_REFETCHED: Final = "Every reading fetches everything."
_BY_TAG: Final = {
    Question.SAME_TAG: ("H6", "Its own ETag is not answered with 304.", _REFETCHED),
    Question.WEAK_TAG: ("H6", "Its ETag, sent back as a weak one, is not answered with 304.",
                        _REFETCHED),
    Question.LISTED_TAG: ("H6", "Its ETag in a list is not answered with 304.", _REFETCHED),
    Question.SAME_TAG_OLD_DATE: ("H6", "An old date beside the right ETag hinders the 304.",
                                 "ICSx5, which sends both, fetches everything each time."),
    Question.SAME_DATE: ("H7", "Its own Last-Modified is not answered with 304.",
                         "Apple fetches everything each time."),
}  # fmt: skip
_FROZEN: Final = "A change never arrives at some programs."
_IN_FULL: Final = {
    Question.OTHER_TAG_SAME_DATE: ("H6", "A date beside an unknown ETag wins over it.", _FROZEN),
    Question.OLD_DATE: ("H7", "A date long ago is not answered with the calendar.", _FROZEN),
    Question.UNREADABLE_DATE: ("H7", "A date that nobody can read is not answered with the "
                               "calendar.", _FROZEN),
    Question.OTHER_KIND: ("H9", "What a program would rather have changes the answer.",
                          "Google sends no Accept, Nextcloud another: they read nothing."),
}  # fmt: skip


def asking_findings(seen: Visit) -> Iterator[Finding]:
    """Say what is wrong with everything a feed answered after the first time."""
    for question, finding in (_BY_TAG | _IN_FULL).items():
        answer = seen.answers.get(question)
        if answer and not _is_as_expected(seen, question, answer):
            yield Finding(*finding)
    for look in (_again, _unchanged, _head, _compressed, _part, _propfind, _stranger):
        yield from look(seen)
    yield from _robots(seen)
    yield from _unencrypted(seen)
    yield from _too_often(seen)


def silence_findings(seen: Visit) -> Iterator[Finding]:
    """Say which questions nobody answered."""
    silent = [question for question in seen.silences if question is not Question.UNENCRYPTED]
    if len(silent) < len(seen.silences):
        effect = "Programs that begin with http (webcal links) show nothing."
        yield Finding("H15", "Nothing answers on http.", effect)
    if silent:
        asked = ", ".join(question.value.replace("_", " ") for question in silent)
        found = f"No answer when asked in these ways: {asked}."
        yield Finding("H14", found, "A program that asks so keeps an old calendar or shows none.")


def _is_as_expected(seen: Visit, question: Question, answer: Answer) -> bool:
    if question in _BY_TAG:
        return answer.status == 304
    return answer.status == 200 and answer.content.startswith(seen.first.content[:15])


def _again(seen: Visit) -> Iterator[Finding]:
    again = seen.answers.get(Question.AGAIN)
    if again is None or again.status != 200:
        if again is not None:
            found = f"Asked once more, a moment later, it answers {again.status}."
            yield Finding("F19", found, "Programs drop entries or show an error.")
        return
    same_bytes = again.content == seen.first.content
    same_tag = again.header("ETag") == seen.first.header("ETag")
    if same_bytes and not same_tag:
        yield Finding("H4", "The ETag changes although nothing else does.", _REFETCHED)
    elif same_tag and not same_bytes and tag_of(again):
        yield Finding("H4", "The bytes change, the ETag does not.", _FROZEN)
    if same_bytes and again.header("Last-Modified") != seen.first.header("Last-Modified"):
        yield Finding("H4", "Last-Modified changes although nothing else does.", _REFETCHED)


def _unchanged(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.SAME_TAG)
    if answer is None or answer.status != 304:
        return
    if answer.body:
        effect = "The next answer on the connection is garbled."
        yield Finding("H6", "A 304 has a body.", effect)
    if answer.header("ETag") != seen.first.header("ETag") or not answer.header("Cache-Control"):
        effect = "Caches forget what they may keep."
        yield Finding("H6", "A 304 lacks the ETag or Cache-Control.", effect)


def _head(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.HEAD)
    if answer is None:
        return
    if answer.status != seen.first.status:
        effect = "Thunderbird asks that first and gives up."
        yield Finding("H8", f"HEAD is answered with {answer.status}.", effect)
        return
    if answer.body:
        yield Finding("H8", "HEAD is answered with a body.", "The next answer is garbled.")
    names = ("Content-Type", "ETag", "Last-Modified", "Cache-Control")
    if any(answer.header(name) != seen.first.header(name) for name in names):
        effect = "Thunderbird takes it for something else."
        yield Finding("H8", "HEAD has other headers than GET.", effect)
    length = answer.header("Content-Length")
    if length and length != str(len(seen.first.body)):
        yield Finding("H8", "HEAD has another Content-Length than GET.", "Programs wait for more.")


def _compressed(seen: Visit) -> Iterator[Finding]:
    asked = seen.answers.get(Question.COMPRESSED)
    found = [answer for answer in (seen.first, asked) if answer is not None]
    if any(answer.header("Content-Encoding") not in ("", "identity") for answer in found):
        effect = "Outlook shows an error or nothing. Switch compression off for this path."
        yield Finding("H10", "It is compressed, by the site or a proxy.", effect)


def _part(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.PART)
    if answer is None:
        return
    _, _, last = PART.partition("-")
    right = {200: seen.first.content, 206: seen.first.content[: int(last) + 1]}
    if answer.content != right.get(answer.status):
        effect = "Programs that go on where they stopped get a broken calendar."
        yield Finding("H9", "A part (Range) is answered wrongly.", effect)


def _propfind(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.PROPFIND)
    if answer is None:
        return
    if answer.status != 405:
        effect = "Thunderbird takes it for a calendar server, or asks for a password."
        yield Finding("H8", f"PROPFIND is answered with {answer.status}, not 405.", effect)
    elif "GET" not in answer.header("Allow").upper():
        yield Finding("H8", "A 405 does not say what is allowed.", "Programs guess.")


def _stranger(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.OTHER_SECRET)
    if answer is None:
        return
    if answer.status == 200:
        effect = "Either anybody can read it, or an ended link looks like an empty calendar."
        yield Finding("H11", "Another secret opens something as well.", effect)
    elif answer.status != 404:
        found = f"An unknown secret is answered with {answer.status}, not 404."
        yield Finding("H11", found, "It tells more than a stranger should know.")
    elif len(answer.body) > LONGEST_ABSENCE:
        effect = "Programs show it to people, or fetch it for nothing."
        yield Finding("H11", "The answer to an unknown secret is a whole page.", effect)
    head = seen.answers.get(Question.HEAD_OTHER_SECRET)
    if head is not None and head.status != answer.status:
        found = f"For an unknown secret GET says {answer.status} and HEAD {head.status}."
        yield Finding("H11", found, "Programs disagree whether the calendar is gone.")


def _robots(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.ROBOTS)
    if answer is None or 400 <= answer.status < 500 and answer.status != 429:
        # Without a file everything is allowed (RFC 9309 section 2.3.1.3).
        return
    if answer.status != 200:
        effect = "Google then reads nothing."
        yield Finding("H13", f"robots.txt is answered with {answer.status}.", effect)
        return
    rules = RobotFileParser()
    rules.parse(answer.content.decode(errors="replace").splitlines())
    kept_out = [name for name in ROBOTS if not rules.can_fetch(name, seen.first.address.target)]
    if kept_out:
        found = f"robots.txt keeps out {' and '.join(kept_out)}."
        yield Finding("H13", found, "Google obeys it and reads nothing.")


def _unencrypted(seen: Visit) -> Iterator[Finding]:
    answer = seen.answers.get(Question.UNENCRYPTED)
    if answer is None:
        return
    if answer.status == 200:
        effect = "Everybody on the way can read it."
        yield Finding("H15", "http gives an answer instead of leading to https.", effect)
    elif answer.status not in (301, 308) or not _leads_to_https(answer):
        effect = "Programs that begin with http (webcal links) show nothing."
        yield Finding("H15", "http does not lead to https on the same path by 308.", effect)


def _leads_to_https(answer: Answer) -> bool:
    to = answer.header("Location")
    return to == f"https://{answer.address.host}{answer.address.target}"


def _too_often(seen: Visit) -> Iterator[Finding]:
    if any(answer.status == 429 for answer in seen.answers.values()):
        effect = "Programs stop asking; those behind one address hinder each other."
        yield Finding("H14", "After some questions it says that it is asked too often.", effect)
