"""A hosted service as its host knows it: its name, its hooks, how far it has come."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, final
from weakref import WeakKeyDictionary

from .background_service import BackgroundService
from .call import Call
from .contracts import BackgroundServiceState, HostedLifecycleService
from .execution import Execution
from .supervisor import service_name

_HOOKS: Final = ("starting", "started", "stopping", "stopped")
OF_THE_START: Final = frozenset({"starting", "start", "started"})


@final
class Member:
    """A hosted service of one host.

    Attributes:
        service: The object.
        name: Its class, its function, or what it calls itself.
        since: When its last hook ended, on the host's clock.
        error: What one of its hooks raised.
        has_started: Whether its ``start`` has ended well.
        start_seconds: How long its hooks of the start have taken; None until one has ended.
        stop_seconds: The same of the stop.
    """

    __slots__ = ("_hooks", "error", "has_started", "name", "service", "since", "start_seconds", "stop_seconds")

    def __init__(self, service: Any, since: float) -> None:
        self.service = service
        self.name = service_name(service)
        self.since = since
        self.error: BaseException | None = None
        self.has_started = False
        self.start_seconds: float | None = None
        self.stop_seconds: float | None = None
        self._hooks = _hooks_of(service.__class__)

    def call(self, hook: str) -> Call | None:
        """Return the call of *hook*; None if the service has none."""
        if hook not in self._hooks:
            return None
        function: Callable[[], Awaitable[object]] = getattr(self.service, hook)
        return Call(self.name, function, hook=hook, member=self)

    def note(self, call: Call) -> None:
        """Keep what there is to know of one of its calls, which has ended."""
        self.since = call.began + call.seconds
        if call.error is not None:
            self.error = call.error
        if call.hook in OF_THE_START:
            self.start_seconds = call.seconds + (self.start_seconds or 0.0)
            if call.hook == "start":
                self.has_started = call.succeeded
        else:
            self.stop_seconds = call.seconds + (self.stop_seconds or 0.0)

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
    def can_restart(self) -> bool:
        """Whether its ``execute`` may be stopped and run again while the host runs."""
        service = self.service
        if not isinstance(service, BackgroundService):
            return False
        if service.can_restart is not None:
            return service.can_restart
        cls = type(service)
        return cls.start is BackgroundService.start and cls.stop is BackgroundService.stop


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
