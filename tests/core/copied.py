"""What people paste: lists as Outlook, Gmail, Apple Mail, Excel and Word copy them.

Made without a look at how they are read, so that both can be compared.
"""

import random
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

FIRST = ("Amina", "Ben", "Cho", "Siân", "Zoë", "Mary Jane", "Ngọc", "D.", "Olu", "Jean-Luc", "Bo")
LAST = ("Khan", "Okafor", "Li", "O’Neil", "O'Brien", "van der Berg", "Smith-Jones", "García", "Ex")
HOSTS = ("example.org", "chambers.example", "mail.people.example", "firm-llp.example")


@dataclass(frozen=True)
class Copied:
    """Somebody on a list."""

    first: str
    last: str
    address: str

    @property
    def plain(self) -> str:
        """The name as it is said."""
        return f"{self.first} {self.last}"

    @property
    def last_first(self) -> str:
        """The name as directories sort it."""
        return f"{self.last}, {self.first}"


Writer = Callable[[random.Random, Sequence[Copied]], str]


def people(dice: random.Random, count: int) -> list[Copied]:
    """Make up people with an address of their own each; some addresses hint at a name."""
    found = []
    for number in range(count):
        first, last = dice.choice(FIRST), f"{dice.choice(LAST)}{chr(97 + number)}"
        hint = f"{last.lower().split()[-1]}".encode("ascii", "ignore").decode().replace("'", "")
        local = dice.choice([f"u{number}", f"{hint}.{number}", f"{hint}{number}", f"p-{number}"])
        found.append(Copied(first, last, f"{local}@{dice.choice(HOSTS)}"))
    return found


def outlook_new(_dice: random.Random, those: Sequence[Copied]) -> str:
    """Outlook on the web, and the new one."""
    return "; ".join(f"{one.plain} <{one.address}>" for one in those)


def outlook_classic(dice: random.Random, those: Sequence[Copied]) -> str:
    """Outlook as it was, with a directory behind it."""
    ways = ("{0.last_first} <{0.address}>", "'{0.address}'", "{0.plain} <{0.address}>")
    return "; ".join(dice.choice(ways).format(one) for one in those) + dice.choice(["", ";"])


def outlook_printed(dice: random.Random, those: Sequence[Copied]) -> str:
    """The head of a message as Outlook prints it."""
    mark = dice.choice(["To: ", "Cc: ", "An: ", "À : ", "From: ", "Von: "])
    return mark + "; ".join(f"{one.plain} [mailto:{one.address}]" for one in those)


def outlook_wrapped(dice: random.Random, those: Sequence[Copied]) -> str:
    """The same, its line broken by a program on the way."""
    text = dice.choice([outlook_new, outlook_classic])(dice, those)
    mark = dice.choice(["", "To: "])
    indent = dice.choice(["", " ", "\t"])
    return textwrap.fill(
        mark + text,
        dice.randint(24, 76),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def outlook_plain_text(_dice: random.Random, those: Sequence[Copied]) -> str:
    """A message in HTML, copied as text."""
    return "; ".join(f"{one.address}<mailto:{one.address}>" for one in those)


def gmail(dice: random.Random, those: Sequence[Copied]) -> str:
    """Gmail's line of recipients."""
    ways = ('"{0.plain}" <{0.address}>', '"{0.last_first}" <{0.address}>', "{0.address}")
    return ", ".join(dice.choice(ways).format(one) for one in those) + dice.choice(["", ","])


def gmail_wrapped(dice: random.Random, those: Sequence[Copied]) -> str:
    """The same as it stands in the source of a message."""
    return textwrap.fill(
        "To: " + gmail(dice, those),
        dice.randint(30, 76),
        subsequent_indent=" ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def apple(dice: random.Random, those: Sequence[Copied]) -> str:
    """Apple Mail: with commas, or each on a line."""
    return dice.choice([", ", "\n", ",\n"]).join(f"{one.plain} <{one.address}>" for one in those)


def excel(dice: random.Random, those: Sequence[Copied]) -> str:
    """Two columns in either order, perhaps under a heading, perhaps with broken cells."""
    turned = dice.random() < 0.5
    heading = dice.random() < 0.5
    rows = [["Name", "E-mail"]] if heading else []
    for one in those:
        name = dice.choice([one.plain, one.last_first, f'"{one.first}\n{one.last}"'])
        rows.append([name, one.address])
    ends = "\r\n"
    return ends.join("\t".join(row[::-1] if turned else row) for row in rows) + ends


def excel_three(dice: random.Random, those: Sequence[Copied]) -> str:
    """Surname and first name in columns of their own."""
    rows = ["\t".join(("Surname", "First name", "Email"))]
    rows += ["\t".join((one.last, one.first, one.address)) for one in those]
    return dice.choice(["\n", "\r\n"]).join(rows)


def exported(dice: random.Random, those: Sequence[Copied]) -> str:
    """A file with commas or semicolons."""
    sign = dice.choice([",", ";"])
    rows = [f"Name{sign}E-mail address"] if dice.random() < 0.5 else []
    rows += [f'"{one.last_first}"{sign}{one.address}' for one in those]
    return dice.choice(["\n", "\r\n"]).join(rows)


def word(dice: random.Random, those: Sequence[Copied]) -> str:
    """A list in a text: bullets, curly quotes, spaces that do not break, links."""
    bullet = dice.choice(["", "•\t", "· ", "- ", "– ", "o\t", "\uf0b7\t", "1. "])
    ways = (
        "{0.plain} <{0.address}>",
        "“{0.plain}” <{0.address}>",
        "“{0.last_first}” <{0.address}>",
        "{0.plain} <mailto:{0.address}>",
        "{0.plain} ({0.address})",
        "{0.address}",
    )
    lines = [bullet + dice.choice(ways).format(one) for one in those]
    space = dice.choice([" ", "\u00a0"])
    return dice.choice(["\n", "\v", "\n\n"]).join(lines).replace(" ", space)


def typed(dice: random.Random, those: Sequence[Copied]) -> str:
    """Addresses and nothing else."""
    sign = dice.choice([", ", "; ", "\n", ",", ";", "\u200b\n"])
    return sign.join(dice.choice([one.address, one.address.upper()]) for one in those)


WHOLE: dict[str, Writer] = {
    one.__name__: one
    for one in (
        *(outlook_new, outlook_classic, outlook_printed, outlook_plain_text, gmail, apple),
        *(excel, excel_three, exported, word, typed),
    )
}
WRAPPED: dict[str, Writer] = {one.__name__: one for one in (outlook_wrapped, gmail_wrapped)}


def mixture(dice: random.Random) -> tuple[list[Copied], str]:
    """Return people, and one text in which several programs have copied some of them each."""
    those = people(dice, dice.randint(1, 16))
    rest, parts = list(those), []
    while rest:
        some, rest = rest[: (cut := dice.randint(1, 5))], rest[cut:]
        writer = dice.choice([*WHOLE.values(), *WRAPPED.values()])
        parts.append(writer(dice, some))
    return those, dice.choice(["\n", "\r\n", "\n\n"]).join(parts)
