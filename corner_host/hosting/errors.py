"""What goes wrong with a host itself. What goes wrong in its services is raised as it is.

CornerHostError
    HostStateError              (RuntimeError)  a call that does not fit the state of the host
    HostedServiceNotFoundError  (LookupError)   there is no hosted service of that name
    StartupTimeoutError         (TimeoutError)  the start took longer than ``startup_timeout``
    ShutdownTimeoutError        (TimeoutError)  the stop took longer than ``shutdown_timeout``
"""

from collections.abc import Iterator
from typing import Final, cast, final

import corner_host.hosting as door
from corner_host.primitives import CornerHostError


class HostStateError(CornerHostError, RuntimeError):
    """A call does not fit the state of the host or its builder: a second start, a second build."""


@final
class HostedServiceNotFoundError(CornerHostError, LookupError):
    """There is no hosted service of that name, or more than one that it could be the last part of.

    Attributes:
        name: What was asked for.
        names: What there is.
    """

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        there = "".join(f"\n  {each}" for each in names) or "\n  none"
        super().__init__(f"There is no one hosted service called {name!r}. There are:{there}")
        self.name = name
        self.names = names


_MOST_NAMES: Final = 5


class _HostTimeoutError(CornerHostError, TimeoutError):
    verb = ""
    option = ""

    def __init__(self, timeout: float | None, services: "tuple[door.WaitingService, ...]") -> None:
        limit = "when it was cut short" if timeout is None else f"within {timeout:g} s"
        lines = [f"The host did not {self.verb} {limit}; what still ran was cancelled."]
        had_time = [service for service in services if service.file or service.waited]
        lines += [f"  {service}" for service in had_time]
        guilty = {service.name for service in had_time}
        if late := [service.name for service in services if service.name not in guilty]:
            rest = f" and {len(late) - _MOST_NAMES} more" if len(late) > _MOST_NAMES else ""
            lines.append(f"  no time was left for {', '.join(late[:_MOST_NAMES])}{rest}")
        lines.append(f"To fix: make these services end sooner, or raise HostOptions.{self.option}.")
        super().__init__("\n".join(lines))
        self.timeout = timeout
        self.services = services


@final
class StartupTimeoutError(_HostTimeoutError):
    """The start took longer than `HostOptions.startup_timeout`.

    Attributes:
        timeout: The budget, in seconds.
        services: Who was still starting, and where (`WaitingService`).
    """

    verb = "start"
    option = "startup_timeout"


@final
class ShutdownTimeoutError(_HostTimeoutError):
    """The stop took longer than `HostOptions.shutdown_timeout`, or was cut short by the one who asked for it.

    Attributes:
        timeout: The budget, in seconds; None when the stop was cut short.
        services: Who had to be cancelled, and where (`WaitingService`).
    """

    verb = "stop"
    option = "shutdown_timeout"


def gather(message: str, errors: list[BaseException]) -> BaseException | None:
    """Return what to raise for *errors*: nothing, the only one as it is, or a group of all.

    A request to leave the process is never wrapped: it would not be heeded inside a group.
    """
    for error in errors:
        if (leaving := exit_request(error)) is not None:
            return leaving
    if len(errors) <= 1:
        return errors[0] if errors else None
    return BaseExceptionGroup(message, errors)


def exit_request(error: BaseException) -> SystemExit | KeyboardInterrupt | None:
    """Return the request to leave the process that *error* is, or has in it as task groups make them; None for others."""
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return error
    if isinstance(error, BaseExceptionGroup):
        members = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return next((found for each in members if (found := exit_request(each)) is not None), None)
    return None


_TOLD: Final = "_corner_host_has_told_it"


def note_told(error: BaseException) -> None:
    """Note that a person has read of *error* in the log, at the terminal: who ends the program need not tell it again."""
    vars(error)[_TOLD] = True  # also of one that is frozen


def is_told(error: BaseException) -> bool:
    """Tell whether a person has read of *error*."""
    return _TOLD in vars(error)


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield *error*, or what the group that it is has in it."""
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from leaves(each)
    else:
        yield error
