"""Long tests that break things on purpose: real processes, mail servers and databases.

Everything in this folder is marked ``faults``, so that ``make test`` leaves it out and
``make faults`` runs it.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)
