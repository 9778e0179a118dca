"""How a host stops: everything, whatever happens, within one budget."""

from . import log
from .crew import Crew, errors_of
from .errors import ShutdownTimeoutError, gather
from .execution import Execution
from .member import Member
from .report import ShutdownReport, StopOutcome, StoppedService
from .stage import Call, Stage
from .waiting_at import Place


async def stop_services(crew: Crew, stage: Stage) -> tuple[BaseException | None, ShutdownReport]:
    """Stop the services of *crew*; returns what is to be raised for it, and the report.

    Order:
        1. record 3, Stopping
        2. all ``stopping``, in reverse order of registration
        3. ``application_stopping``, if it has not happened already
        4. all ``stop``, all ``stopped``, each in reverse order
        5. ``application_stopped``
        6. the host lifetime's ``stop``
        7. background services that nobody has waited for
        8. the report, and record 4, Stopped; or 5, if something is to be raised

    Each step happens, whatever the ones before it came to. Once the budget is spent, what still runs is cancelled, and
    what is called later is called in a cancelled scope.
    """
    log.STOPPING()
    concurrently = crew.options.services_stop_concurrently
    members = crew.members[::-1]
    async with stage:
        stage.enter("stopping")
        made = await crew.run_hook(stage, "stopping", members, concurrently=concurrently)
        stage.enter("application_stopping")
        crew.lifetime.stop_application()
        stage.enter("stop")
        made += await crew.run_hook(stage, "stop", members, concurrently=concurrently)
        stage.enter("stopped")
        made += await crew.run_hook(stage, "stopped", members, concurrently=concurrently)
        stage.enter("application_stopped")
        crew.lifetime.notify_stopped()
        stage.enter("host lifetime")
        last = Call(type(crew.host_lifetime).__qualname__, crew.host_lifetime.stop)
        made += await stage.run([last], concurrently=False)
        made += await crew.end_executions(stage)
    report = _report(crew, stage, made)
    errors = [*crew.supervisor.faults, *errors_of(made)]
    if crew.lifetime.exit_request is not None:
        errors.append(crew.lifetime.exit_request)
    if waiting := crew.waiting(made):
        errors.append(ShutdownTimeoutError(stage.budget if stage.is_overdue else None, waiting))
    error = gather("One or more hosted services failed to stop.", errors)
    if made and not report.is_clean:
        log.SHUTDOWN_REPORT(report=report)
    if error is None:
        log.STOPPED()
    else:
        log.STOPPED_WITH_ERROR(error)
    return error, report


def _report(crew: Crew, stage: Stage, made: list[Call]) -> ShutdownReport:
    calls: dict[Member, list[Call]] = {member: [] for member in reversed(crew.members)}
    by_execution = {member.execution: member for member in crew.members if member.execution is not None}
    for call in made:
        member = by_execution.get(call.member) if isinstance(call.member, Execution) else call.member
        if isinstance(member, Member):
            calls[member].append(call)
    services = tuple(_account(crew, member, calls[member]) for member in calls)
    return ShutdownReport(seconds=stage.elapsed, budget=stage.budget, services=services)


def _account(crew: Crew, member: Member, calls: list[Call]) -> StoppedService:
    """Say what became of a service: the worst of it counts."""
    error = next(iter(errors_of(calls)), member.failure)
    cut = next((call for call in calls if call.was_cut), None)
    place = Place() if cut is None else crew.place(cut)
    if any(call.was_abandoned for call in calls):
        outcome = StopOutcome.ABANDONED
    elif error is not None:
        outcome = StopOutcome.FAILED
    else:
        outcome = StopOutcome.STOPPED if cut is None else StopOutcome.CANCELLED
    took = sum(call.seconds for call in calls)
    return StoppedService(
        name=member.name, outcome=outcome, seconds=took, file=place.file, line=place.line, error=error
    )
