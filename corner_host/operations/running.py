"""Work items of the queue in memory that run now."""

from .contracts import RunningItem
from .workplace import Workplace


def memory_items(workplace: Workplace) -> list[RunningItem]:
    """Return what runs, each with the line where it waits."""
    _ = workplace
    return []
