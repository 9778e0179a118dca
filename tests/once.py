"""Marking a whole folder of tests as what one Python shows for all."""

from collections.abc import Sequence
from pathlib import Path

import pytest


def mark_once(items: Sequence[pytest.Item], folder: Path) -> None:
    """Mark those of *items* that are below *folder*; call it from ``pytest_collection_modifyitems``, tried first."""
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.once)
