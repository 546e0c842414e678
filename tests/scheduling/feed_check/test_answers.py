"""What is found in the answers of a feed: real servers on this machine, each wrong in one way."""

import gzip
from collections.abc import Callable

import pytest

from scheduling.feed_check import requests
from scheduling.feed_check.conditional_requests import asking_findings, silence_findings
from scheduling.feed_check.examining import check
from scheduling.feed_check.headers import address_findings, redirect_findings
from scheduling.feed_check.report import Report
from scheduling.feed_check.requests import Answer, Question, Visit, read_address
from tests.scheduling.odd_feeds import (
    GOOD,
    HEADERS,
    PATH,
    READ_AT,
    TAG,
    Asked,
    changed,
    serving,
)

Behaviour = Callable[[Asked], object]
HTTPS = read_address(f"https://alcove.example{PATH}")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """These servers do not go by the clock."""
    monkeypatch.setattr(requests, "PAUSE", 0)


def found_with(behave: Behaviour) -> list[str]:
    """Return what is found when a server behaves like this."""
    with serving(behave) as site:
        return said(check(site.url, now=READ_AT))


def said(report: Report) -> list[str]:
    """Return the findings of a report, rule and first half."""
    return [f"{finding.rule} {finding.found}" for finding in report.findings]


def always(body: bytes = GOOD, **changes: str) -> Behaviour:
    """Give the calendar with other headers, by GET and HEAD, and answer all else well."""

    def behave(asked: Asked) -> bool:
        conditional = asked.headers["If-None-Match"] or asked.headers["If-Modified-Since"]
        if asked.path != PATH or asked.command == "PROPFIND" or conditional:
            return False
        asked.calendar(body, **changes)
        return True

    return behave


def on(
    header: str, answer: Callable[[Asked], object], *, value: str = "", path: str = PATH
) -> Behaviour:
    """Answer in this way whoever sends a header, and all others well."""

    def behave(asked: Asked) -> bool:
        sent = asked.headers[header]
        if asked.path != path or not sent or value not in sent:
            return False
        answer(asked)
        return True

    return behave


def method(name: str, answer: Callable[[Asked], object]) -> Behaviour:
    """Answer in this way to one method, to all others well."""

    def behave(asked: Asked) -> bool:
        if asked.command != name or asked.path != PATH:
            return False
        answer(asked)
        return True

    return behave


def place(path: str, answer: Callable[[Asked], object]) -> Behaviour:
    """Answer in this way at one place; ``…`` is any that nobody has a right to."""

    def behave(asked: Asked) -> bool:
        other = asked.path not in (PATH, "/robots.txt")
        if asked.path != path and not (path == "…" and other):
            return False
        answer(asked)
        return True

    return behave


def test_a_good_feed_is_clean_and_only_asked_what_changes_nothing() -> None:
    with serving() as site:
        report = check(site.url, now=READ_AT)

    assert said(report) == []
    assert report.address == f"{site.origin}/cal/…/calendar.ics"
    assert report.remarks == [
        "It was read on this machine; a proxy in front may have been passed by.",
        f"It holds 2 entries in {len(GOOD)} bytes.",
    ]
    assert {command for command, _ in site.asked} == {"GET", "HEAD", "PROPFIND"}


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Content_Type": "text/html"}, "H3 Content-Type is not text/calendar."),
        ({"Content_Type": "text/calendar"}, "H3 Content-Type lacks charset=utf-8."),
        ({"Content_Type": "text/calendar; method=PUBLISH"}, "H3 Content-Type has a method."),
        ({"Content_Disposition": "attachment"},
         "H3 Content-Disposition is not inline with a name that ends in .ics."),
        ({"ETag": ""}, "H4 There is no ETag."),
        ({"ETag": f"W/{TAG}"}, "H4 The ETag is weak."),
        ({"ETag": TAG.strip('"')}, "H4 The ETag has no quotes."),
        ({"Last_Modified": ""}, "H4 There is no Last-Modified that can be read."),
        ({"Last_Modified": "Tue, 10 Mar 2026 12:00:00 GMT"}, "H4 Last-Modified is in the future."),
        ({"Cache_Control": "public, max-age=60"}, "H5 Cache-Control lets others keep it."),
        ({"Cache_Control": "private, max-age=86400"},
         "H5 Cache-Control is not “private, no-cache”, nor an hour at most."),
        ({"Cache_Control": ""},
         "H5 Cache-Control is not “private, no-cache”, nor an hour at most."),
        ({"Cache_Control": "no-cache"}, "H5 Cache-Control does not say private."),
        ({"Age": "12"}, "H5 A cache in between gave the answer."),
        ({"X_Cache": "HIT from edge"}, "H5 A cache in between gave the answer."),
        ({"Set_Cookie": "a=1"}, "H1 It sets a cookie."),
        ({"X_Robots_Tag": ""}, "H12 X-Robots-Tag is not there, or says something else."),
        ({"Referrer_Policy": "origin"},
         "H12 Referrer-Policy is not there, or says something else."),
        ({"X_Content_Type_Options": ""},
         "H12 X-Content-Type-Options is not there, or says something else."),
    ],
)  # fmt: skip
def test_h3_h4_h5_h12_each_header_that_is_wrong_is_found(
    headers: dict[str, str], found: str
) -> None:
    seen = found_with(always(GOOD, **headers))

    assert found in seen


