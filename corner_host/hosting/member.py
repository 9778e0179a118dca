"""A hosted service as its host knows it: its name, its hooks, how far it has come."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, final
from weakref import WeakKeyDictionary

from .background_service import BackgroundService
from .contracts import BackgroundServiceState, HostedLifecycleService
from .execution import Execution
from .stage import Call
from .supervisor import service_name
from .waiting_at import Place, waiting_at

_HOOKS: Final = ("starting", "started", "stopping", "stopped")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HostedServiceStatus:
    """What can be seen of a hosted service from outside.

    Args:
        name: Class or function.
        state: Where it is; None for a service that is not a `BackgroundService`.
        restarts: How often it was run again.
        last_error: What it raised the last time it failed.
    """

    name: str
    state: BackgroundServiceState | None
    restarts: int = 0
    last_error: BaseException | None = None


@final
class Member:
    """A hosted service of one host."""

    __slots__ = ("_hooks", "name", "service")

    def __init__(self, service: Any) -> None:
        self.service = service
        self.name = service_name(service)
        self._hooks = _hooks_of(service.__class__)

    def call(self, hook: str) -> Call | None:
        """Return the call of *hook*; None if the service has none."""
        if hook not in self._hooks:
            return None
        function: Callable[[], Awaitable[object]] = getattr(self.service, hook)
        return Call(self.name, function, hook=hook, member=self)

    @property
    def execution(self) -> Execution | None:
        """The execution, if the service is a background service that has been started."""
        return self.service._execution if isinstance(self.service, BackgroundService) else None  # pyright: ignore[reportPrivateUsage] - not for users

    @property
    def failure(self) -> BaseException | None:
        """What ended its work, if it failed for good."""
        execution = self.execution
        has_failed = execution is not None and execution.state is BackgroundServiceState.FAULTED
        return execution.exception if execution is not None and has_failed else None

    @property
    def status(self) -> HostedServiceStatus:
        """What can be seen from outside."""
        if not isinstance(self.service, BackgroundService):
            return HostedServiceStatus(name=self.name, state=None)
        service = self.service
        return HostedServiceStatus(
            name=self.name, state=service.state, restarts=service.restarts, last_error=service.exception
        )


def place_of(call: Call) -> Place:
    """Return where *call* waits: for a background service that is asked to stop, where its ``execute`` does."""
    member = call.member
    execution = member.execution if isinstance(member, Member) else member
    onward = execution.work if isinstance(execution, Execution) else None
    return waiting_at(call.work, through=Execution.ended.__code__, onward=onward)


_hooks: Final[WeakKeyDictionary[type, frozenset[str]]] = WeakKeyDictionary()


def _hooks_of(cls: type) -> frozenset[str]:
    hooks = _hooks.get(cls)
    if hooks is None:
        hooks = _hooks[cls] = frozenset({"start", "stop", *(hook for hook in _HOOKS if _is_hook(cls, hook))})
    return hooks


def _is_hook(cls: type, name: str) -> bool:
    # an attribute called ``started`` is far more often a flag than a hook, hence only ``async def`` counts
    function = getattr(cls, name, None)
    return inspect.iscoroutinefunction(function) and function is not getattr(HostedLifecycleService, name)
