"""Which pages there are for somebody: everything that links lead to, one of each kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.browser.watching import Visitor

LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
CLASSES = re.compile(r'class="([^"]+)"')
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{16,}|\d{4}-\d\d-\d\d")
#: Being somebody else, what is no page, and letters, which bring styles of their own.
NOT_A_PAGE = re.compile(r"^/(demo/enter|cal)/|\.eml$|/html$|^/i/")
#: Pages that are the same for everybody: they are looked at once, by somebody who is not signed in.
FOR_EVERYBODY = re.compile(r"^/($|demo|help|safety|privacy|accessibility|confidentiality|sign-in)")
#: Of pages with the same address but for identifiers, this many are read to find their kinds.
OF_A_SHAPE = 14


@dataclass(frozen=True)
class Kind:
    """Pages of one address, identifiers apart, that are made of the same parts."""

    shape: str
    parts: frozenset[str]


def pages_on_offer(visitor: Visitor, start: str, *, signed_in: bool) -> list[str]:
    """Return the path of one page of each kind that links lead to from this page; those that are
    the same for everybody only to somebody who is not signed in.
    """
    origin = visitor.watch.base_url
    ahead, met = [start], {start}
    read: dict[str, int] = {}
    kinds: dict[Kind, str] = {}
    while ahead:
        path = ahead.pop(0)
        shape = IDENTIFIER.sub("*", path.split("?")[0])
        read[shape] = read.get(shape, 0) + 1
        if read[shape] > OF_A_SHAPE:
            continue
        answer = visitor.context.request.get(path)
        assert answer.ok, f"{path} answers {answer.status}"
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        html = answer.text()
        # The first path leads to another: signing in, then home.
        path = answer.url.removeprefix(origin)
        met.add(path)
        kind = Kind(IDENTIFIER.sub("*", path.split("?")[0]), frozenset(CLASSES.findall(html)))
        kinds.setdefault(kind, path)
        fresh = [link for link in map(_plain, LINK.findall(html)) if link not in met]
        fresh = [link for link in dict.fromkeys(fresh) if _is_wanted(link, signed_in=signed_in)]
        met.update(fresh)
        ahead += fresh
    return list(kinds.values())


def one_of_each_kind(visitor: Visitor, paths: Iterable[str]) -> list[str]:
    """Return one path of each kind among these, such as links in letters; whatever they answer."""
    kinds: dict[Kind, str] = {}
    for path in dict.fromkeys(paths):
        parts = frozenset(CLASSES.findall(visitor.context.request.get(path).text()))
        kinds.setdefault(Kind(path.split("/")[1], parts), path)
    return list(kinds.values())


def _is_wanted(link: str, *, signed_in: bool) -> bool:
    return not NOT_A_PAGE.search(link) and not (signed_in and FOR_EVERYBODY.match(link))


def _plain(link: str) -> str:
    return link.replace("&amp;", "&")