@pytest.mark.parametrize("kept", ["private, max-age=3600", "no-store", "private"])
def test_h5_short_keeping_by_the_reader_alone_is_tolerated(kept: str) -> None:
    assert [one for one in found_with(always(Cache_Control=kept)) if one.startswith("H5")] == []


def in_full(asked: Asked) -> None:
    asked.calendar()


def unchanged(asked: Asked) -> None:
    asked.say(304, HEADERS)


@pytest.mark.parametrize(
    ("behave", "found"),
    [
        (on("If-None-Match", in_full),
         ["H6 Its own ETag is not answered with 304.",
          "H6 Its ETag, sent back as a weak one, is not answered with 304.",
          "H6 Its ETag in a list is not answered with 304.",
          "H6 An old date beside the right ETag hinders the 304."]),
        (on("If-None-Match", in_full, value="W/"),
         ["H6 Its ETag, sent back as a weak one, is not answered with 304."]),
        (on("If-None-Match", in_full, value=","),
         ["H6 Its ETag in a list is not answered with 304."]),
        (on("If-Modified-Since", in_full, value="1970"),
         ["H6 An old date beside the right ETag hinders the 304."]),
        (on("If-None-Match", unchanged, value="never"),
         ["H6 A date beside an unknown ETag wins over it."]),
        (on("If-None-Match", lambda asked: asked.say(304, {})),
         ["H6 A date beside an unknown ETag wins over it.",
          "H6 A 304 lacks the ETag or Cache-Control."]),
        (on("If-Modified-Since", in_full, value="2026"),
         ["H7 Its own Last-Modified is not answered with 304."]),
        (on("If-Modified-Since", unchanged),
         ["H6 A date beside an unknown ETag wins over it.",
          "H7 A date long ago is not answered with the calendar.",
          "H7 A date that nobody can read is not answered with the calendar."]),
        (on("If-Modified-Since", unchanged, value="yesterday"),
         ["H7 A date that nobody can read is not answered with the calendar."]),
    ],
)  # fmt: skip
def test_h6_h7_each_slip_in_answering_by_tag_and_date_is_found(
    behave: Behaviour, found: list[str]
) -> None:
    assert found_with(behave) == found


def with_a_body(asked: Asked) -> None:
    asked.say(304, HEADERS)
    asked.wfile.write(b"BEGIN")


def test_h6_h8_bodies_where_none_belongs_are_found() -> None:
    def head(asked: Asked) -> None:
        asked.calendar()
        asked.wfile.write(GOOD)

    assert found_with(on("If-None-Match", with_a_body, value=TAG)) == ["H6 A 304 has a body."]
    assert found_with(method("HEAD", head)) == ["H8 HEAD is answered with a body."]


@pytest.mark.parametrize(
    ("behave", "found"),
    [
        (method("HEAD", lambda asked: asked.say(405, {})), "H8 HEAD is answered with 405."),
        (method("HEAD", lambda asked: asked.calendar(ETag="")),
         "H8 HEAD has other headers than GET."),
        (method("HEAD", lambda asked: asked.calendar(Content_Length="7")),
         "H8 HEAD has another Content-Length than GET."),
        (method("PROPFIND", lambda asked: asked.say(412, {})),
         "H8 PROPFIND is answered with 412, not 405."),
        (method("PROPFIND", lambda asked: asked.say(302, {"Location": "/sign-in"})),
         "H8 PROPFIND is answered with 302, not 405."),
        (method("PROPFIND", lambda asked: asked.say(405, {})),
         "H8 A 405 does not say what is allowed."),
        (on("Accept", lambda asked: asked.say(406, {})),
         "H9 What a program would rather have changes the answer."),
        (on("Range", lambda asked: asked.say(206, HEADERS, GOOD[5:9])),
         "H9 A part (Range) is answered wrongly."),
        (on("Range", lambda asked: asked.say(416, {})),
         "H9 A part (Range) is answered wrongly."),
    ],
)  # fmt: skip
def test_h8_h9_each_slip_in_other_ways_of_asking_is_found(behave: Behaviour, found: str) -> None:
    assert found_with(behave) == [found]


