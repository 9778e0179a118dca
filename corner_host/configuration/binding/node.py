"""A place in the configuration, as the binder sees it."""

from typing import final


@final
class Node:
    """A place in the configuration: the key as written, and its folded paths.

    There are several when keys of different providers fill one field, as ``MaxItems`` and ``MAX_ITEMS`` do.
    """

    __slots__ = ("key", "paths")

    def __init__(self, key: str | None, paths: tuple[str | None, ...]) -> None:
        self.key = key
        self.paths = paths
