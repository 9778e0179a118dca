"""The hosted services of a host as an operator sees them; inject `HostedServices` to look, or to stop, start or restart one."""

from collections.abc import Callable, Iterator, Sequence
from typing import final, overload

import corner_host.hosting as door
from corner_host.primitives import Duration

from .crew import Crew
from .errors import HostedServiceNotFoundError
from .member import Member


@final
class HostedServices(Sequence["door.HostedServiceStatus"]):
    """The hosted services of one host, in order of registration; empty until they have been constructed.

    A sequence of `HostedServiceStatus`, a fresh one at each look. The same object is ``host.hosted_services`` and what a
    constructor gets that asks for it. Anybody may look from any thread; `located`, `find` and what changes something belong
    into the host's event loop. `start` and `stop` tell how far those of the host are; `start_service`, `stop_service` and
    `restart` act on one service.

    Example:
        >>> import anyio
        >>> from corner_host.hosting import BackgroundService, Host
        >>> class Worker(BackgroundService):
        ...     async def execute(self, stopping):
        ...         await stopping.wait()
        >>> async def main() -> None:
        ...     async with Host.create_empty_builder().add_hosted_service(Worker).build() as host:
        ...         services = host.services.get_required_service(HostedServices)
        ...         await services.restart("Worker")
        ...         print(services[0].state.value, services[0].restarts)
        >>> anyio.run(main)
        running 1
    """

    def __init__(self, crew: Callable[[], Crew | None]) -> None:
        self._crew = crew

    @overload
    def __getitem__(self, index: int) -> "door.HostedServiceStatus": ...
    @overload
    def __getitem__(self, index: slice) -> "Sequence[door.HostedServiceStatus]": ...
    def __getitem__(self, index: int | slice) -> "door.HostedServiceStatus | Sequence[door.HostedServiceStatus]":
        return tuple(self)[index]

    def __iter__(self) -> "Iterator[door.HostedServiceStatus]":
        crew = self._crew()
        return iter(()) if crew is None else iter(door.overview.look(crew))

    def __len__(self) -> int:
        crew = self._crew()
        return 0 if crew is None else len(crew.members)

    @property
    def start(self) -> "door.HostProgress | None":
        """How the start of the host goes, or went; None before."""
        crew = self._crew()
        return None if crew is None else door.overview.progress(crew, "start")

    @property
    def stop(self) -> "door.HostProgress | None":
        """How the stop of the host goes, or went; None before."""
        crew = self._crew()
        return None if crew is None else door.overview.progress(crew, "stop")

    def located(self) -> "tuple[door.HostedServiceStatus, ...]":
        """Return the status of each service, with the line it waits at."""
        crew = self._crew()
        return () if crew is None else door.overview.look(crew, door.waiting_at.TaskTree())

    def find(self, name: str) -> "door.HostedServiceStatus | None":
        """Return the status of one service, with the line it waits at; None if there is none of that name.

        Args:
            name: Its whole name; or the last part of it, if no other service has the same.
        """
        crew = self._crew()
        return None if crew is None else door.overview.look_at(crew, name)

    async def restart(self, name: str, *, timeout: Duration | None = 10.0) -> None:
        """Ask the ``execute`` of one background service to stop, and run it again; begin it anew if it had ended.

        When the caller is cancelled, the work is cancelled at once, and runs again nevertheless.

        Args:
            name: As for `find`.
            timeout: After how long it is cancelled if it still runs: float seconds or a ``timedelta``; None: never.

        Raises:
            HostedServiceNotFoundError: There is no service of that name.
            HostStateError: The service cannot be restarted, or not now, or not from this event loop; or it did not heed its
                cancellation: then it is stopping until it ends, and can be started after that.
        """
        await door.restarting.restart_service(*self._chosen(name), timeout)

    async def stop_service(self, name: str, *, timeout: Duration | None = 10.0) -> None:
        """Ask the ``execute`` of one background service to stop; the host goes on without it until `start_service`.

        It is not restarted, and what it raises does not stop the host. At the end of the host it is stopped as all are.
        When the caller is cancelled, so is the work, at once.

        Args:
            name: As for `find`.
            timeout: After how long it is cancelled if it still runs: float seconds or a ``timedelta``; None: never.

        Raises:
            HostedServiceNotFoundError: There is no service of that name.
            HostStateError: It does not run, cannot be stopped, or not now; or it did not heed its cancellation: then it is
                stopping until it ends, and can be started after that.
        """
        await door.restarting.stop_service(*self._chosen(name), timeout)

    def start_service(self, name: str) -> None:
        """Run the ``execute`` of one background service again that was stopped, or has ended by itself.

        Raises:
            HostedServiceNotFoundError: There is no service of that name.
            HostStateError: It runs, or cannot be started, or not now.
        """
        door.restarting.begin_service(*self._chosen(name))

    def set_policy(
        self,
        name: str,
        *,
        exception_behavior: "door.BackgroundServiceExceptionBehavior | None" = None,
        completion_behavior: "door.BackgroundServiceCompletionBehavior | None" = None,
    ) -> None:
        """Decide what follows when one background service fails or returns, for as long as this host runs.

        Args:
            name: As for `find`.
            exception_behavior: After a failure; None: as it was.
            completion_behavior: After a return; None: as it was.

        Raises:
            HostedServiceNotFoundError: There is no service of that name.
            HostStateError: It is no background service, or has not started yet.
            TypeError: One is no such behavior.
        """
        door.restarting.set_policy(*self._chosen(name), exception_behavior, completion_behavior)

    def _chosen(self, name: str) -> tuple[Crew, Member]:
        crew = self._crew()
        member = None if crew is None else door.overview.find(crew, name)
        if crew is None or member is None:
            raise HostedServiceNotFoundError(name, tuple(each.name for each in self))
        return crew, member