def test_h9_a_part_that_is_right_is_tolerated() -> None:
    assert found_with(on("Range", lambda asked: asked.say(206, HEADERS, GOOD[:15]))) == []


def zipped(asked: Asked) -> None:
    asked.calendar(gzip.compress(GOOD), Content_Encoding="gzip")


def test_h10_compression_is_found_and_looked_through() -> None:
    every_time = method("GET", zipped)
    compressed = "H10 It is compressed, by the site or a proxy."

    assert found_with(on("Accept-Encoding", zipped)) == [compressed]
    assert compressed in found_with(every_time)
    assert not [one for one in found_with(every_time) if one.startswith("F")]


@pytest.mark.parametrize(
    ("behave", "found"),
    [
        (place("…", in_full), "H11 Another secret opens something as well."),
        (place("…", lambda asked: asked.say(403, {})),
         "H11 An unknown secret is answered with 403, not 404."),
        (place("…", lambda asked: asked.say(404, {}, b"x" * 3000)),
         "H11 The answer to an unknown secret is a whole page."),
        (place("…", lambda asked: asked.say(404 if asked.command == "GET" else 405, {})),
         "H11 For an unknown secret GET says 404 and HEAD 405."),
        (place("/robots.txt", lambda asked: asked.say(503, {})),
         "H13 robots.txt is answered with 503."),
        (place("/robots.txt", lambda asked: asked.say(200, {}, b"User-agent: *\nDisallow: /\n")),
         "H13 robots.txt keeps out Google-Calendar-Importer and *."),
        (place("/robots.txt", lambda asked: asked.say(
            200, {}, b"User-agent: Google-Calendar-Importer\nDisallow: /cal/\n")),
         "H13 robots.txt keeps out Google-Calendar-Importer."),
        (on("Range", lambda asked: asked.say(429, {})),
         "H14 After some questions it says that it is asked too often."),
    ],
)  # fmt: skip
def test_h11_h13_h14_each_slip_around_the_feed_is_found(behave: Behaviour, found: str) -> None:
    assert found in found_with(behave)


@pytest.mark.parametrize("status", [404, 403])
def test_h13_a_site_without_a_robots_file_keeps_nobody_out(status: int) -> None:
    assert found_with(place("/robots.txt", lambda asked: asked.say(status, {}))) == []


def counting(change: Callable[[int], bytes]) -> Behaviour:
    """Give another calendar each time, made of how many questions there were."""

    def behave(asked: Asked) -> bool:
        if asked.path != PATH or asked.command != "GET":
            return False
        asked.calendar(change(len(asked.server.asked)))  # type: ignore[attr-defined]  # of ours
        return True

    return behave


def test_f10_h4_stamps_made_of_the_request_are_found() -> None:
    def stamped(number: int) -> bytes:
        return changed("DTSTAMP:20260210T1200", f"DTSTAMP:20260210T12{number:02}")

    seen = found_with(counting(stamped))

    assert "F10 Two readings a moment apart differ." in seen
    assert "H4 The bytes change, the ETag does not." in seen


def test_h4_a_tag_and_a_date_that_change_on_their_own_are_found() -> None:
    def behave(asked: Asked) -> bool:
        number = len(asked.server.asked)  # type: ignore[attr-defined]  # of ours
        date = f"Tue, 10 Feb 2026 12:00:{number:02} GMT"
        return bool(always(ETag=f'"{number}"', Last_Modified=date)(asked))

    seen = found_with(behave)

    assert "H4 The ETag changes although nothing else does." in seen
    assert "H4 Last-Modified changes although nothing else does." in seen


def test_f19_a_calendar_shorter_than_announced_is_found() -> None:
    behave = always(Content_Length=str(len(GOOD) + 100))

    assert found_with(behave)[0] == "F19 Fewer bytes arrive than were announced."


def test_f19_trouble_at_the_second_reading_is_found() -> None:
    def behave(asked: Asked) -> bool:
        so_far = asked.server.asked.count(("GET", PATH))  # type: ignore[attr-defined]  # of ours
        if asked.command != "GET" or so_far != 2:
            return False
        asked.say(503, {})
        return True

    assert found_with(behave) == ["F19 Asked once more, a moment later, it answers 503."]


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (401, "H1 It asks for a password."),
        (403, "H13 It keeps programs out (403)."),
        (406, "H9 It goes by Accept (406)."),
        (429, "H14 It says that it is asked too often (429)."),
        (204, "H1 The answer is 204 instead of 200."),
    ],
)
def test_what_stands_in_front_of_a_feed_is_the_only_finding(status: int, found: str) -> None:
    assert found_with(place(PATH, lambda asked: asked.say(status, {}))) == [found]


