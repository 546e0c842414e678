"""The bytes of a feed: lines, folding and letters (RFC 5545 section 3.1), and what they say.

Pure. Calendar programs differ in what they forgive, so nothing is forgiven here; what can be read
in spite of a finding is handed on, so that one slip does not hide the others.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from scheduling.feed_check.finding import Finding, places

MOST_OCTETS: Final = 75
_BOM: Final = b"\xef\xbb\xbf"
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_PARAMETER: Final = re.compile(r';([\w-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_CONTENT_LINE: Final = re.compile(
    rf"(?P<name>[\w-]+)(?P<parameters>(?:{_PARAMETER.pattern})*):(?P<value>.*)", re.DOTALL
)
_MOST_DEPTH: Final = 10


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One content line, unfolded: the line of the file it begins on, and its parts."""

    number: int
    name: str
    parameters: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """What stands between BEGIN and END: its own lines, and the blocks inside."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        """Return the lines of this name."""
        return [line for line in self.lines if line.name == name]

    def one(self, name: str) -> Line | None:
        """Return the first line of this name."""
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str:
        """Return the value of the first line of this name, or nothing."""
        line = self.one(name)
        return line.value if line else ""

    def inside(self, name: str) -> list["Block"]:
        """Return the blocks of this name directly inside."""
        return [block for block in self.blocks if block.name == name]


def line_findings(body: bytes) -> Iterator[Finding]:
    """Say what is wrong with the shape of the lines (rule F2)."""
    if body.startswith(_BOM):
        effect = "Some programs then don’t find the calendar’s beginning."
        yield Finding("F2", "It begins with a byte order mark.", effect)
    yield from _end_findings(body)
    lines = [line.removesuffix(b"\r") for line in body.removesuffix(b"\n").split(b"\n")]
    yield from _found(
        lines,
        lambda line: len(line) > MOST_OCTETS,
        f"Longer than {MOST_OCTETS} octets",
        "One line folded wrongly makes Google ignore the whole calendar.",
    )
    yield from _found(
        lines, lambda line: not line, "Blank", "Strict programs stop reading at a blank line."
    )
    yield from _found(
        lines,
        lambda line: bool(_CONTROL.search(line)),
        "Control characters",
        "Many programs refuse the whole calendar.",
    )
    yield from _letter_findings(body, lines)


def _end_findings(body: bytes) -> Iterator[Finding]:
    good, alone = body.count(b"\r\n"), len(re.findall(rb"(?<!\r)\n", body))
    if alone and not good:
        effect = "Outlook and Google may ignore the whole calendar."
        yield Finding("F2", "Lines end in LF only.", effect)
    elif alone:
        number = body[: re.search(rb"(?<!\r)\n", body).start()].count(b"\n") + 1  # type: ignore[union-attr]  # it was counted
        where = f"line {number} and {alone - 1} more" if alone > 1 else f"line {number}"
        effect = "Outlook and Google may ignore the whole calendar."
        yield Finding("F2", f"Ends in LF only: {where}.", effect)
    if not body.endswith(b"\n"):
        effect = "Some programs leave out what stands on it."
        yield Finding("F2", "The last line has no end.", effect)


def _letter_findings(body: bytes, lines: Sequence[bytes]) -> Iterator[Finding]:
    try:
        re.sub(rb"\r?\n[ \t]", b"", body).decode()
    except UnicodeDecodeError:
        effect = "Accented letters arrive wrong, or the calendar is refused."
        yield from _found(lines, lambda line: not _is_text(line), "Not UTF-8", effect)
        return
    yield from _found(
        lines,
        lambda line: not _is_text(line),
        "A character cut in two by folding",
        "Programs that read line by line show it wrong, or refuse the calendar.",
    )


def _found(
    lines: Sequence[bytes], is_wrong: Callable[[bytes], bool], what: str, effect: str
) -> Iterator[Finding]:
    numbers = [number for number, line in enumerate(lines, start=1) if is_wrong(line)]
    if numbers:
        yield Finding("F2", f"{what}: {places(numbers)}.", effect)


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_blocks(body: bytes) -> tuple[list[Block], list[Finding]]:
    """Return the outermost blocks of a feed, and what kept parts of it from being read (F1)."""
    lines, unreadable = _content_lines(body)
    outside = Block("", 0)
    open_blocks = [outside]
    strays: list[int] = []
    for line in lines:
        name = line.value.strip().upper()
        if line.name == "BEGIN" and len(open_blocks) < _MOST_DEPTH:
            block = Block(name, line.number)
            open_blocks[-1].blocks.append(block)
            open_blocks.append(block)
        elif line.name == "END" and open_blocks[-1].name == name:
            open_blocks.pop()
        elif line.name in ("BEGIN", "END") or len(open_blocks) == 1:
            strays.append(line.number)
        else:
            open_blocks[-1].lines.append(line)
    return outside.blocks, list(_structure_findings(unreadable, strays, open_blocks))


def _structure_findings(
    unreadable: list[int], strays: list[int], open_blocks: list[Block]
) -> Iterator[Finding]:
    effect = "Strict programs refuse the whole calendar."
    if unreadable:
        yield Finding("F1", f"No name and value: {places(unreadable)}.", effect)
    if strays:
        yield Finding("F1", f"Stands outside of what it belongs to: {places(strays)}.", effect)
    if len(open_blocks) > 1:
        left = open_blocks[-1]
        effect = "Programs drop what is missing, or refuse the calendar."
        found = f"It breaks off: what begins on line {left.number} has no end."
        yield Finding("F19", found, effect)


def _content_lines(body: bytes) -> tuple[list[Line], list[int]]:
    lines: list[Line] = []
    unreadable: list[int] = []
    for number, text in _unfolded(body):
        found = _CONTENT_LINE.fullmatch(text)
        if found is None:
            unreadable.append(number)
            continue
        pairs = _PARAMETER.findall(found["parameters"])
        parameters = {name.upper(): value.strip('"') for name, value in pairs}
        lines.append(Line(number, found["name"].upper(), parameters, found["value"]))
    return lines, unreadable


def _unfolded(body: bytes) -> Iterator[tuple[int, str]]:
    """Yield every content line with the number of the line it begins on, leaving out blanks."""
    number, pieces = 0, list[bytes]()
    for at, raw in enumerate(body.removeprefix(_BOM).split(b"\n"), start=1):
        line = raw.removesuffix(b"\r")
        if line[:1] in (b" ", b"\t") and pieces:
            pieces.append(line[1:])
            continue
        if pieces:
            yield number, b"".join(pieces).decode(errors="ignore")
        number, pieces = at, [line] if line.strip() else []
    if pieces:
        yield number, b"".join(pieces).decode(errors="ignore")
