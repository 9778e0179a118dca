"""What an operator sees of a host's services: worked out from the `Crew` at each look; see ``hosted_services``."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from .background_service import BackgroundService
from .call import Call
from .contracts import BackgroundServiceState
from .crew import Crew
from .function_service import FunctionService
from .member import OF_THE_START, Member
from .status import HostedServiceKind, HostedServiceState, HostedServiceStatus, HostPhase, HostProgress
from .waiting_at import Place, TaskTree, place_of, waiting_at

_BETWEEN_RUNS: Final = frozenset({BackgroundServiceState.FAULTED, BackgroundServiceState.COMPLETED})


def look(crew: Crew, tasks: TaskTree | None = None) -> tuple[HostedServiceStatus, ...]:
    """Return the status of each service, in order of registration; with the line it waits at if *tasks* are given."""
    calls = _calls(crew)
    return tuple(_status(crew, member, name, tasks=tasks, calls=calls) for member, name in _named(crew))


def look_at(crew: Crew, name: str) -> HostedServiceStatus | None:
    """Return the status of one service, with the line it waits at."""
    found = _find(crew, name)
    return None if found is None else _status(crew, *found, tasks=TaskTree(), calls=_calls(crew))


def find(crew: Crew, name: str) -> Member | None:
    """Return the service of that name, or whose name ends so, if there is one."""
    found = _find(crew, name)
    return None if found is None else found[0]


def progress(crew: Crew, doing: str) -> HostProgress | None:
    """Return how far the ``start`` or ``stop`` has come; None if it has not begun."""
    stage = crew.stages.get(doing)
    if stage is None:
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
    state = _state(member, None if call is None else call.hook)
    is_halted = execution is not None and execution in crew.supervisor.halted
    if execution is not None and execution in crew.supervisor.restarting:
        state = HostedServiceState.STOPPING if is_halted else HostedServiceState.RESTARTING
    elif execution is not None and is_halted and execution.has_ended and call is None:
        state = HostedServiceState.STOPPED
    policy = (None, None) if execution is None else crew.supervisor.policy_of(execution)
    since = max(member.since, 0.0 if execution is None else execution.since) if call is None else call.began
    return HostedServiceStatus(
        name=name,
        kind=_kind(member),
        state=state,
        since=_when(crew, since),
        restarts=0 if execution is None else execution.restarts,
        asked_restarts=0 if execution is None else execution.asked_restarts,
        last_error=member.error or (None if execution is None else execution.exception),
        start_seconds=member.start_seconds,
        stop_seconds=member.stop_seconds,
        can_restart=member.can_restart,
        has_ended=execution is not None and execution.has_ended,
        exception_behavior=policy[0],
        completion_behavior=policy[1],
        waiting_at=None if tasks is None else _place(call, member, tasks),
    )


def _place(call: Call | None, member: Member, tasks: TaskTree) -> Place | None:
    work = None if member.execution is None else member.execution.work
    place = place_of(call, tasks) if call is not None else waiting_at(work, tasks=tasks)
    return place if place.file else None


def _when(crew: Crew, moment: float) -> datetime:
    now, at = crew.now
    return now + timedelta(seconds=moment - at)


def _kind(member: Member) -> HostedServiceKind:
    """What sort of service it is."""
    if isinstance(member.service, FunctionService):
        return HostedServiceKind.FUNCTION
    return HostedServiceKind.BACKGROUND if isinstance(member.service, BackgroundService) else HostedServiceKind.SERVICE


def _state(member: Member, hook: str | None) -> HostedServiceState:
    """Return where it is in its life; *hook* is the one that is under way, if any."""
    execution = member.execution
    if hook is not None:
        return HostedServiceState.STARTING if hook in OF_THE_START else HostedServiceState.STOPPING
    if execution is not None and not execution.has_ended:
        if execution.stopping.is_cancellation_requested:
            return HostedServiceState.STOPPING
        if execution.state in _BETWEEN_RUNS:
            return HostedServiceState.RESTARTING
    if member.failure is not None or member.error is not None:
        return HostedServiceState.FAULTED
    if execution is not None and execution.state is BackgroundServiceState.CANCELLED:
        return HostedServiceState.CANCELLED
    if member.stop_seconds is not None:
        return HostedServiceState.STOPPED
    if member.start_seconds is None:
        return HostedServiceState.CREATED
    has_returned = execution is not None and execution.state is BackgroundServiceState.COMPLETED
    return HostedServiceState.COMPLETED if has_returned else HostedServiceState.RUNNING