def test_a_page_for_people_instead_of_a_feed_is_found() -> None:
    page = always(b"<title>Sign in</title>", Content_Type="text/html")

    assert found_with(page)[:1] == ["F1 What arrives is no calendar, perhaps a page for people."]


def test_h14_questions_that_nobody_answers_are_found() -> None:
    def behave(asked: Asked) -> bool:
        asked.close_connection = asked.headers["Range"] is not None
        return asked.close_connection

    assert found_with(behave) == ["H14 No answer when asked in these ways: part."]


def test_after_two_silences_nobody_is_asked_further() -> None:
    def behave(asked: Asked) -> bool:
        asked.close_connection = asked.headers["If-None-Match"] is not None
        return asked.close_connection

    with serving(behave) as site:
        report = check(site.url, now=READ_AT)

    assert said(report) == ["H14 No answer when asked in these ways: same tag, weak tag."]
    assert report.remarks[1] == "After 2 questions without an answer no other was asked."
    assert len(site.asked) == 5


def test_h15_nobody_behind_http_is_found() -> None:
    seen = Visit([], Answer(HTTPS, 200, body=GOOD), silences=[Question.UNENCRYPTED])

    assert [f"{one.rule} {one.found}" for one in silence_findings(seen)] == [
        "H15 Nothing answers on http."
    ]


def test_h1_a_redirect_is_followed_and_told_without_the_secret() -> None:
    with serving() as other:

        def behave(asked: Asked) -> bool:
            asked.say(302, {"Location": f"http://localhost:{other.server_address[1]}{asked.path}"})
            return True

        with serving(behave) as site:
            report = check(site.url, now=READ_AT)

    there = f"http://localhost:{other.server_address[1]}"
    assert said(report) == [f"H1 It redirects (302) to another host, {there}."]
    assert report.remarks[1] == "The calendar stood behind a redirect."


def way(*steps: tuple[int, str]) -> list[str]:
    """Return what is found in a way of redirects that leads through these addresses."""
    answers = [Answer(read_address(url), status) for status, url in steps]
    return [one.found for one in redirect_findings(answers[:-1], answers[-1])]


def test_h15_the_step_to_encryption_has_to_be_for_good() -> None:
    http, https = f"http://alcove.example{PATH}", f"https://alcove.example{PATH}"

    assert way((308, http), (200, https)) == []
    assert way((301, http), (200, https)) == []
    assert way((302, http), (200, https)) == ["http leads to https by 302 instead of 308."]
    assert way((301, https), (200, "https://alcove.example/sign-in")) == [
        "It redirects (301) to another place on the same host."
    ]


@pytest.mark.parametrize(
    ("status", "location", "found"),
    [
        (308, "https://alcove.example", []),
        (301, "https://alcove.example", []),
        (302, "https://alcove.example", ["http does not lead to https on the same path by 308."]),
        (308, "https://www.alcove.example",
         ["http does not lead to https on the same path by 308."]),
        (200, "", ["http gives an answer instead of leading to https."]),
        (404, "", ["http does not lead to https on the same path by 308."]),
    ],
)  # fmt: skip
def test_h15_http_has_to_lead_to_https_on_the_same_path(
    status: int, location: str, found: list[str]
) -> None:
    stranger = HTTPS.with_made_up_secret()
    headers = (("Location", f"{location}{stranger.path}"),)
    answer = Answer(stranger.over_http(), status, headers)
    seen = Visit([], Answer(HTTPS, 200, body=GOOD), {Question.UNENCRYPTED: answer})

    assert [one.found for one in asking_findings(seen)] == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"https://alcove.example{PATH}", []),
        (f"webcal://alcove.example{PATH}", []),
        (f"http://alcove.example{PATH}", ["H15 It is fetched without encryption (http)."]),
        (f"https://alcove.example{PATH}?a=1",
         ["H1 The address has a part after a question mark."]),
        (f"https://alcove.example{PATH.removesuffix('.ics')}",
         ["H1 The address does not end in .ics."]),
        ("https://alcove.example/cal/short/calendar.ics",
         ["H1 The address holds no secret of 128 bits."]),
        ("https://alcove.example/cal/0123456789abcdef0123456789abcde/calendar.ics",
         ["H1 The address holds no secret of 128 bits."]),
        (f"https://alcove.example{PATH.removesuffix('/calendar.ics')}.ics",
         ["H1 The secret is the last part of the address."]),
    ],
)  # fmt: skip
def test_h1_h15_each_slip_in_the_address_is_found(url: str, found: list[str]) -> None:
    asked = read_address(url)

    assert [f"{one.rule} {one.found}" for one in address_findings(asked)] == found
