"""What is installed is what was locked: every library, those that libraries need among them, each
with the hashes of its files.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = [("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(name: str) -> dict[str, tuple[Requirement, int]]:
    """Return what a lock holds: each library by name, and how many hashes it has."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: dict[str, tuple[Requirement, int]] = {}
    for line in lines:
        requirement = Requirement(HASH.sub("", line).strip())
        found[canonicalize_name(requirement.name)] = (requirement, len(HASH.findall(line)))
    return found


def chosen(name: str) -> list[Requirement]:
    """Return what a person wrote down to be locked."""
    lines = (ROOT / name).read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def applies(requirement: Requirement) -> bool:
    """Return whether a library is for this machine and this Python."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


@pytest.mark.parametrize(("written", "lock"), LOCKS)
def test_what_was_chosen_is_locked_at_the_very_version(written: str, lock: str) -> None:
    held = locked(lock)

    for requirement in chosen(written):
        [pin] = requirement.specifier
        assert pin.operator == "=="
        assert str(held[canonicalize_name(requirement.name)][0].specifier) == str(pin)


@pytest.mark.parametrize("lock", [lock for _, lock in LOCKS])
def test_everything_locked_has_one_version_and_hashes(lock: str) -> None:
    for requirement, hashes in locked(lock).values():
        assert str(requirement.specifier).startswith("=="), requirement
        # A file of source at least, and mostly one for each machine and Python beside it.
        assert hashes >= 1, requirement


@pytest.mark.parametrize("lock", [lock for _, lock in LOCKS])
def test_whatever_a_locked_library_needs_is_locked_too(lock: str) -> None:
    held = locked(lock)
    missing = {
        f"{name} needs {needed.name}"
        for name, (requirement, _) in held.items()
        if applies(requirement)
        for needed in map(Requirement, distribution(name).requires or [])
        if applies(needed) and canonicalize_name(needed.name) not in held
    }

    assert missing == set()


@pytest.mark.parametrize("lock", [lock for _, lock in LOCKS])
def test_what_is_installed_is_what_was_locked(lock: str) -> None:
    different = {}
    for name, (requirement, _) in locked(lock).items():
        try:
            version = distribution(name).version
        except PackageNotFoundError:
            version = "none"
        if applies(requirement) and not requirement.specifier.contains(version, prereleases=True):
            different[name] = (version, str(requirement.specifier))

    assert different == {}


def test_both_locks_agree_and_one_is_in_the_other() -> None:
    running, building = locked("requirements.txt"), locked("requirements-dev.txt")

    assert running.keys() <= building.keys()
    assert [name for name in running if running[name] != building[name]] == []


@pytest.mark.parametrize("name", [name for pair in LOCKS for name in pair])
def test_no_file_says_where_libraries_are_fetched_from(name: str) -> None:
    assert not re.findall(r"://|index|find-links|trusted", (ROOT / name).read_text())


def test_everything_is_installed_by_its_hashes() -> None:
    installs = [
        line for line in (ROOT / "Makefile").read_text().splitlines() if " install " in line
    ]

    assert len(installs) == 2
    assert all("--require-hashes -r requirements" in line for line in installs)
