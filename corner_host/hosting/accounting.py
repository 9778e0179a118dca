"""What a stop came to, from what was called: made when somebody wants to know."""

from .call import Call
from .crew import Crew, errors_of
from .execution import Execution
from .member import Member
from .report import ShutdownReport, StopOutcome, StoppedService
from .waiting_at import Place


def report_of(crew: Crew, made: list[Call]) -> ShutdownReport:
    """Return what the stop came to in which *made* was called."""
    stage = crew.stages["stop"]
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
