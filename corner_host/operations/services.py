"""``operations.services``: the hosted services."""

import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar, final

import anyio.to_thread

from corner_host.hosting import (
    BackgroundServiceCompletionBehavior,
    BackgroundServiceExceptionBehavior,
    HostedService,
    HostedServiceNotFoundError,
    HostedServices,
    HostedServiceState,
    HostedServiceStatus,
    HostStateError,
)
from corner_host.options import BoundSection
from corner_host.primitives import name_of, short_name_of, without_passwords

from .contracts import (
    ActionResult,
    Actor,
    CodePlace,
    LogEntry,
    LogQuery,
    ServiceDependency,
    ServiceDetail,
    ServiceStatus,
)
from .errors import InvalidRequestError, NotFoundError, UnavailableError, first_line
from .health import HealthOperations
from .logs import LogOperations
from .places import code_place
from .workplace import Workplace

_SHOWN_LOGS: Final = 50
_LONGEST_TEXT: Final = 200
P = TypeVar("P", bound=Enum)


@final
class ServiceOperations:
    """The hosted services, in order of start.

    A service may tell a line of itself: a property ``status_text``, such as "last run 03:10, removed 1,204".
    """

    def __init__(self, workplace: Workplace, *, logs: LogOperations, health: HealthOperations) -> None:
        self._workplace = workplace
        self._logs = logs
        self._health = health

    async def list(self) -> tuple[ServiceStatus, ...]:
        """Return all, in order of start."""
        instances = self._instances()
        return tuple(self._status(each, instances) for each in self._workplace.note_services())

    async def get(self, name: str) -> ServiceDetail:
        """Return all about one.

        Args:
            name: Its whole name, or the last part of it, if no other service has the same.

        Raises:
            NotFoundError: There is none.
        """
        self._workplace.note_services()
        found = self._hosted.find(name)
        if found is None:
            raise NotFoundError("service", name, tuple(each.name for each in self._hosted))
        dependencies, options = await anyio.to_thread.run_sync(self._needs, found.name)
        error = found.last_error
        return ServiceDetail(
            status=self._status(found, self._instances()),
            history=tuple(self._workplace.service_history.get(found.name, ())),
            dependencies=dependencies,
            options=options,
            waiting_at=self._place(found),
            traceback="" if error is None else without_passwords("".join(traceback.format_exception(error))),
            logs=await self._records(found.name),
            checks=tuple(
                each for each in (await self._health.overview()).checks if each.name.lower() in found.name.lower()
            ),
        )

    async def restart(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Stop a background service and run it again.

        Raises:
            NotFoundError: There is none.
            UnavailableError: It cannot be restarted, or not now.
        """
        return await self._change("restart", name, lambda: self._hosted.restart(name), f"{name} restarted", by, reason)

    async def stop(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Stop a background service; the host goes on without it, and does not bring it back by itself.

        Raises:
            NotFoundError: There is none.
            UnavailableError: It does not run, or cannot be stopped, or not now.
        """
        said = f"{name} stopped; the host goes on without it"
        return await self._change("stop", name, lambda: self._hosted.stop_service(name), said, by, reason)

    async def start(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Start a background service again that was stopped, or has ended by itself.

        Raises:
            NotFoundError: There is none.
            UnavailableError: It runs, or cannot be started, or not now.
        """

        async def start() -> None:
            self._hosted.start_service(name)

        return await self._change("start", name, start, f"{name} started", by, reason)

    async def set_policy(
        self, name: str, *, by: Actor, on_failure: str | None = None, on_return: str | None = None, reason: str = ""
    ) -> ActionResult:
        """Decide what follows when a background service fails or returns, until the host ends.

        Args:
            name: Which.
            by: Who.
            on_failure: ``stop_host``, ``ignore`` or ``restart``; None: as it was.
            on_return: The same for its return.
            reason: Why.

        Raises:
            NotFoundError: There is none.
            UnavailableError: It is no background service, or has not started yet.
            InvalidRequestError: One is no policy.
        """
        failure = _policy(BackgroundServiceExceptionBehavior, on_failure, "on_failure")
        end = _policy(BackgroundServiceCompletionBehavior, on_return, "on_return")

        async def change() -> None:
            self._hosted.set_policy(name, exception_behavior=failure, completion_behavior=end)

        parts = [f"after a failure {_word(failure)}"] if failure is not None else []
        parts += [f"after a return {_word(end)}"] if end is not None else []
        said = f"{name}: {', '.join(parts)}, until the host ends" if parts else f"{name}: nothing is changed"
        return await self._change("policy", name, change, said, by, reason)

    async def _change(
        self, verb: str, name: str, change: Callable[[], Awaitable[None]], said: str, by: Actor, reason: str
    ) -> ActionResult:
        async def do() -> ActionResult:
            try:
                await change()
            except HostedServiceNotFoundError as error:
                raise NotFoundError("service", name, error.names) from None
            except HostStateError as error:
                raise UnavailableError(str(error)) from None
            return ActionResult(action=f"service.{verb}", target=name, count=1, message=said)

        return await self._workplace.actions.perform(f"service.{verb}", name, do, by=by, reason=reason)

    def addresses(self) -> tuple[str, ...]:
        """Return where the host's own web servers listen."""
        return tuple(address for each in self._workplace.instances() for address in _addresses(each))

    @property
    def _hosted(self) -> HostedServices:
        return self._workplace.services.get_required_service(HostedServices)

    def _status(self, status: HostedServiceStatus, instances: Mapping[str, object]) -> ServiceStatus:
        error, instance = status.last_error, instances.get(status.name)
        return ServiceStatus(
            name=status.name,
            kind=status.kind.value,
            state=status.state.value,
            since=status.since,
            restarts=status.restarts,
            last_error="" if error is None else first_line(error),
            last_error_at=self._workplace.failed_at(status.name),
            start_seconds=status.start_seconds,
            stop_seconds=status.stop_seconds,
            detail="" if instance is None else self._told(instance),
            is_plumbing=bool(getattr(instance, "is_plumbing", False)),
            can_restart=status.can_restart,
            can_stop=status.can_restart and not status.has_ended and status.state is HostedServiceState.RUNNING,
            can_start=status.can_restart and status.has_ended and self._workplace.phase == "running",
            on_failure=_word(status.exception_behavior),
            on_return=_word(status.completion_behavior),
        )

    def _instances(self) -> Mapping[str, object]:
        """Return the services themselves, by name."""
        names = (each.name for each in self._hosted)
        return dict(zip(names, self._workplace.instances(), strict=False))

    def _told(self, service: Any) -> str:
        """Return what a service tells of itself: its property ``status_text``; not of queues, whose numbers stand apart."""
        if type(service).__name__ == "JobStoreService":
            return ""
        if type(service).__name__ == "QueuedHostedService":
            control = self._workplace.find("corner_host.background", "QueueControl")
            return "" if control is None else _of_queue(control.status(), self._workplace.clock.now())
        try:
            text: object = getattr(service, "status_text", None)
        except Exception as error:  # noqa: BLE001 - the application's own; the other services are shown all the same
            text = f"cannot tell: {type(error).__name__}: {without_passwords(str(error))}"
        return text[:_LONGEST_TEXT] if isinstance(text, str) else ""

    def _place(self, status: HostedServiceStatus) -> CodePlace | None:
        place = status.waiting_at
        if place is None:
            return None
        root = self._workplace.environment.content_root_path
        return code_place(place.file, place.line, place.function, root)

    async def _records(self, name: str) -> tuple[LogEntry, ...]:
        own = name.partition("#")[0]
        page = await self._logs.search(LogQuery(logger=own, limit=_SHOWN_LOGS))
        return tuple(reversed(page.items))

    def _needs(self, name: str) -> tuple[tuple[ServiceDependency, ...], tuple[str, ...]]:
        """Return what the service's constructor takes, and the sections that its options are bound to."""
        descriptors = tuple(self._workplace.registrations)
        own = name.partition("#")[0]
        for report, descriptor in zip(self._workplace.graph().registrations, descriptors, strict=False):
            if descriptor.service_type is HostedService and own in {report.made_by, _hosted_name(descriptor.factory)}:
                taken = report.parameters
                dependencies = tuple(
                    ServiceDependency(
                        parameter=each.name,
                        service=short_name_of(each.service_type),
                        implementation=each.made_by,
                        lifetime="" if each.lifetime is None else str(each.lifetime),
                    )
                    for each in taken
                )
                return dependencies, self._sections(each.service_type for each in taken)
        return (), ()

    def _sections(self, services: Iterable[Any]) -> tuple[str, ...]:
        bound = self._workplace.services.get_services(BoundSection)
        wanted = {part for each in services for part in (each, *getattr(each, "__args__", ()))}
        return tuple(each.path for each in bound if each.options_type in wanted)


def _policy(kind: type[P], text: str | None, field: str) -> P | None:
    try:
        return None if text is None else kind[text.upper()]
    except KeyError:
        known = ", ".join(_word(each) for each in kind)
        raise InvalidRequestError(f"{field} must be one of {known}, not {text!r}.", field=field) from None


def _word(policy: Enum | None) -> str:
    return "" if policy is None else policy.name.lower()


def _hosted_name(factory: Any) -> str:
    """Return the name of the function, or of the class with ``execute``, that *factory* makes a service of."""
    hosted = getattr(factory, "hosted", None)
    return "" if hosted is None else name_of(hosted)


def _addresses(service: Any) -> tuple[str, ...]:
    """Return where a service listens, if it is one of ours that does; the area of the web lies above this one."""
    return tuple(service.addresses()) if type(service).__name__ == "WebAppService" else ()


def _of_queue(status: Any, now: datetime) -> str:
    if status.pause is not None:
        return f"paused until {status.pause.until:%H:%M:%S}" if status.pause.until else "paused"
    if status.saturated_since is not None:
        return f"saturated for {max(0.0, (now - status.saturated_since).total_seconds()):.0f} s"
    return ""
