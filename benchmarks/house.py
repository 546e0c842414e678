"""``python -m benchmarks.house``: how much code there is, and in how many pieces it lies.

Everything is read from the files of a working copy; ``--compare`` puts another one beside it:

    git worktree add --detach ../before 372bfcd
    python -m benchmarks.house --compare ../before
"""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
#: The product: no migrations, no benchmarks, no tests.
PRODUCT = ("app.py", "wsgi.py", "core", "groups", "scheduling")
SMALL = 40
#: A module is a home of offering a place if it names an offer this often, in a hundred lines.
OFTEN = 15
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: Path
    text: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())

    @property
    def statements(self) -> int:
        """How many statements it has, docstrings not among them."""
        nodes = list(ast.walk(ast.parse(self.text)))
        documented = [node for node in nodes if isinstance(node, DOCUMENTED)]
        docstrings = sum(ast.get_docstring(node) is not None for node in documented)
        return sum(isinstance(node, ast.stmt) for node in nodes) - docstrings

    @property
    def is_small(self) -> bool:
        """Whether it is short, and neither the beginning of a package nor a single model."""
        is_model = self.path.parent.name == "models"
        return self.lines <= SMALL and self.path.name != "__init__.py" and not is_model

    @property
    def is_about_offers(self) -> bool:
        """Whether much of it is about offers of a place; the demo only tells of them."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        named = sum(one.type == tokenize.NAME and "offer" in one.string.lower() for one in tokens)
        return "demo" not in self.path.parts and 100 * named >= OFTEN * self.lines


def modules(tree: Path) -> Iterator[Module]:
    """Return every module of the product in a working copy, with paths from its root."""
    for name in PRODUCT:
        is_file = name.endswith(".py")
        found = sorted(tree.glob(name) if is_file else (tree / name).rglob("*.py"))
        for path in found:
            yield Module(path.relative_to(tree), path.read_text())


@dataclass(frozen=True)
class House:
    """What is counted of one working copy."""

    statements: int
    lines: int
    modules: int
    small: list[str]
    homes: list[str]
    folders: Counter[str]

    @classmethod
    def of(cls, tree: Path) -> "House":
        """Count it."""
        found = list(modules(tree))
        folders: Counter[str] = Counter()
        for one in found:
            folders["/".join(one.path.parts[:-1][:2]) or str(one.path)] += one.lines
        return cls(
            sum(one.statements for one in found),
            sum(one.lines for one in found),
            len(found),
            [str(one.path) for one in found if one.is_small],
            [str(one.path) for one in found if one.is_about_offers],
            folders,
        )


def report(houses: Sequence[House]) -> Iterator[str]:
    """Say what was counted, line by line, as tables in Markdown; the one compared with is last."""
    names = ["here", "there"][: len(houses)]
    yield "| | goal | " + " | ".join(names) + " |"
    yield "| --- " * (2 + len(houses)) + "|"
    for words, goal, values in (
        ("Statements of the product", "0.85 ×", [one.statements for one in houses]),
        ("Lines of the product", "", [one.lines for one in houses]),
        ("Modules", "", [one.modules for one in houses]),
        (f"Modules of {SMALL} lines or fewer", "8", [len(one.small) for one in houses]),
        ("Homes of “offer a place”", "7", [len(one.homes) for one in houses]),
    ):
        yield f"| {words} | {goal} | " + " | ".join(f"{one:,}" for one in values) + " |"
    if len(houses) == 2:
        ratio = houses[0].statements / houses[1].statements
        yield f"| The statements here against those there | 0.85 × | {ratio:.3f} × | |"
    yield from _folders(houses, names)
    for words, found in (("Small modules", houses[0].small), ("Homes", houses[0].homes)):
        yield f"\n{words} here: {', '.join(found)}."


def _folders(houses: Sequence[House], names: Sequence[str]) -> Iterator[str]:
    yield "\n| Lines in | " + " | ".join(names) + " |"
    yield "| --- " * (1 + len(houses)) + "|"
    for folder in sorted({name for one in houses for name in one.folders}):
        yield f"| {folder} | " + " | ".join(f"{one.folders[folder]:,}" for one in houses) + " |"


@click.command()
@click.option(
    "--compare",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another working copy, put beside this one.",
)
@click.option("--tree", default=ROOT, type=click.Path(exists=True, path_type=Path))
def main(compare: Path | None, tree: Path) -> None:
    """Count statements, lines, small modules, and the homes of one feature."""
    for line in report([House.of(path) for path in (tree, compare) if path is not None]):
        click.echo(line)


if __name__ == "__main__":
    main()
