"""Why a question or an action of an operator is turned down."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

from corner_host.primitives import CornerHostError, without_passwords


class OperationsError(CornerHostError):
    """Root of this area's errors; what they quote is told without the passwords in it."""

    def __init__(self, message: str) -> None:
        super().__init__(without_passwords(message))


class NotFoundError(OperationsError, LookupError):
    """There is nothing of this name: *kind* says of what, *name* what was asked for."""

    def __init__(self, kind: str, name: str, known: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.name = name
        self.known = known
        there = f" There is: {', '.join(known[:20])}." if known else ""
        super().__init__(f"There is no {kind} {name!r}.{there}")


class InvalidRequestError(OperationsError, ValueError):
    """A value is out of range or makes no sense; *field* names it."""

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


class ActionRefusedError(OperationsError, PermissionError):
    """The action is possible, and not allowed."""


class UnavailableError(OperationsError, RuntimeError):
    """What it takes is not part of this host, or cannot do that."""


@contextmanager
def store_told() -> Generator[None]:
    """Tell whoever asked what the store of jobs raises, which is away or refuses: it is none of the host's mistakes.

    Raises:
        UnavailableError: In the store's own words.
    """
    try:
        yield
    except Exception as error:
        errors = sys.modules.get("corner_host.jobs.errors")  # not loaded: there is no store
        if errors is None or not isinstance(error, (errors.JobEngineError, errors.NotSupportedByEngineError)):
            raise
        raise UnavailableError(str(error)) from error


def first_line(error: BaseException) -> str:
    """Return the kind of *error* and the first line of what it says, without the passwords in it."""
    return without_passwords(f"{type(error).__name__}: {error}".partition("\n")[0])
