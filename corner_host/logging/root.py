"""Python's root logger, shared by the sessions of this process. Only this file changes it.

The root's level is lowered to what the sessions want to see and never raised; with the last session it goes back to
what it was, unless somebody else has set it meanwhile. Handlers of others stay where they are. One session owns the
console: the youngest.
"""

import logging
import threading
import warnings
from typing import Protocol


class Tenant(Protocol):
    """A session, as the root logger knows it."""

    @property
    def handler(self) -> logging.Handler:
        """What is attached."""
        ...

    @property
    def floor(self) -> int:
        """The lowest level that it wants to see."""
        ...

    @property
    def wants_warnings(self) -> bool:
        """Whether Python's warnings shall be logged."""
        ...

    def use_console(self, owned: bool, /) -> None:  # noqa: FBT001 - a protocol's only argument
        """Take notice whether the console is its own."""
        ...


_lock = threading.RLock()
_tenants: list[Tenant] = []
_level_before = logging.NOTSET
_level_set: int | None = None
_captures_warnings = False


def attach(tenant: Tenant) -> None:
    """Attach the session's handler and give it the console."""
    global _level_before  # noqa: PLW0603 - the root logger is one for the process, and so is what is known about it
    root = logging.getLogger()
    with _lock:
        if not _tenants:
            _level_before = root.level
        _tenants.append(tenant)
        _share_console()
        root.addHandler(tenant.handler)
        refresh()


def detach(tenant: Tenant) -> None:
    """Take the session's handler away; with the last one the level goes back to what it was."""
    global _level_set  # noqa: PLW0603 - as above
    root = logging.getLogger()
    with _lock:
        if tenant not in _tenants:
            return
        _tenants.remove(tenant)
        root.removeHandler(tenant.handler)
        if not _tenants and root.level == _level_set:
            root.setLevel(_level_before)
            _level_set = None
        refresh()
        _share_console()


def refresh() -> None:
    """Lower the root's level as far as the sessions want, and capture warnings as long as one of them wants."""
    global _level_set, _captures_warnings  # noqa: PLW0603 - as above
    root = logging.getLogger()
    with _lock:
        if _tenants:
            before = _level_before if root.level == _level_set else root.level
            _level_set = min(before, *(tenant.floor for tenant in _tenants))
            root.setLevel(_level_set)
        wanted = any(tenant.wants_warnings for tenant in _tenants)
        if wanted and not _captures_warnings and warnings.showwarning.__module__ != "logging":
            _captures_warnings = True
            logging.captureWarnings(capture=True)
        elif _captures_warnings and not wanted:
            _captures_warnings = False
            logging.captureWarnings(capture=False)


def _share_console() -> None:
    for tenant in _tenants:
        tenant.use_console(tenant is _tenants[-1])
