"""The hosted services of a host as an operator sees them; inject `HostedServices` to look, or to restart one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import final, overload

from corner_host.primitives import Duration

from .crew import Crew
from .errors import HostedServiceNotFoundError
from .member import Member, place_of
from .restarting import restart_service
from .stage import Call
from .status import HostedServiceState, HostedServiceStatus, HostPhase, HostProgress
from .waiting_at import Place, TaskTree, waiting_at


@final
class HostedServices(Sequence[HostedServiceStatus]):
    """The hosted services of one host, in order of registration; empty until they have been constructed.

    A sequence of `HostedServiceStatus`, a fresh one at each look. The same object is ``host.hosted_services`` and what a
    constructor gets that asks for it. Anybody may look from any thread; `located`, `find` and `restart` belong into the
    host's event loop.

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
    def __getitem__(self, index: int) -> HostedServiceStatus: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[HostedServiceStatus]: ...
    def __getitem__(self, index: int | slice) -> HostedServiceStatus | Sequence[HostedServiceStatus]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[HostedServiceStatus]:
        return iter(self._look(None))

    def __len__(self) -> int:
        crew = self._crew()
        return 0 if crew is None else len(crew.members)

    @property
    def start(self) -> HostProgress | None:
        """How the start of the host goes, or went; None before."""
        return self._progress("start")

    @property
    def stop(self) -> HostProgress | None:
        """How the stop of the host goes, or went; None before."""
        return self._progress("stop")

    def located(self) -> tuple[HostedServiceStatus, ...]:
        """Return the status of each service, with the line it waits at."""
        return self._look(TaskTree())

    def find(self, name: str) -> HostedServiceStatus | None:
        """Return the status of one service, with the line it waits at; None if there is none of that name.

        Args:
            name: Its whole name; or the last part of it, if no other service has the same.
        """
        crew = self._crew()
        found = None if crew is None else _find(crew, name)
        if crew is None or found is None:
            return None
        return _status(crew, *found, tasks=TaskTree(), calls=_calls(crew))

    async def restart(self, name: str, *, timeout: Duration | None = 10.0) -> None:
        """Ask the ``execute`` of one background service to stop, and run it again; begin it anew if it had ended.

        Args:
            name: As for `find`.
            timeout: After how long it is cancelled if it still runs: float seconds or a ``timedelta``; None: never.

        Raises:
            HostedServiceNotFoundError: There is no service of that name.
            HostStateError: The service cannot be restarted, or not now; or it did not heed its cancellation.
        """
        crew = self._crew()
        found = None if crew is None else _find(crew, name)
        if crew is None or found is None:
            raise HostedServiceNotFoundError(name, tuple(each.name for each in self))
        await restart_service(crew, found[0], timeout)

    def _look(self, tasks: TaskTree | None) -> tuple[HostedServiceStatus, ...]:
        crew = self._crew()
        if crew is None:
            return ()
        calls = _calls(crew)
        return tuple(_status(crew, member, name, tasks=tasks, calls=calls) for member, name in _named(crew))

    def _progress(self, doing: str) -> HostProgress | None:
        crew = self._crew()
        stage = None if crew is None else crew.stages.get(doing)
        if crew is None or stage is None:
            return None
        now = stage.elapsed
        ends = [*(began for _, began in stage.phases[1:]), now]
        last = len(ends) - 1
        return HostProgress(
            began=_when(crew, stage.began),
            seconds=now,
            budget=stage.budget,
            is_over=stage.seconds is not None,
            phases=tuple(
                HostPhase(name=name, seconds=end - began, is_over=at < last or stage.seconds is not None)
                for at, ((name, began), end) in enumerate(zip(stage.phases, ends, strict=True))
            ),
        )


def _named(crew: Crew) -> Iterator[tuple[Member, str]]:
    """Yield each service with the name that is its alone."""
    seen: Counter[str] = Counter()
    for member in crew.members:
        seen[member.name] += 1
        count = seen[member.name]
        yield member, member.name if count == 1 else f"{member.name}#{count}"


def _find(crew: Crew, name: str) -> tuple[Member, str] | None:
    named = list(_named(crew))
    exact = [each for each in named if each[1] == name]
    found = exact or [each for each in named if each[1].rpartition(".")[2] == name]
    return found[0] if len(found) == 1 else None


def _calls(crew: Crew) -> dict[Member, Call]:
    """Return the hooks that are under way."""
    running = [] if crew.stage is None else crew.stage.running
    return {call.member: call for call in running if isinstance(call.member, Member)}


def _status(
    crew: Crew, member: Member, name: str, *, tasks: TaskTree | None, calls: dict[Member, Call]
) -> HostedServiceStatus:
    call, execution = calls.get(member), member.execution
    state = member.state(None if call is None else call.hook)
    if execution is not None and execution in crew.restarting:
        state = HostedServiceState.RESTARTING
    since = max(member.since, 0.0 if execution is None else execution.since) if call is None else call.began
    return HostedServiceStatus(
        name=name,
        kind=member.kind,
        state=state,
        since=_when(crew, since),
        restarts=0 if execution is None else execution.restarts,
        last_error=member.error or (None if execution is None else execution.exception),
        start_seconds=member.start_seconds,
        stop_seconds=member.stop_seconds,
        can_restart=member.can_restart,
        waiting_at=None if tasks is None else _place(call, member, tasks),
    )


def _place(call: Call | None, member: Member, tasks: TaskTree) -> Place | None:
    work = None if member.execution is None else member.execution.work
    place = place_of(call, tasks) if call is not None else waiting_at(work, tasks=tasks)
    return place if place.file else None


def _when(crew: Crew, moment: float) -> datetime:
    began, at = crew.began
    return began + timedelta(seconds=moment - at)
