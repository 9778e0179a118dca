"""What became of a configuration that follows its sources."""

from typing import NamedTuple, final


@final
class Reloads(NamedTuple):
    """How often a configuration was loaded again.

    Attributes:
        completed: All went well.
        failed: A source could not be loaded; its last good values stayed in use.
    """

    completed: int
    failed: int
