"""Values that every record carries while some work is done.

A scope follows the asynchronous flow: it is seen by what is awaited and by tasks started inside it, not by siblings.
One context variable holds an immutable chain; entering puts a link on it, leaving goes back to the link before. Leaving
in another order, or in another task, as fixtures and exit stacks do, is allowed for that reason.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

from .records import shown

Values: TypeAlias = Mapping[str, Any]
Source: TypeAlias = Callable[[], Values]

_current: ContextVar[tuple[Values | Source, ...]] = ContextVar("corner_host_log_scopes", default=())


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
    with _link(_shown(values)):
        yield


@contextmanager
def live_log_scope(source: Source) -> Generator[None]:
    """Do as `log_scope`, with values that *source* is asked for anew for each record: nothing is done for those never logged.

    For who does one thing after another, as a worker of a queue. *source* must not raise; nothing is added if it returns
    nothing.

    Example:
        >>> items = [1041]
        >>> with live_log_scope(lambda: {"order": items[-1]}):
        ...     items.append(1042)
        ...     current_scopes()
        ({'order': 1042},)
    """
    with _link(source):
        yield


@contextmanager
def _link(link: Values | Source) -> Generator[None]:
    parent = _current.get()
    entered = _current.set((*parent, link))
    try:
        yield
    finally:
        try:
            _current.reset(entered)  # the context is as it was, as if no scope had been
        except ValueError:  # left in another task than it was entered in
            _current.set(parent)


def current_scopes() -> tuple[Values, ...]:
    """Return the values of the open scopes, the outermost first."""
    links = _current.get()
    if not links:
        return ()
    return tuple(values for link in links if (values := _shown(link()) if callable(link) else link))


def _shown(values: Values) -> dict[str, Any]:
    return {name: shown(name, value) for name, value in values.items()}
