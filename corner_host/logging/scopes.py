"""Values that every record carries while some work is done.

A scope follows the asynchronous flow: it is seen by what is awaited and by tasks started inside it, not by siblings.
One context variable holds an immutable chain; entering puts a link on it, leaving goes back to the link before. Leaving
in another order, or in another task, as fixtures and exit stacks do, is allowed for that reason.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .records import shown

_current: ContextVar[tuple[Mapping[str, Any], ...]] = ContextVar("corner_host_log_scopes", default=())


@contextmanager
def log_scope(**values: Any) -> Generator[None]:
    """Give every record logged inside these values, on this task and on those started inside.

    In json lines they become members, in the one-line formats they stand behind the message. Values under names that
    promise a secret are masked.

    Example:
        >>> with log_scope(order=1042):
        ...     with log_scope(attempt=2, api_key="s3cret"):
        ...         current_scopes()
        ({'order': 1042}, {'attempt': 2, 'api_key': '••••••••'})
        >>> current_scopes()
        ()
    """
    parent = _current.get()
    entered = _current.set((*parent, {name: shown(name, value) for name, value in values.items()}))
    try:
        yield
    finally:
        try:
            _current.reset(entered)  # the context is as it was, as if no scope had been
        except ValueError:  # left in another task than it was entered in
            _current.set(parent)


def current_scopes() -> tuple[Mapping[str, Any], ...]:
    """Return the values of the open scopes, the outermost first."""
    return _current.get()
